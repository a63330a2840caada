import type { Milliseconds } from '../runtime/clock.js';
import type { ExitReason } from './exit-reason.js';

/** A crash or a failed start of a child that was answered with a restart. */
export interface RestartRecord {
  /** On the runtime's clock, which counts from some fixed moment. */
  readonly atMs: Milliseconds;
  /** Why the child did not run. */
  readonly reason: ExitReason;
}
