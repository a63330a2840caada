/** Numbers from a seed (mulberry32): the same each time. */
export class Dice {
  constructor(private seed: number) {}

  /** From 0 up to `below`, exclusive. */
  roll(below: number): number {
    this.seed = (this.seed + 0x6d2b79f5) | 0;
    let t = Math.imul(this.seed ^ (this.seed >>> 15), 1 | this.seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((((t ^ (t >>> 14)) >>> 0) * below) / 2 ** 32) | 0;
  }

  chance(percent: number): boolean {
    return this.roll(100) < percent;
  }

  pick<T>(from: readonly T[]): T | undefined {
    return from[this.roll(from.length)];
  }
}
