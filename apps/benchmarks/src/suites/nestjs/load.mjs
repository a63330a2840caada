import { fork } from 'node:child_process';
import { once } from 'node:events';
/** @import { Subject } from './subject.mjs' */

const client = new URL('./client.mjs', import.meta.url);

/**
 * Serves, and asks from another process as often as `work` says; leaves nothing.
 * @param {Required<Subject>} subject
 * @param {(ask: (amount: number) => Promise<{ readonly ms: number, readonly cpuMs: number }>) => Promise<number>} work
 */
export async function underLoad(subject, work) {
  const { url, close } = await subject.serve();
  const child = fork(client, { execArgv: [] });
  try {
    return await work(async (amount) => {
      const before = process.cpuUsage();
      child.send({ url, amount });
      const [seen] = await once(child, 'message');
      if ('error' in seen) throw new Error(seen.error);
      return { ms: seen.ms, cpuMs: processorMs(before) };
    });
  } finally {
    child.disconnect();
    await once(child, 'exit');
    await close();
  }
}

/** Of this process since then, all threads. @param {NodeJS.CpuUsage} before */
export function processorMs(before) {
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1e3;
}
