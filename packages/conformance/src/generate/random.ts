/** A value and how often it comes up, next to the others. */
export type Weighted<T> = readonly (readonly [weight: number, value: T])[];

/** Chance that depends on nothing but its seed: integer arithmetic only, so every platform draws the same. */
export class Random {
  #state: number;

  constructor(seed: number) {
    this.#state = (Math.imul(seed, 0x9e3779b1) ^ 0x5bf03635) >>> 0;
  }

  /** 0 to limit - 1. */
  int(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    mixed = (mixed ^ (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61))) >>> 0;
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  }

  chance(percent: number): boolean {
    return this.int(100) < percent;
  }

  /** One of a list that is not empty. */
  pick<const T>(list: readonly T[]): T {
    return list[this.int(list.length)] as T;
  }

  weighted<const T>(choices: Weighted<T>): T {
    let at = this.int(choices.reduce((sum, [weight]) => sum + weight, 0));
    for (const [weight, value] of choices) {
      if (at < weight) return value;
      at -= weight;
    }
    throw new RangeError('Expected choices with a weight above 0.');
  }

  shuffle<T>(list: readonly T[]): readonly T[] {
    const shuffled = [...list];
    for (let i = shuffled.length - 1; i > 0; i--) {
      const j = this.int(i + 1);
      [shuffled[i], shuffled[j]] = [shuffled[j] as T, shuffled[i] as T];
    }
    return shuffled;
  }
}
