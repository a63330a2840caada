import { setImmediate as nextTurn } from 'node:timers/promises';
import type { PoolEvent } from '../../src/index.js';

/** A module for threads. */
export function fixture(name: string): URL {
  return new URL(`../threads/fixtures/${name}`, import.meta.url);
}

/** Waits for what will be, however long that takes. */
export async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await nextTurn();
}

/** A flag that a task in a thread sets when it has begun, and waits for. */
export class Flag {
  readonly flag = new Int32Array(new SharedArrayBuffer(8));

  async begun(): Promise<void> {
    await until(() => Atomics.load(this.flag, 0) === 1);
  }

  open(): void {
    Atomics.store(this.flag, 1, 1);
  }
}

/** So many events of the kind. */
export async function heard(
  events: readonly PoolEvent[],
  kind: PoolEvent['kind'],
  count = 1,
): Promise<readonly PoolEvent[]> {
  const found = (): readonly PoolEvent[] => events.filter((event) => event.kind === kind);
  await until(() => found().length >= count);
  return found();
}

/** How many threads there are, by what was told of them. */
export function threadsAlive(events: readonly PoolEvent[]): number {
  const count = (kind: PoolEvent['kind']): number => events.filter((event) => event.kind === kind).length;
  return count('worker_started') - count('worker_exited');
}
