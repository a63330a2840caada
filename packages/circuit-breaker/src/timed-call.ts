import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import { LazyContext, type CallContext } from './call-context.js';

/** How a call ended: with what its function gave, or before that. */
export type CallEnd = 'settled' | 'timed_out' | 'cancelled';

export interface CallLimits {
  readonly clock: Clock;
  readonly timeoutMs: Milliseconds;
  readonly signal: AbortSignal | undefined;
  readonly timeoutError: () => Error;
  readonly cancelError: (reason: unknown) => Error;
  /** The function has settled after its caller was answered. */
  readonly onLate: (end: CallEnd) => void;
}

/** One call that may end before its function does. Leaves no timer and no listener. */
export class TimedCall<T> {
  readonly #limits: CallLimits;
  readonly #context = new LazyContext();
  #end: CallEnd | undefined;
  #timer: ClockTimer | undefined;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;

  constructor(limits: CallLimits) {
    this.#limits = limits;
  }

  /** Undefined while it runs. */
  get end(): CallEnd | undefined {
    return this.#end;
  }

  run(fn: (context: CallContext) => T | PromiseLike<T>): Promise<T> {
    const { clock, timeoutMs, signal } = this.#limits;
    const outcome = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (timeoutMs !== Infinity) this.#timer = clock.setTimer(timeoutMs, this.#onTimeout);
    signal?.addEventListener('abort', this.#onAbort);
    this.#follow(fn).then(
      (value) => this.#finish('settled') && this.#resolve(value),
      (error: unknown) => this.#finish('settled') && this.#reject(error),
    );
    return outcome;
  }

  /** So that what is thrown at once, and a thenable, come as a promise, too. */
  async #follow(fn: (context: CallContext) => T | PromiseLike<T>): Promise<T> {
    return fn(this.#context);
  }

  readonly #onTimeout = (): void => this.#giveUp('timed_out', this.#limits.timeoutError);

  readonly #onAbort = (): void => {
    const reason: unknown = this.#limits.signal?.reason;
    this.#giveUp('cancelled', () => this.#limits.cancelError(reason), reason);
  };

  #giveUp(end: CallEnd, makeError: () => Error, reason?: unknown): void {
    if (!this.#finish(end)) return;
    const error = makeError();
    this.#reject(error);
    this.#context.abort(reason ?? error);
  }

  /** Returns whether it was the first end. */
  #finish(end: CallEnd): boolean {
    if (this.#end !== undefined) {
      this.#limits.onLate(this.#end);
      return false;
    }
    this.#end = end;
    this.#timer?.cancel();
    this.#limits.signal?.removeEventListener('abort', this.#onAbort);
    return true;
  }
}
