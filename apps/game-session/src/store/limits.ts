import type { Milliseconds } from '@rookery/genserver';

/** How much the Repo takes on, and how long it goes on trying. */
export interface Limits {
  /** A write that is not on disk by then is refused. Less than the 5 s a call waits, so that the caller learns why. Default 4,000. */
  readonly writeMs: Milliseconds;
  /** The same for a read. Default 4,000. */
  readonly readMs: Milliseconds;
  /** Rows of one statement: whoever asks PGlite for something waits until it is through. See what was measured in the decision on the store. Default 128. */
  readonly batchRows: number;
  /** Writes that may wait, and as many reads; more are refused as overloaded. Default 10,000. */
  readonly maxWaiting: number;
  /** How long a stop may take to write what waits. Less than `shutdownMs` of the Repo. Default 4,000. */
  readonly drainMs: Milliseconds;
}

export const DEFAULT_LIMITS: Limits = {
  writeMs: 4_000,
  readMs: 4_000,
  batchRows: 128,
  maxWaiting: 10_000,
  drainMs: 4_000,
};
