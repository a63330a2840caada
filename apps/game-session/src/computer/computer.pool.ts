import type { ChildSpec } from '@rookery/genserver';
import { threads, type ThreadsOf, WorkerPool, type WorkerPoolRef } from '@rookery/worker-pool';
import type { Settings } from '../settings.js';
import type { think } from './computer.worker.js';

/** How many thoughts at a time, and after which time a thread is ended that still thinks. */
export type ComputerSettings = Pick<Settings, 'computerThreads' | 'computerMoveMs'>;

/** The name of the pool in the tree. */
export const COMPUTER_POOL = 'computer';

/** The threads in which the computer thinks, as a child of the tree. */
export function computerPool({
  computerThreads: maxThreads,
}: ComputerSettings): ChildSpec<WorkerPoolRef<ThreadsOf<typeof think>>> {
  const module = new URL('./computer.worker.js', import.meta.url);
  return WorkerPool.childSpec({
    name: COMPUTER_POOL,
    engine: threads<typeof think>({ module, export: 'think', maxThreads }),
  });
}
