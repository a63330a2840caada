import { InvalidOptionError } from '../errors.js';
import { type ExitReason, isExitReason } from '../process/exit-reason.js';
import type { CallMessage } from '../process/call-message.js';

/** A handler's answer that is not a plain value. */
export abstract class Outcome {}

/** Made by `refuse`. */
export class Refusal extends Outcome {
  constructor(readonly error: unknown) {
    super();
  }
}

/**
 * Says no and lives on: the caller's promise rejects with `error`, the server goes on with its state. To be returned:
 * `return refuse(new SeatTakenError(seat))`. Its type is `never`, so it does not show in the type of the reply. A throw,
 * in contrast, ends the server.
 */
export function refuse(error: unknown): never {
  return new Refusal(error) as never;
}

/** The answer to a request, to be given later: made by `this.self.defer()`, returned by the handler. `T` is the reply's type. */
export class Deferred<T> extends Outcome {
  readonly #request: CallMessage | undefined;
  readonly #onLate: () => void;

  /** Not for direct use: see `this.self.defer()`. */
  constructor(request: CallMessage | undefined, onLate: () => void) {
    super();
    this.#request = request;
    this.#onLate = onLate;
  }

  /** Whether the caller still waits. False after the reply, its timeout or abort, and for a cast, which nobody awaits. */
  get isPending(): boolean {
    return this.#request?.isPending ?? false;
  }

  /** Whether it is the answer to this request. */
  answers(request: CallMessage): boolean {
    return this.#request === request;
  }

  /** Answers the caller, from anywhere. A second or late reply is dropped and counted (GS-026, GS-027). */
  reply(value: T): void {
    if (this.#request?.resolve(value) === false) this.#onLate();
  }

  /** Rejects the caller's promise with `error`; the server lives on. */
  refuse(error: unknown): void {
    if (this.#request?.reject(error) === false) this.#onLate();
  }
}

/** Made by `ignore`. */
export class Ignored extends Outcome {
  declare readonly kind: 'ignored';
}

/** Made by `stop`. */
export class Stopped extends Outcome {
  constructor(
    /** What the start fails with. */
    readonly reason: ExitReason,
  ) {
    super();
  }
}

/** From `init`: there is nothing to do, do not start. No error: the start gives undefined, a supervisor goes on (GS-006, SUP-023). */
export function ignore(): Ignored {
  return new Ignored();
}

/** From `init`: do not start, for this reason. The start fails with a StartError that carries it; terminate is not called (GS-004). */
export function stop(reason: ExitReason): Stopped {
  if (!isExitReason(reason))
    throw new InvalidOptionError('reason', 'an ExitReason, such as ExitReason.shutdown', reason);
  return new Stopped(reason);
}
