import type { Milliseconds } from '@rookery/genserver';

/** Calls and bad ones among those that are looked at. */
export interface CallCounter {
  readonly calls: number;
  readonly bad: number;
  add(isBad: boolean, now: Milliseconds): void;
  clear(): void;
  save(now: Milliseconds): SavedCalls;
  /** `elapsedMs`: how long ago it was saved. Takes what fits. */
  restore(saved: SavedCalls, elapsedMs: Milliseconds, now: Milliseconds): void;
}

/** Counts as plain data. `calls`: each of the last calls, the oldest first, 1 for a bad one. */
export type SavedCalls =
  | { readonly kind: 'calls'; readonly calls: string }
  | {
      readonly kind: 'time';
      readonly buckets: readonly { readonly ageMs: Milliseconds; readonly calls: number; readonly bad: number }[];
    };

/** The last `size` calls, each a bit of a ring: O(1), and nothing is allocated for a call. */
export class LastCalls implements CallCounter {
  calls = 0;
  bad = 0;
  readonly #ring: Uint8Array;
  #next = 0;

  constructor(size: number) {
    this.#ring = new Uint8Array(size);
  }

  add(isBad: boolean): void {
    const ring = this.#ring;
    const bit = isBad ? 1 : 0;
    if (this.calls < ring.length) this.calls++;
    else this.bad -= ring[this.#next] ?? 0;
    this.bad += bit;
    ring[this.#next] = bit;
    this.#next = this.#next + 1 === ring.length ? 0 : this.#next + 1;
  }

  clear(): void {
    this.calls = 0;
    this.bad = 0;
    this.#next = 0;
  }

  save(): SavedCalls {
    const { length } = this.#ring;
    const at = (index: number): string => String(this.#ring[(this.#next - this.calls + index + length) % length]);
    return { kind: 'calls', calls: Array.from({ length: this.calls }, (_, index) => at(index)).join('') };
  }

  restore(saved: SavedCalls): void {
    if (saved.kind !== 'calls') return;
    for (const bit of saved.calls) this.add(bit === '1');
  }
}

/**
 * The calls of the last `windowMs`, in buckets: one goes when its time is over, however long nobody has called. The newest
 * bucket is being filled, so what is looked at is at least `windowMs` less one bucket.
 */
export class RecentCalls implements CallCounter {
  calls = 0;
  bad = 0;
  readonly #bucketMs: Milliseconds;
  readonly #calls: number[];
  readonly #bad: number[];
  /** Which bucket is being filled, counted since the clock's beginning. */
  #newest = -Infinity;

  constructor(windowMs: Milliseconds, buckets: number) {
    this.#bucketMs = windowMs / buckets;
    this.#calls = Array.from({ length: buckets }, () => 0);
    this.#bad = Array.from({ length: buckets }, () => 0);
  }

  add(isBad: boolean, now: Milliseconds): void {
    this.#advance(now);
    this.#put(this.#newest, 1, isBad ? 1 : 0);
  }

  clear(): void {
    this.calls = 0;
    this.bad = 0;
    this.#calls.fill(0);
    this.#bad.fill(0);
  }

  save(now: Milliseconds): SavedCalls {
    this.#advance(now);
    const kept = this.#calls.map((_, age) => this.#newest - age).filter((bucket) => this.#calls[this.#slot(bucket)]);
    const buckets = kept.map((bucket) => ({
      ageMs: now - bucket * this.#bucketMs,
      calls: this.#calls[this.#slot(bucket)] ?? 0,
      bad: this.#bad[this.#slot(bucket)] ?? 0,
    }));
    return { kind: 'time', buckets };
  }

  restore(saved: SavedCalls, elapsedMs: Milliseconds, now: Milliseconds): void {
    if (saved.kind !== 'time') return;
    this.#advance(now);
    for (const { ageMs, calls, bad } of saved.buckets) {
      const bucket = Math.round((now - ageMs - elapsedMs) / this.#bucketMs);
      if (bucket > this.#newest - this.#calls.length) this.#put(Math.min(bucket, this.#newest), calls, bad);
    }
  }

  #put(bucket: number, calls: number, bad: number): void {
    const slot = this.#slot(bucket);
    this.#calls[slot] = (this.#calls[slot] ?? 0) + calls;
    this.#bad[slot] = (this.#bad[slot] ?? 0) + bad;
    this.calls += calls;
    this.bad += bad;
  }

  /** Empties the buckets that time has passed. At most all of them, so this costs no more after a year than after a window. */
  #advance(now: Milliseconds): void {
    const newest = Math.floor(now / this.#bucketMs);
    if (newest <= this.#newest) return;
    const passed = newest - this.#newest;
    this.#newest = newest;
    if (passed >= this.#calls.length) return this.clear();
    for (let age = 0; age < passed; age++) this.#empty(this.#slot(newest - age));
  }

  #empty(slot: number): void {
    this.calls -= this.#calls[slot] ?? 0;
    this.bad -= this.#bad[slot] ?? 0;
    this.#calls[slot] = 0;
    this.#bad[slot] = 0;
  }

  #slot(bucket: number): number {
    const { length } = this.#calls;
    return ((bucket % length) + length) % length;
  }
}
