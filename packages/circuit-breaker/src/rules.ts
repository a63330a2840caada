import type { BreakerRules } from './breaker-state.js';
import { openTime, tripsLeft } from './open-time.js';
import { checkChance } from './checks.js';
import type { CompleteOptions } from './options.js';

/** What the reducer goes by, of the options. */
export function rulesOf(options: CompleteOptions): BreakerRules {
  return new OptionRules(options);
}

/** A class, so that ten thousand breakers have no closures of their own for it. */
class OptionRules implements BreakerRules {
  readonly #options: CompleteOptions;

  constructor(options: CompleteOptions) {
    this.#options = options;
  }

  get permits(): number {
    return this.#options.halfOpen.permits;
  }

  get successes(): number {
    return this.#options.halfOpen.successes;
  }

  get probeMs(): number {
    return this.#options.halfOpen.maxWaitMs;
  }

  openMs(trips: number): number {
    const { timeoutMs, openTime: growth, random } = this.#options;
    // Chance is asked only where it decides something.
    return openTime(timeoutMs, growth, trips, growth.jitter === 0 ? 0 : checkChance(random()));
  }

  tripsLeft(trips: number, closedMs: number): number {
    return tripsLeft(trips, closedMs, this.#options.timeoutMs, this.#options.openTime);
  }
}
