import type { Milliseconds } from '@rookery/genserver';
import { WheelNode } from './expiry-wheel.js';

/** `live`: it is found. `stale`: its life is over, it is kept for `staleForMs`. `gone`: nothing has a use for it any more. */
export type Freshness = 'live' | 'stale' | 'gone';

/** From so long a life on, a part of a millisecond is taken off it. */
const LONG_LIFE_MS = 1000;

/** How long a value lives. */
export interface Life {
  /** Found for so long. */
  readonly ttlMs: Milliseconds;
  /** Kept for so much longer, for when a load fails or is slow. */
  readonly staleForMs: Milliseconds;
}

/** One value under one key. */
export class Entry<Key = unknown, Value = unknown> extends WheelNode {
  /** When its life began: as it was put, or touched. */
  since = 0;
  /** Its life: found for so long. */
  ttlMs = 0;

  /** Kept for so much longer. */
  staleForMs = 0;

  constructor(
    readonly key: Key,
    public value: Value,
    public tags: readonly string[] | undefined,
  ) {
    super();
  }

  /** The end of its life, a maximum: it is found before, never at that time or after. */
  get expiresAt(): Milliseconds {
    return this.since + this.ttlMs;
  }

  get dueAt(): Milliseconds {
    return this.since + this.ttlMs + this.staleForMs;
  }

  /**
   * Begins its life. Of a long one a part of a millisecond is dropped, as V8 keeps whole numbers within the entry and a fraction
   * in a place of its own: that is a quarter of the memory, and of the time of a hit.
   */
  begin(now: Milliseconds, ttlMs: Milliseconds): void {
    const isLong = ttlMs >= LONG_LIFE_MS && ttlMs !== Infinity;
    this.since = isLong ? Math.floor(now) : now;
    this.ttlMs = isLong ? Math.floor(ttlMs) : ttlMs;
  }

  at(now: Milliseconds): Freshness {
    if (now < this.expiresAt) return 'live';
    return now < this.dueAt ? 'stale' : 'gone';
  }
}
