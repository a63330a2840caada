import { GenServer, shared } from '@rookery/genserver';
import type { KeptLives } from './kept-life.js';
import { LocalBreaker } from './local-breaker.js';
import type { CircuitBreakerOptions } from './options.js';

/**
 * The process that owns a breaker: it ends with it. Calls do not go through its mailbox, where one would wait for the other: see
 * CircuitBreakerRef.
 */
export class CircuitBreakerServer extends GenServer {
  declare readonly [shared]: LocalBreaker;

  override init(options: CircuitBreakerOptions, lives: KeptLives): void {
    const { clock, random, name, signal } = this.self;
    const label = options.label ?? name;
    const life = lives.of(random, label);
    const breaker = new LocalBreaker({ ...options, label, clock, random }, life.events);
    if (lives.keepsState) life.enter(breaker, clock.now());
    this.#share(breaker);
    const end = (): void => {
      if (lives.keepsState) life.leave(breaker, clock.now());
      breaker.shutdown();
    };
    signal.addEventListener('abort', end, { once: true });
  }

  /** The breaker goes on, with all it knows. */
  override codeChange(_state: unknown, _extra: unknown, old: GenServer<unknown>): void {
    if (old instanceof CircuitBreakerServer) this.#share(old[shared]);
  }

  #share(breaker: LocalBreaker): void {
    Object.defineProperty(this, shared, { value: breaker });
  }
}
