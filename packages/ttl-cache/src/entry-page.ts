import type { Milliseconds } from '@rookery/genserver';

/** How many entries a page has room for. A power of two, as pages are found by shifting. */
export const PAGE_BITS = 9;
export const PAGE_ROWS = 2 ** PAGE_BITS;
/** To be copied, which is faster than filling. */
const NOTHING: readonly undefined[] = Array.from({ length: PAGE_ROWS }, () => undefined);

/**
 * Entries side by side in arrays, as an object for each would be the garbage collector's work. What few entries have is in
 * arrays that are made with the first of them.
 */
export class EntryPage<Key, Value> {
  readonly keys: (Key | undefined)[] = NOTHING.slice();
  readonly values: (Value | undefined)[] = NOTHING.slice();
  /** Of each: until when it lives, which a hit asks for, and how long in all. */
  readonly times = new Float64Array(2 * PAGE_ROWS);
  /** Of each: what follows it, and what is before it, where it waits for its end. What is free leads to the next that is. */
  readonly links = new Int32Array(2 * PAGE_ROWS);
  /** How many entries there are. */
  used = 0;
  #free = 0;
  /** Since when they live that live for ever. */
  #since: Float64Array | undefined;
  #staleForMs: Float64Array | undefined;
  #tags: (readonly string[] | undefined)[] | undefined;

  constructor(readonly number: number) {
    for (let at = 0; at < PAGE_ROWS; at++) this.links[2 * at] = at + 1;
  }

  get isFull(): boolean {
    return this.used === PAGE_ROWS;
  }

  /** The place that is taken next. There must be one. */
  get free(): number {
    return this.#free;
  }

  /** Takes the place that is free. */
  take(key: Key, value: Value): number {
    const at = this.#free;
    this.#free = this.links[2 * at] as number;
    this.used++;
    this.keys[at] = key;
    this.values[at] = value;
    return at;
  }

  giveBack(at: number): void {
    this.keys[at] = undefined;
    this.values[at] = undefined;
    if (this.#tags !== undefined) this.#tags[at] = undefined;
    this.links[2 * at] = this.#free;
    this.#free = at;
    this.used--;
  }

  begin(at: number, since: Milliseconds, ttlMs: Milliseconds, staleForMs: Milliseconds): void {
    this.times[2 * at] = since + ttlMs;
    this.times[2 * at + 1] = ttlMs;
    if (ttlMs === Infinity) (this.#since ??= new Float64Array(PAGE_ROWS))[at] = since;
    if (staleForMs > 0) (this.#staleForMs ??= new Float64Array(PAGE_ROWS))[at] = staleForMs;
    else if (this.#staleForMs !== undefined) this.#staleForMs[at] = 0;
  }

  expiresAt(at: number): Milliseconds {
    return this.times[2 * at] as number;
  }

  dueAt(at: number): Milliseconds {
    return this.expiresAt(at) + this.staleForMs(at);
  }

  ttlMs(at: number): Milliseconds {
    return this.times[2 * at + 1] as number;
  }

  since(at: number): Milliseconds {
    const ttlMs = this.ttlMs(at);
    return ttlMs === Infinity ? (this.#since?.[at] as number) : this.expiresAt(at) - ttlMs;
  }

  staleForMs(at: number): Milliseconds {
    return this.#staleForMs === undefined ? 0 : (this.#staleForMs[at] as number);
  }

  tags(at: number): readonly string[] | undefined {
    return this.#tags?.[at];
  }

  setTags(at: number, tags: readonly string[] | undefined): void {
    (this.#tags ??= NOTHING.slice())[at] = tags;
  }
}
