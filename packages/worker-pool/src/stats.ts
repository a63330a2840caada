import type { Milliseconds } from '@rookery/genserver';

/** How long something took, for the tasks of the last one to two minutes. All 0 when there were none. */
export interface Durations {
  readonly count: number;
  readonly meanMs: Milliseconds;
  readonly p50Ms: Milliseconds;
  readonly p99Ms: Milliseconds;
  readonly maxMs: Milliseconds;
}

/** What a pool does now and has done so far. A copy. Each task that was given to it is in exactly one of the counts of ends. */
export interface PoolStats {
  /** How many slots there are. */
  readonly total: number;
  /** How many of them are free. */
  readonly available: number;
  /** How many are taken: by tasks that run, and by those that are overdue and were not detached. */
  readonly busy: number;
  /** How many tasks wait. */
  readonly queued: number;
  /** How many wait for room in the queue, with `overflow: 'block'`. */
  readonly blocked: number;
  /** Ended with a value. */
  readonly completed: number;
  /** Ended with an error of their own, or of their thread. */
  readonly failed: number;
  /** Ended by one of the time limits. */
  readonly timedOut: number;
  /** Ended by the signal of their caller. */
  readonly aborted: number;
  /** Refused: the queue was full, or the pool had stopped. What is bad input is not among them. */
  readonly rejected: number;
  /** Dropped from the queue: the oldest of a full one, or shed. */
  readonly dropped: number;
  /** Ended by the end of the pool. */
  readonly stopped: number;
  /** How many run on now though their caller has been answered. */
  readonly overdue: number;
  /** How many of those have ended meanwhile. */
  readonly lateResults: number;
  /** From `executeTask` to the begin, of those that were begun. */
  readonly wait: Durations;
  /** From the begin to the end, of those that have ended. */
  readonly run: Durations;
  /** Which part of the slots was taken in the last one to two minutes, from 0 to 1. */
  readonly utilisation: number;
}

/** How a task ended, for its caller. */
export type EndKind = 'completed' | 'failed' | 'timedOut' | 'aborted' | 'rejected' | 'dropped' | 'stopped';
