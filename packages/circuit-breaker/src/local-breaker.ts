import { AbortListeners } from '@rookery/genserver';
import type { Breaker, GuardedFunction } from './breaker.js';
import type { BreakerMode, BreakerStateName } from './breaker-state.js';
import { Bulkhead } from './bulkhead.js';
import { LazyContext } from './call-context.js';
import { CallEnds, resultOf } from './call-ends.js';
import { checkFunction } from './checks.js';
import { Circuit, COUNTED, REJECTED } from './circuit.js';
import { BreakerOptionError, FallbackFailedError } from './errors.js';
import { BreakerEvents, type BreakerListener } from './events.js';
import { Faults } from './faults.js';
import { GuardedCall } from './guarded-call.js';
import { type Lease, NoLease, OpenLease, type Rejection } from './lease.js';
import {
  checkExecuteOptions,
  type CircuitBreakerOptions,
  type CompleteOptions,
  completeOptions,
  type ExecuteOptions,
  type FaultOptions,
  type WrapOptions,
} from './options.js';
import { ageOf, type BreakerSnapshot, checkSnapshot, revive, save, type SavedBreaker, toSnapshot } from './snapshot.js';
import type { BreakerStats } from './stats.js';
import { wrapBy } from './wrap.js';

/** The breaker itself. `CircuitBreaker` is this with the ways to supervise it. */
export class LocalBreaker implements Breaker {
  readonly #options: CompleteOptions;
  readonly #circuit: Circuit;
  readonly #bulkhead: Bulkhead | undefined;
  #faults: Faults | undefined;
  #ends: CallEnds | undefined;
  #isPlain: boolean; // a call without options needs nothing but the circuit

