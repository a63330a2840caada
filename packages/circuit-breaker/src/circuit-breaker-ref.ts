import type { Pid, ServerRef } from '@rookery/genserver';
import type { Breaker, GuardedFunction } from './breaker.js';
import type { BreakerMode, BreakerStateName } from './breaker-state.js';
import type { CircuitBreakerServer } from './circuit-breaker-server.js';
import { BreakerUnavailableError } from './errors.js';
import type { BreakerListener } from './events.js';
import type { Lease, Rejection } from './lease.js';
import { LocalBreaker } from './local-breaker.js';
import type { ExecuteOptions, FaultOptions, WrapOptions } from './options.js';
import type { BreakerSnapshot } from './snapshot.js';
import type { BreakerStats } from './stats.js';
import { wrapBy } from './wrap.js';

/**
 * A supervised breaker, by name (or by pid). Calls go directly, without messages, through whatever breaker holds the name now, so
 * it stays good over restarts. While none does, its state is `open`: calls are rejected with a BreakerUnavailableError, as a
 * dependency must not lose its protection because a name is wrong. Throws an InvalidOptionError of @rookery/genserver when
 * another kind of server holds the name.
 */
export class CircuitBreakerRef implements Breaker {
  readonly #server: ServerRef<CircuitBreakerServer>;
  /** Stands in while no breaker is there. */
  #nobody: LocalBreaker | undefined;

  /** Made by the start of a breaker, or by `CircuitBreaker.ref`. */
  constructor(server: ServerRef<CircuitBreakerServer>) {
    this.#server = server;
  }

  /** Who stands behind it now; undefined when nobody does. */
  get pid(): Pid | undefined {
    return this.#server.pid;
  }

  /** Whether a breaker stands behind it now. If never, the name may be wrong. */
  get isAlive(): boolean {
    return this.#found() !== undefined;
  }

  get state(): BreakerStateName {
    return this.#breaker.state;
  }

  get mode(): BreakerMode {
    return this.#breaker.mode;
  }

  getState(): BreakerStateName {
    return this.#breaker.state;
  }

  call<T>(fn: GuardedFunction<T>): Promise<T> {
    return this.execute(fn);
  }

  execute<T, Fallback = never>(
    fn: GuardedFunction<T>,
    options?: ExecuteOptions<Fallback>,
  ): Promise<T | Awaited<Fallback>> {
    let breaker: LocalBreaker;
    try {
      breaker = this.#breaker;
    } catch (error) {
      return Promise.reject(error);
    }
    return breaker.execute(fn, options);
  }

  /** It may be made before the breaker is there: each call looks for it. */
  wrap<This, Args extends readonly unknown[], T, Fallback = never>(
    fn: (this: This, ...args: Args) => T,
    options: WrapOptions<Args, Fallback> = {},
  ): (this: This, ...args: Args) => Promise<Awaited<T> | Awaited<Fallback>> {
    return wrapBy(this, fn, options);
  }

  tryAcquire(): Lease | Rejection {
    return this.#breaker.tryAcquire();
  }

  /** This and the like throw a BreakerUnavailableError while no breaker is there: what was asked for would be lost. */
  forceOpen(): void {
    this.#present.forceOpen();
  }

  forceClosed(): void {
    this.#present.forceClosed();
  }

  shadow(): void {
    this.#present.shadow();
  }

  auto(): void {
    this.#present.auto();
  }

  reset(): void {
    this.#present.reset();
  }

  injectFaults(faults: FaultOptions | undefined): void {
    this.#present.injectFaults(faults);
  }

  /** Of the breaker that is there now; all zero when none is. */
  stats(): BreakerStats {
    return this.#breaker.stats();
  }

  /** The listener hears of the breaker over its restarts. */
  subscribe(listener: BreakerListener): () => void {
    return this.#present.subscribe(listener);
  }

  toJSON(): BreakerSnapshot {
    return this.#present.toJSON();
  }

  toString(): string {
    return this.#server.toString();
  }

  get #breaker(): LocalBreaker {
    return this.#found() ?? (this.#nobody ??= nobodyCalled(String(this)));
  }

  get #present(): LocalBreaker {
    const breaker = this.#found();
    if (breaker === undefined) throw new BreakerUnavailableError(String(this));
    return breaker;
  }

  #found(): LocalBreaker | undefined {
    const breaker = this.#server.shared;
    return breaker?.isShutDown === true ? undefined : breaker;
  }
}

function nobodyCalled(label: string): LocalBreaker {
  const nobody = new LocalBreaker({ label });
  nobody.shutdown();
  return nobody;
}
