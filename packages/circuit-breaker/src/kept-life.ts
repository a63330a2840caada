import type { Milliseconds } from '@rookery/genserver';
import { BreakerEvents } from './events.js';
import type { LocalBreaker } from './local-breaker.js';
import type { SavedBreaker } from './snapshot.js';

/** What outlives a breaker's process: who listens and, if asked for, what it knew. */
class Life {
  readonly events: BreakerEvents;
  #saved: { readonly breaker: SavedBreaker; readonly at: Milliseconds } | undefined;

  constructor(label: string) {
    this.events = new BreakerEvents(label);
  }

  leave(breaker: LocalBreaker, at: Milliseconds): void {
    this.#saved = { breaker: breaker.save(), at };
  }

  enter(breaker: LocalBreaker, now: Milliseconds): void {
    const saved = this.#saved;
    this.#saved = undefined;
    if (saved !== undefined) breaker.restore(saved.breaker, now - saved.at);
  }
}

/** The lives of a child specification: one for each runtime, as its name is there only once. Without a name each start is new. */
export class KeptLives {
  readonly #isNamed: boolean;
  readonly keepsState: boolean;
  /** By a runtime's own source of chance, which it shares with no other. A life goes with its runtime. */
  readonly #lives = new WeakMap<() => number, Life>();

  constructor(isNamed: boolean, keepsState: boolean) {
    this.#isNamed = isNamed;
    this.keepsState = keepsState;
  }

  /** `label`: what its events call it. */
  of(random: () => number, label: string): Life {
    const known = this.#isNamed ? this.#lives.get(random) : undefined;
    if (known !== undefined) return known;
    const life = new Life(label);
    if (this.#isNamed) this.#lives.set(random, life);
    return life;
  }
}
