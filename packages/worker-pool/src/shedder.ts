import type { Milliseconds } from '@rookery/genserver';
import type { Shedding } from './options.js';

/**
 * Tells an overloaded pool from one that is busy for a moment, by how long tasks wait before they are begun (CoDel, and
 * DBConnection's rule): not the longest wait counts but the shortest of an interval.
 */
export class Shedder {
  readonly #rules: Shedding;
  #shortest: Milliseconds = 0;
  #until: Milliseconds;
  #isOverloaded = false;

  constructor(rules: Shedding, now: Milliseconds) {
    this.#rules = rules;
    this.#until = now + rules.intervalMs;
  }

  get isOverloaded(): boolean {
    return this.#isOverloaded;
  }

  /** It is the turn of a task that has waited so long. Returns whether it is to be dropped instead of begun. */
  isTooOld(waitedMs: Milliseconds, now: Milliseconds): boolean {
    const { targetMs, intervalMs } = this.#rules;
    if (waitedMs <= targetMs) this.#isOverloaded = false;
    if (now >= this.#until) {
      this.#isOverloaded = Math.min(this.#shortest, waitedMs) > targetMs;
      this.#shortest = waitedMs;
      this.#until = now + intervalMs;
    } else if (waitedMs < this.#shortest) this.#shortest = waitedMs;
    return this.#isOverloaded && waitedMs > 2 * targetMs;
  }
}
