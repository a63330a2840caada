import type { Milliseconds } from '@rookery/genserver';
import type { GuardedFunction } from './breaker.js';
import type { Bulkhead, NoRoom } from './bulkhead.js';
import { type Circuit, REJECTED } from './circuit.js';
import { classifyError, classifyResult } from './classify.js';
import { BulkheadFullError, CallCancelledError, CallTimedOutError } from './errors.js';
import type { CompleteOptions } from './options.js';
import { TimedCall } from './timed-call.js';
import { withoutStack } from './without-stack.js';

export interface GuardedCallLimits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: Milliseconds;
}

/** A call with all there may be: room in the bulkhead, leave of the circuit, a time limit, a signal. */
export class GuardedCall<T> {
  readonly #options: CompleteOptions;
  readonly #circuit: Circuit;
  readonly #bulkhead: Bulkhead | undefined;
  readonly #limits: GuardedCallLimits;
  /** Whether a fallback may stand in: not for who has gone, nor for an error that is an answer. */
  mayFallBack = true;

  constructor(options: CompleteOptions, circuit: Circuit, bulkhead: Bulkhead | undefined, limits: GuardedCallLimits) {
    this.#options = options;
    this.#circuit = circuit;
    this.#bulkhead = bulkhead;
    this.#limits = limits;
  }

  async run(fn: GuardedFunction<T>): Promise<T> {
    const bulkhead = this.#bulkhead;
    this.#leaveIfCancelled();
    if (bulkhead === undefined) return this.#attempt(fn);
    if (!bulkhead.tryEnter()) await this.#wait(bulkhead);
    try {
      this.#leaveIfCancelled();
      return await this.#attempt(fn);
    } finally {
      bulkhead.leave();
    }
  }

  /** For room in the bulkhead: not if the call would be rejected anyway. */
  async #wait(bulkhead: Bulkhead): Promise<void> {
    if (this.#circuit.isRejecting) throw this.#circuit.rejection();
    const entry = await bulkhead.enter(this.#limits.signal);
    if (entry.kind !== 'entered') throw this.#noRoom(entry);
  }

  #noRoom(why: NoRoom): Error {
    if (why.kind === 'dismissed') return this.#circuit.rejection();
    if (why.kind === 'cancelled') return this.#cancelled(this.#limits.signal?.reason);
    const { stats, events, name } = this.#circuit;
    stats.bulkheadRejections++;
    events.emit({ kind: 'call_rejected', reason: 'bulkhead_full' });
    const waitedMs = why.kind === 'waited' ? why.waitedMs : 0;
    return withoutStack(() => new BulkheadFullError(this.#options.label, name, waitedMs));
  }

  async #attempt(fn: GuardedFunction<T>): Promise<T> {
    const circuit = this.#circuit;
    const admission = circuit.admit();
    if (admission === REJECTED) throw circuit.rejection();
    const { generation } = circuit;
    const startedAt = circuit.startedAt();
    const call = this.#timed();
    let value: T;
    try {
      value = await call.run(fn);
    } catch (error) {
      const outcome = this.#outcomeOf(call, error);
      this.mayFallBack = outcome === 'failure';
      circuit.settle(generation, admission, outcome, startedAt, error);
      throw error;
    }
    const outcome = classifyResult(value, this.#options, circuit.events);
    circuit.settle(generation, admission, outcome, startedAt, undefined);
    return value;
  }

  #timed(): TimedCall<T> {
    const { clock, label } = this.#options;
    const { signal, timeoutMs } = this.#limits;
    return new TimedCall<T>({
      clock,
      signal,
      timeoutMs,
      timeoutError: () => new CallTimedOutError(label, timeoutMs),
      cancelError: (reason) => this.#cancelled(reason),
      onLate: (end) => this.#circuit.drop(end === 'timed_out' ? 'timed_out' : 'cancelled'),
    });
  }

  #outcomeOf(call: TimedCall<T>, error: unknown): 'success' | 'failure' | 'ignore' {
    if (call.end === 'cancelled') return 'ignore';
    if (call.end === 'settled') return classifyError(error, this.#options, this.#circuit.events);
    this.#circuit.stats.timeouts++;
    return 'failure';
  }

  #leaveIfCancelled(): void {
    const { signal } = this.#limits;
    if (signal?.aborted === true) throw this.#cancelled(signal.reason);
  }

  #cancelled(reason: unknown): CallCancelledError {
    this.mayFallBack = false;
    return new CallCancelledError(this.#options.label, reason);
  }
}
