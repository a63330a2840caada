import type { Milliseconds } from '@rookery/genserver';
import type { Durations } from './stats.js';

const UNITS_A_MS = 1000;
/** Buckets of each octave: so a percentile is off by less than one in a hundred. */
const PARTS = 64;
const PARTS_BITS = Math.log2(PARTS);
/** From here on 32 bits do not hold it. */
const LONG = 2 ** 31;
const LONG_BITS = 16;
/** Up to some years. */
const LONGEST = 2 ** 47 - 1;
const BUCKETS = (47 - PARTS_BITS) * PARTS + PARTS;

/** How many durations there were of which length. To record one is a few additions, which is why it is not Node's. */
export class Histogram {
  readonly #counts = new Uint32Array(BUCKETS);
  #count = 0;
  #sumMs = 0;
  #maxMs = 0;

  record(ms: Milliseconds): void {
    const bucket = bucketOf(Math.min(Math.round(ms * UNITS_A_MS), LONGEST));
    this.#counts[bucket] = (this.#counts[bucket] ?? 0) + 1;
    this.#count++;
    this.#sumMs += ms;
    if (ms > this.#maxMs) this.#maxMs = ms;
  }

  add(other: Histogram): void {
    other.#counts.forEach((count, bucket) => (this.#counts[bucket] = (this.#counts[bucket] ?? 0) + count));
    this.#count += other.#count;
    this.#sumMs += other.#sumMs;
    this.#maxMs = Math.max(this.#maxMs, other.#maxMs);
  }

  reset(): void {
    this.#counts.fill(0);
    this.#count = 0;
    this.#sumMs = 0;
    this.#maxMs = 0;
  }

  tell(): Durations {
    const count = this.#count;
    return {
      count,
      meanMs: count === 0 ? 0 : this.#sumMs / count,
      p50Ms: this.#quantile(0.5),
      p99Ms: this.#quantile(0.99),
      maxMs: this.#maxMs,
    };
  }

  #quantile(part: number): Milliseconds {
    let left = Math.ceil(this.#count * part);
    if (left === 0) return 0;
    const bucket = this.#counts.findIndex((count) => (left -= count) <= 0);
    return Math.min(middleOf(bucket) / UNITS_A_MS, this.#maxMs);
  }
}

/** Of a whole number. Up to twice `PARTS` each has its own. */
function bucketOf(units: number): number {
  if (units < 2 * PARTS) return units;
  const isLong = units >= LONG;
  const bits = isLong ? units / 2 ** LONG_BITS : units;
  const octave = 31 - Math.clz32(bits) - PARTS_BITS;
  return (octave + (isLong ? LONG_BITS : 0)) * PARTS + (bits >>> octave);
}

function middleOf(bucket: number): number {
  if (bucket < 2 * PARTS) return bucket;
  const octave = Math.floor(bucket / PARTS) - 1;
  return (bucket - octave * PARTS + 0.5) * 2 ** octave;
}
