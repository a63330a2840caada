import type { AbortListener, ClockTimer, Milliseconds } from '@rookery/genserver';
import type { GuardedFunction } from './breaker.js';
import type { Outcome } from './breaker-state.js';
import { LazyContext } from './call-context.js';
import { resultOf } from './call-ends.js';
import type { Circuit } from './circuit.js';
import { classifyError, classifyResult } from './classify.js';
import { CallCancelledError, CallTimedOutError } from './errors.js';
import type { CompleteOptions } from './options.js';

/** When a call ends before its function does. */
export interface CallLimits {
  readonly signal: AbortSignal | undefined;
  readonly timeoutMs: Milliseconds;
}

/** One call that may end before its function does. It tells the circuit once, and leaves no timer and no listener. */
export class TimedCall<T> implements AbortListener {
  readonly #options: CompleteOptions;
  readonly #circuit: Circuit;
  readonly #limits: CallLimits;
  readonly #context = new LazyContext();
  #admission = 0;
  #generation = 0;
  #startedAt: Milliseconds | undefined;
  #timer: ClockTimer | undefined;
  #resolve!: (value: T) => void;
  #reject!: (error: unknown) => void;
  /** How it ended; undefined while it runs. */
  #end: 'settled' | 'timed_out' | 'cancelled' | undefined;
  /** What it said about the dependency; undefined while it runs. */
  outcome: Outcome | undefined;

  constructor(options: CompleteOptions, circuit: Circuit, limits: CallLimits) {
    this.#options = options;
    this.#circuit = circuit;
    this.#limits = limits;
  }

  /** `admission`: what the circuit gave for it. */
  run(fn: GuardedFunction<T>, admission: number): Promise<T> {
    this.#admission = admission;
    this.#generation = this.#circuit.generation;
    this.#startedAt = this.#circuit.startedAt();
    const outcome = new Promise<T>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#arm();
    resultOf(fn, this.#context).then(
      (value) => this.#onValue(value),
      (error: unknown) => this.#onError(error),
    );
    return outcome;
  }

  /** Its caller has gone. */
  aborted(reason: unknown): void {
    this.#end = 'cancelled';
    const error = new CallCancelledError(this.#options.label, reason);
    if (this.#finish('ignore', error)) this.#reject(error);
    this.#context.abort(reason);
  }

  #arm(): void {
    const { signal, timeoutMs } = this.#limits;
    if (timeoutMs !== Infinity) this.#timer = this.#options.clock.setTimer(timeoutMs, () => this.#onTimeout());
    if (signal !== undefined) this.#circuit.signals.add(signal, this);
  }

  #onValue(value: T): void {
    if (this.#end !== undefined) return this.#circuit.drop(this.#end === 'timed_out' ? 'timed_out' : 'cancelled');
    this.#end = 'settled';
    if (this.#finish(classifyResult(value, this.#options, this.#circuit.events), undefined)) this.#resolve(value);
  }

  #onError(error: unknown): void {
    if (this.#end !== undefined) return this.#circuit.drop(this.#end === 'timed_out' ? 'timed_out' : 'cancelled');
    this.#end = 'settled';
    if (this.#finish(classifyError(error, this.#options, this.#circuit.events), error)) this.#reject(error);
  }

  #onTimeout(): void {
    this.#end = 'timed_out';
    this.#circuit.stats.timeouts++;
    const error = new CallTimedOutError(this.#options.label, this.#limits.timeoutMs);
    if (this.#finish('failure', error)) this.#reject(error);
    this.#context.abort(error);
  }

  /** False if that failed: then the caller has been told. */
  #finish(outcome: Outcome, error: unknown): boolean {
    this.outcome = outcome;
    this.#timer?.cancel();
    const { signal } = this.#limits;
    if (signal !== undefined) this.#circuit.signals.remove(signal, this);
    try {
      this.#circuit.settle(this.#generation, this.#admission, outcome, this.#startedAt, error);
      return true;
    } catch (problem) {
      this.#reject(problem); // a random that gives no chance
      return false;
    }
  }
}
