import { GenServerError, InvalidOptionError } from '../errors.js';
import { endWithReason, ExitReason, isExitReason } from './exit-reason.js';

/**
 * What `exit()` throws. Code that catches everything and goes on also catches this, and then the process lives (PROC-005):
 * throw it on where that is not meant.
 */
export class ExitError extends GenServerError {
  readonly code = 'ERR_GENSERVER_EXIT';
  readonly #reason: ExitReason;

  /** Made by `exit()`, and by `this.self.sleep()` when the process ends meanwhile. */
  constructor(
    reason: ExitReason,
    message = `exit() was called, with the reason ${endWithReason(reason)} Uncaught in a server, it ends that server.`,
  ) {
    super(message);
    this.#reason = reason;
  }

  /** What the process ends with. */
  get reason(): ExitReason {
    return this.#reason;
  }

  /** Whether `exit()` threw this. Asks for the private field: whatever was thrown, looking at it must not throw again. */
  static isThrown(thrown: unknown): thrown is ExitError {
    return typeof thrown === 'object' && thrown !== null && #reason in thrown;
  }
}

/**
 * Ends the process that runs here, with exactly this reason, by throwing: from a handler, after terminate; from init, so
 * that the start fails, also with `normal`; from terminate, in place of the reason it was given. A clean reason is no
 * crash and is not reported as one. It can be caught, and then nothing happens (PROC-004, PROC-005, GS-048, GS-055).
 *
 * A caller of the handler gets a ProcessExitedError with the reason. Outside any process it is an ordinary error. It is no
 * exit signal: `exit(ExitReason.killed)` runs terminate and can be trapped by those who are linked (PROC-014). Throws an
 * InvalidOptionError when `reason` is no ExitReason.
 */
export function exit(reason: ExitReason): never {
  if (!isExitReason(reason)) {
    throw new InvalidOptionError('reason', 'an ExitReason, such as ExitReason.shutdown', reason);
  }
  throw new ExitError(reason);
}

/** How a process ends in which this was thrown. */
export function reasonOf(thrown: unknown): ExitReason {
  return ExitError.isThrown(thrown) ? thrown.reason : ExitReason.error(thrown);
}
