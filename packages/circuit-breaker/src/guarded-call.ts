import type { GuardedFunction } from './breaker.js';
import type { Bulkhead, NoRoom } from './bulkhead.js';
import { type Circuit, REJECTED } from './circuit.js';
import { BulkheadFullError, CallCancelledError } from './errors.js';
import type { CompleteOptions } from './options.js';
import { type CallLimits, TimedCall } from './timed-call.js';
import { withoutStack } from './without-stack.js';

/** A call with all there may be: room in the bulkhead, leave of the circuit, a time limit, a signal. */
export class GuardedCall<T> {
  readonly #options: CompleteOptions;
  readonly #circuit: Circuit;
  readonly #bulkhead: Bulkhead | undefined;
  readonly #limits: CallLimits;
  readonly #call: TimedCall<T>;

  constructor(options: CompleteOptions, circuit: Circuit, bulkhead: Bulkhead | undefined, limits: CallLimits) {
    this.#options = options;
    this.#circuit = circuit;
    this.#bulkhead = bulkhead;
    this.#limits = limits;
    this.#call = new TimedCall<T>(options, circuit, limits);
  }

  /** Whether a fallback may stand in: not for who has gone, nor for an error that is an answer. */
  get mayFallBack(): boolean {
    const { outcome } = this.#call;
    return outcome === undefined ? this.#limits.signal?.aborted !== true : outcome === 'failure';
  }

  run(fn: GuardedFunction<T>): Promise<T> {
    const { signal } = this.#limits;
    if (signal?.aborted === true) return Promise.reject(this.#cancelled());
    return this.#bulkhead === undefined ? this.#attempt(fn) : this.#runInside(this.#bulkhead, fn);
  }

  /** An async function: after waiting it goes on in its caller's async context, whoever has made room. */
  async #runInside(bulkhead: Bulkhead, fn: GuardedFunction<T>): Promise<T> {
    while (!bulkhead.tryEnter()) if (await this.#wait(bulkhead)) break;
    try {
      if (this.#limits.signal?.aborted === true) throw this.#cancelled();
      return await this.#attempt(fn);
    } finally {
      bulkhead.leave();
    }
  }

  /** For room in the bulkhead: not if the call would be rejected anyway. False: it must ask again. */
  async #wait(bulkhead: Bulkhead): Promise<boolean> {
    const { signal } = this.#limits;
    if (signal?.aborted === true) throw this.#cancelled();
    if (this.#circuit.isRejecting) throw this.#circuit.rejection();
    const entry = await bulkhead.enter(signal);
    if (entry.kind === 'entered') return true;
    // Called off when the breaker opened; since then it may have been reset.
    if (entry.kind === 'dismissed' && !this.#circuit.isRejecting) return false;
    throw this.#noRoom(entry);
  }

  #noRoom(why: NoRoom): Error {
    if (why.kind === 'dismissed') return this.#circuit.rejection();
    if (why.kind === 'cancelled') return this.#cancelled();
    const { stats, events, name } = this.#circuit;
    stats.bulkheadRejections++;
    events.emit({ kind: 'call_rejected', reason: 'bulkhead_full' });
    const waitedMs = why.kind === 'waited' ? why.waitedMs : 0;
    return withoutStack(() => new BulkheadFullError(this.#options.label, name, waitedMs));
  }

  #attempt(fn: GuardedFunction<T>): Promise<T> {
    const admission = this.#circuit.admit();
    return admission === REJECTED ? Promise.reject(this.#circuit.rejection()) : this.#call.run(fn, admission);
  }

  #cancelled(): CallCancelledError {
    return new CallCancelledError(this.#options.label, this.#limits.signal?.reason);
  }
}
