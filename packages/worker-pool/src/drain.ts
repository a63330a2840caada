import type { Milliseconds } from '@rookery/genserver';

/** How long a pool may take to end. */
export interface DrainOptions {
  /** After this, what still waits or runs is aborted. Default Infinity: each task has its own limits. */
  readonly timeoutMs?: Milliseconds;
}

/** A task that had no answer of its own when the time was up: its caller got a PoolStoppedError. */
export interface AbortedTask {
  readonly key: unknown;
  readonly priority: number;
  /** Whether it was running; then part of its work may have been done. */
  readonly hasBegun: boolean;
  /** Since it was submitted. */
  readonly ageMs: Milliseconds;
}

/** How a pool has ended. */
export interface DrainReport {
  /** How many tasks got an answer of their own since the end began: a value, an error, or no time left. */
  readonly finished: number;
  /** Those that did not, the running ones first. */
  readonly aborted: readonly AbortedTask[];
  /** Closures that run on, as nothing can stop them; what they give is not used. Always 0 with threads. */
  readonly overdue: number;
}
