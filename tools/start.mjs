// `npm start`: builds what the sample app needs, then runs it by `nest start` (which compiles and starts the app itself).
//
// Why not `turbo run start`: a SIGTERM to npm alone, as supervisors and scripts send it, would end npm and turbo and leave
// the server running. Here every step has one parent that passes the signal on and waits:
//
//   npm ── this file ══ nest start ── node dist/main      (══ starts a process group of its own)
//
// - npm forwards SIGTERM and SIGINT to its child. The script line says `exec`, so that no shell stands in between.
// - Ctrl-C reaches every process of the terminal's group *and* is forwarded by npm. So `nest start` gets a group of its own
//   and hears of it from here only, once. A signal that comes a second later is not npm's echo but an impatient user:
//   the whole group is killed.
// - `nest start` forwards the signal to the server (`--no-shell`: a shell would not) and waits for it. SIGHUP it does not
//   know, so a closed terminal is passed on as SIGTERM.
// - npm forwards no SIGHUP and dies of it, as of SIGKILL. Who has lost npm has another parent: then the server is stopped, too.
// - The exit status is the server's own, 128 + n if signal n ended it.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { constants } from 'node:os';
import { fileURLToPath } from 'node:url';

const ECHO_MS = 1_000;
const PARENT_MS = 1_000;
const root = new URL('../', import.meta.url);
const app = fileURLToPath(new URL('apps/game-session/', root));
const nestCli = createRequire(`${app}package.json`).resolve('@nestjs/cli/bin/nest.js');
const turbo = fileURLToPath(new URL('node_modules/turbo/bin/turbo', root));
const serverStatus = new URL('nest-start-status.mjs', import.meta.url).href;

/** The step that runs now: signals go to it. */
let step;
/** The first request to stop, and whether a second one has killed what did not stop. */
let stopping;

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
const npm = process.ppid;
setInterval(() => {
  if (process.ppid !== npm && stopping === undefined) stop('SIGHUP');
}, PARENT_MS).unref();

process.env.NODE_VERSION = process.version; // as the scripts of the root do, see turbo.json
const built = await run(
  turbo,
  ['run', 'build', '--filter=@rookery/game-session^...', '--output-logs=errors-only'],
  root,
);
if (stopping !== undefined) process.exit(128 + constants.signals[stopping.signal]);
if (built !== 0) process.exit(built);
process.exit(await run('--import', [serverStatus, nestCli, 'start', '--no-shell'], app));

function stop(signal) {
  if (stopping === undefined) {
    stopping = { signal, at: performance.now(), killed: false };
    step?.kill(signal === 'SIGHUP' ? 'SIGTERM' : signal);
  } else if (performance.now() - stopping.at > ECHO_MS && step !== undefined && !stopping.killed) {
    stopping.killed = true;
    console.error('Asked again: killing the server.');
    killGroup(step.pid);
  }
}

/** Runs Node with these arguments in a process group of its own; resolves with its exit status once the group is gone. */
function run(first, args, cwd) {
  return new Promise((resolve, reject) => {
    step = spawn(process.execPath, [first, ...args], { cwd, stdio: ['ignore', 'inherit', 'inherit'], detached: true });
    step.once('error', reject);
    step.once('exit', (code, signal) => {
      killGroup(step.pid); // normally empty by now; not if the step itself was killed
      step = undefined;
      resolve(code ?? 128 + constants.signals[signal]);
    });
  });
}

function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch (error) {
    // Nobody left, as it should be; macOS says EPERM when only the ended leader is left.
    if (error.code !== 'ESRCH' && error.code !== 'EPERM') throw error;
  }
}
