import type { DropKind } from './process/host.js';
import type { Clock, Milliseconds } from './runtime/clock.js';
import type { CreateInstance } from './runtime/kernel.js';

/** What a runtime can be given. */
export interface RuntimeOptions {
  /** Default: the machine's monotonic clock. Tests use a ManualClock. */
  readonly clock?: Clock;
  /**
   * Makes the object behind each server, at every start anew; may return a promise. Default `new serverClass()`. A framework
   * puts its injection here.
   */
  readonly create?: CreateInstance;
}

/** How many of what there is. */
export interface RuntimeStats {
  /** How many are alive. */
  readonly processes: number;
  /** What was dropped on purpose, by kind, since the runtime was made. */
  readonly dropped: Readonly<Record<DropKind, number>>;
}

/** How long to wait. */
export interface StopOptions {
  /** Default Infinity. */
  readonly timeoutMs?: Milliseconds;
}
