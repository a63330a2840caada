import type { BreakerMode, BreakerStateName } from './breaker-state.js';
import type { CallContext } from './call-context.js';
import type { BreakerListener } from './events.js';
import type { Lease, Rejection } from './lease.js';
import type { ExecuteOptions, FaultOptions, WrapOptions } from './options.js';
import type { BreakerSnapshot } from './snapshot.js';
import type { BreakerStats } from './stats.js';

/** What a call through a breaker runs. */
export type GuardedFunction<T> = (context: CallContext) => T | PromiseLike<T>;

/** A circuit breaker, plain or supervised. Give each dependency, and each host of it, its own. */
export interface Breaker {
  /** Of now: an open breaker whose time is over is `half_open`, though nobody has called yet. */
  readonly state: BreakerStateName;
  readonly mode: BreakerMode;
  /** The same as `state`. */
  getState(): BreakerStateName;
  /**
   * Calls `fn`, unless the breaker is open. Gives what it gives; rejects with what it throws, or with a CircuitOpenError, a
   * BulkheadFullError, a CallTimedOutError, or a BreakerUnavailableError. Never throws at once.
   */
  call<T>(fn: GuardedFunction<T>): Promise<T>;
  /** As `call`; it may be cancelled by a signal, have a time of its own, and a fallback. */
  execute<T, Fallback = never>(
    fn: GuardedFunction<T>,
    options?: ExecuteOptions<Fallback>,
  ): Promise<T | Awaited<Fallback>>;
  /** A function with the same arguments and the same `this`, each call of which goes through the breaker. */
  wrap<This, Args extends readonly unknown[], T, Fallback = never>(
    fn: (this: This, ...args: Args) => T,
    options?: WrapOptions<Args, Fallback>,
  ): (this: This, ...args: Args) => Promise<Awaited<T> | Awaited<Fallback>>;
  /**
   * For a call that the breaker does not make itself. A lease must be settled; while half-open, one that is not settled in time
   * (`halfOpen.maxWaitMs`) has failed. It takes no room in the bulkhead, and has no time limit but that.
   */
  tryAcquire(): Lease | Rejection;
  /** Rejects all calls until `auto` (or another hold). */
  forceOpen(): void;
  /** Makes all calls, and counts none, until `auto` (or another hold). */
  forceClosed(): void;
  /** Counts as ever, but rejects no call: it shows what it would do. Those it would have rejected are not counted. */
  shadow(): void;
  /** Ends a hold, or shadow mode. What was below a hold goes on, by the time that has passed; its count begins anew. */
  auto(): void;
  /** Closed, as if nothing had happened. A hold stays. Results of calls that are running do not count. */
  reset(): void;
  /** Lets calls fail on purpose, for tests. Undefined: no more. */
  injectFaults(faults: FaultOptions | undefined): void;
  stats(): BreakerStats;
  /** Returns how to end it. A listener that throws hurts nobody: it is a warning of the process. */
  subscribe(listener: BreakerListener): () => void;
  /** What it knows, as plain data, with its age. */
  toJSON(): BreakerSnapshot;
}