  /** Throws a BreakerOptionError for options that make no sense. `events`: where its events go; default: to its own listeners. */
  constructor(options: CircuitBreakerOptions = {}, events?: BreakerEvents) {
    this.#options = completeOptions(options);
    const { bulkhead, clock, callTimeoutMs } = this.#options;
    const signals = new AbortListeners();
    this.#bulkhead = bulkhead && new Bulkhead(bulkhead, clock, signals);
    events ??= new BreakerEvents(this.#options.label);
    this.#circuit = new Circuit(this.#options, this.#bulkhead, events, signals);
    this.#isPlain = bulkhead === undefined && callTimeoutMs === Infinity;
  }

  /** What errors and events call it. */
  get label(): string {
    return this.#options.label;
  }

  get state(): BreakerStateName {
    return this.#circuit.name;
  }

  get mode(): BreakerMode {
    return this.#circuit.mode;
  }

  /** Whether it was shut down, by its process too. */
  get isShutDown(): boolean {
    return this.#circuit.isEnded;
  }

  /** Whether a call runs or waits. */
  get isBusy(): boolean {
    return this.#circuit.stats.running > 0 || (this.#bulkhead?.waiting ?? 0) > 0;
  }

  getState(): BreakerStateName {
    return this.#circuit.name;
  }

  call<T>(fn: GuardedFunction<T>): Promise<T> {
    return this.execute(fn);
  }

  execute<T, Fallback = never>(
    fn: GuardedFunction<T>,
    options?: ExecuteOptions<Fallback>,
  ): Promise<T | Awaited<Fallback>> {
    if (typeof fn !== 'function') return Promise.reject(new BreakerOptionError('fn', 'a function', fn));
    if (options === undefined && this.#isPlain) return this.#run(fn);
    return this.#guard(fn, options);
  }

  wrap<This, Args extends readonly unknown[], T, Fallback = never>(
    fn: (this: This, ...args: Args) => T,
    options: WrapOptions<Args, Fallback> = {},
  ): (this: This, ...args: Args) => Promise<Awaited<T> | Awaited<Fallback>> {
    return wrapBy(this, fn, options);
  }

  tryAcquire(): Lease | Rejection {
    const circuit = this.#circuit;
    const admission = circuit.admit();
    if (admission === REJECTED) return new NoLease(circuit.rejection());
    const { generation } = circuit;
    const startedAt = circuit.startedAt();
    return new OpenLease((outcome, error) => circuit.settle(generation, admission, outcome, startedAt, error));
  }

  forceOpen(): void {
    this.#circuit.dispatch({ kind: 'held', mode: 'forced_open' });
  }

  forceClosed(): void {
    this.#circuit.dispatch({ kind: 'held', mode: 'forced_closed' });
  }

  shadow(): void {
    this.#circuit.dispatch({ kind: 'held', mode: 'shadow' });
  }

  auto(): void {
    this.#circuit.dispatch({ kind: 'held', mode: 'auto' });
  }

  reset(): void {
    this.#circuit.dispatch({ kind: 'reset' });
  }

  injectFaults(faults: FaultOptions | undefined): void {
    const { label, bulkhead, callTimeoutMs } = this.#options;
    this.#faults = faults === undefined ? undefined : new Faults(faults, label, this.#options);
    this.#isPlain = faults === undefined && bulkhead === undefined && callTimeoutMs === Infinity;
  }

  stats(): BreakerStats {
    return this.#circuit.counts(this.#bulkhead?.waiting ?? 0);
  }

  subscribe(listener: BreakerListener): () => void {
    checkFunction('listener', listener);
    return this.#circuit.events.subscribe(listener);
  }

  toJSON(): BreakerSnapshot {
    const now = this.#options.clock.now();
    return toSnapshot(this.#circuit.state, this.#circuit.window.save(now), now, this.#options);
  }

  /** A registry has dropped it. */
  noteEviction(): void {
    this.#circuit.events.emit({ kind: 'evicted', state: this.state });
  }

  /** What it knows, for another breaker with the same clock. */
  save(): SavedBreaker {
    const now = this.#options.clock.now();
    return save(this.#circuit.state, this.#circuit.window.save(now), now);
  }

  /** Takes over what another one knew so long ago. Its rules stay its own. */
  restore(saved: SavedBreaker, elapsedMs: number): void {
    const now = this.#options.clock.now();
    this.#circuit.restore(revive(saved, elapsedMs, now, this.#options.openTime.maxMs));
    this.#circuit.window.restore(saved.window, elapsedMs, now);
  }

  /** As `restore`, by the date. Throws a BreakerOptionError for what no breaker has given. */
  restoreSnapshot(snapshot: BreakerSnapshot): void {
    checkSnapshot(snapshot);
    this.restore(snapshot, ageOf(snapshot, this.#options));
  }

  /**
   * Ends it: who waits, and whoever calls from now on, gets a BreakerUnavailableError. Calls that are running go on, and their
   * callers get what they give. No timer is left. Harmless when it was ended before.
   */
  shutdown(): void {
    if (!this.#circuit.isEnded) this.#circuit.end();
  }

  [Symbol.dispose](): void {
    this.shutdown();
  }

  /** A call that nothing but the circuit has to do with. `then` and no await: that is a quarter cheaper, and keeps async stacks. */
  #run<T>(fn: GuardedFunction<T>): Promise<T> {
    const circuit = this.#circuit;
    try {
      const admission = circuit.admit();
      if (admission === REJECTED) return Promise.reject(circuit.rejection());
      const { onValue, onError } = this.#endsOf(admission);
      return resultOf(fn, new LazyContext()).then(onValue as (value: T) => T, onError);
    } catch (error) {
      return Promise.reject(error); // a random that gives no chance
    }
  }

  /** Of calls that differ in nothing, one pair of functions serves all. */
  #endsOf(admission: number): CallEnds {
    const circuit = this.#circuit;
    const startedAt = circuit.startedAt();
    if (admission !== COUNTED || startedAt !== undefined) {
      return new CallEnds(circuit, this.#options, circuit.generation, admission, startedAt);
    }
    if (this.#ends?.generation === circuit.generation) return this.#ends;
    return (this.#ends = new CallEnds(circuit, this.#options, circuit.generation, admission, startedAt));
  }

  #guard<T, Fallback>(fn: GuardedFunction<T>, options: ExecuteOptions<Fallback> = {}): Promise<T | Awaited<Fallback>> {
    try {
      checkExecuteOptions(options);
      const { signal, callTimeoutMs = this.#options.callTimeoutMs, fallback } = options;
      const call = new GuardedCall<T>(this.#options, this.#circuit, this.#bulkhead, {
        signal,
        timeoutMs: callTimeoutMs,
      });
      const outcome = call.run(this.#faults === undefined ? fn : this.#faults.instead(fn));
      if (fallback === undefined) return outcome;
      return outcome.catch((error: unknown) => {
        if (call.mayFallBack) return this.#fallBack(error, fallback);
        throw error;
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  async #fallBack<Fallback>(
    error: unknown,
    fallback: (error: unknown) => Fallback | PromiseLike<Fallback>,
  ): Promise<Awaited<Fallback>> {
    const { stats, events } = this.#circuit;
    try {
      const value = await fallback(error);
      stats.fallbacks++;
      events.emit({ kind: 'fell_back', error });
      return value;
    } catch (fallbackError) {
      events.emit({ kind: 'fallback_failed', error, fallbackError });
      throw new FallbackFailedError(this.#options.label, error, fallbackError);
    }
  }
}
