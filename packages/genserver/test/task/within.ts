import type { Self, ServerRef } from '../../src/index.js';
import type { Probe } from '../gen-server/probe.js';

/** Runs `work` as a handler of the probe, however long it takes, and gives what it returns with its type. */
export async function within<T>(owner: ServerRef<Probe>, work: (self: Self) => T | Promise<T>): Promise<T> {
  const results: T[] = [];
  await owner.with({ timeoutMs: Infinity }).call.run(async ({ self }) => void results.push(await work(self)));
  return results[0] as T;
}
