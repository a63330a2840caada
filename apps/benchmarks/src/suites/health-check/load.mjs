import { fork } from 'node:child_process';
import { once } from 'node:events';
/** @import { Subject } from './subject.mjs' */

const client = new URL('./client.mjs', import.meta.url);

/**
 * What a client saw.
 * @typedef {object} Seen
 * @property {number} answers
 * @property {number} ms
 * @property {number} p99Ms
 */

/**
 * Serves, and asks from another process as long as `work` says; leaves nothing.
 * @param {Subject} subject
 * @param {number} connections
 * @param {(ask: (durationMs: number) => Promise<Seen>) => Promise<number>} work
 */
export async function underLoad(subject, connections, work) {
  const { close, ...served } = await subject.serve();
  const child = fork(client, { execArgv: [] });
  try {
    return await work(async (durationMs) => {
      child.send({ ...served, connections, durationMs });
      const [seen] = await once(child, 'message');
      if ('error' in seen) throw new Error(seen.error);
      return seen;
    });
  } finally {
    child.disconnect();
    await once(child, 'exit');
    await close();
  }
}
