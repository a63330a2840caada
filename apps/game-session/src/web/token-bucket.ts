/** Limits how often something may be done, and allows a burst: a full bucket is ten seconds' worth. */
export class TokenBucket {
  readonly #capacity: number;
  readonly #perMs: number;
  #tokens: number;
  #filledAt: number;

  constructor(perMinute: number, nowMs: number) {
    this.#capacity = Math.max(1, perMinute / 6);
    this.#perMs = perMinute / 60_000;
    this.#tokens = this.#capacity;
    this.#filledAt = nowMs;
  }

  /** Takes one. Gives 0, or, when there is none, how many milliseconds it takes until there is. */
  take(nowMs: number): number {
    this.#tokens = Math.min(this.#capacity, this.#tokens + (nowMs - this.#filledAt) * this.#perMs);
    this.#filledAt = nowMs;
    if (this.#tokens < 1) return Math.ceil((1 - this.#tokens) / this.#perMs);
    this.#tokens--;
    return 0;
  }
}
