import type { ChildSpec, Milliseconds } from '@rookery/genserver';
import { threads, type ThreadsOf, WorkerPool, type WorkerPoolRef } from '@rookery/worker-pool';
import type { think } from './computer.worker.js';

/** The injection token of the ComputerSettings, which are a part of the app's settings. */
export const COMPUTER_SETTINGS = Symbol('ComputerSettings');

export interface ComputerSettings {
  /** How many thoughts at a time. */
  readonly threads: number;
  /** After which a thread is ended that still thinks. */
  readonly moveMs: Milliseconds;
}

/** The name of the pool in the tree. */
export const COMPUTER_POOL = 'computer';

/** The threads in which the computer thinks, as a child of the tree. */
export function computerPool({
  threads: maxThreads,
}: ComputerSettings): ChildSpec<WorkerPoolRef<ThreadsOf<typeof think>>> {
  const module = new URL('./computer.worker.js', import.meta.url);
  return WorkerPool.childSpec({
    name: COMPUTER_POOL,
    engine: threads<typeof think>({ module, export: 'think', maxThreads }),
  });
}
