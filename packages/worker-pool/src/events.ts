import type { Milliseconds } from '@rookery/genserver';

/** Something that is not the answer to anybody. `pool` is the label or name of the pool. */
export type PoolEvent =
  /** All slots are taken and a task has to wait. Once, until `drained`. */
  | { readonly kind: 'saturated'; readonly pool: string; readonly queued: number }
  /** No task has to wait any more. */
  | { readonly kind: 'drained'; readonly pool: string }
  /** A task goes on though its caller has been told that its time is up or that it was aborted. */
  | { readonly kind: 'overdue'; readonly pool: string; readonly overdue: number; readonly ranMs: Milliseconds }
  /** Such a task has ended. What it gave is not used: a `value`, or an `error`. */
  | { readonly kind: 'late_result'; readonly pool: string; readonly ranMs: Milliseconds; readonly error?: unknown }
  /** The engine cannot go on, and with it the pool. */
  | { readonly kind: 'failed'; readonly pool: string; readonly error: unknown }
  /** A thread was started. */
  | { readonly kind: 'worker_started'; readonly pool: string; readonly threadId: number }
  /** A thread has ended: on purpose, or not, with an error then. */
  | {
      readonly kind: 'worker_exited';
      readonly pool: string;
      readonly threadId: number;
      readonly isCrash: boolean;
      readonly error?: unknown;
    };

/** Hears of events. What it throws is a warning of the process and hurts nobody. */
export type PoolListener = (event: PoolEvent) => void;
