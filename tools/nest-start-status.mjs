// Loaded into `nest start` by start.mjs. Left alone, it reports 0 when a signal ended the server, so that a server killed
// for its memory would look like one that ended well. This gives it the status a shell would, 128 + the signal's number,
// and says so in a line if the signal was not a request to stop.
import { subscribe } from 'node:diagnostics_channel';
import { constants } from 'node:os';

subscribe('child_process', ({ process: server }) => {
  server.once('exit', (_, signal) => {
    if (signal === null) return;
    if (signal !== 'SIGTERM' && signal !== 'SIGINT') console.error(`The server was killed (${signal}).`);
    process.once('exit', () => {
      process.exitCode = 128 + constants.signals[signal];
    });
  });
});
