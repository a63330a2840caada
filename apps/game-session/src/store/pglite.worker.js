// @ts-check
import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';

// The thread of PGlite. JavaScript, as a thread loads the file as it stands: from src in tests, from dist in the app.
//
// In: messages of PostgreSQL's protocol as bytes, or 'close'. Out: 'open' once; then for each message the bytes of its answer.
// What fails beyond an answer ends the thread with that error.

/** A new one is made beside its place, and moved there when it is whole: so none is ever found half made. @param {string} folder */
async function openData(folder) {
  const data = join(folder, 'pgdata');
  if (!existsSync(data)) {
    const unfinished = join(folder, 'pgdata.new');
    await rm(unfinished, { recursive: true, force: true });
    await (await PGlite.create(unfinished)).close();
    await rename(unfinished, data);
  }
  return PGlite.create(data);
}

const { folder } = /** @type {{ readonly folder: string }} */ (workerData);
const database = await openData(folder);

/** What is asked is done one after another. */
let last = Promise.resolve();

parentPort?.on('message', (/** @type {Uint8Array | 'close'} */ message) => {
  last = last.then(() => (message === 'close' ? close() : answer(message)));
});

/** @param {Uint8Array} message */
async function answer(message) {
  const bytes = (await database.execProtocolRaw(message)).slice(); // of a large buffer, which would be sent as a whole
  parentPort?.postMessage(bytes, [bytes.buffer]);
}

async function close() {
  await database.close();
  parentPort?.close(); // nothing is left to do: the thread ends
}

parentPort?.postMessage('open');
