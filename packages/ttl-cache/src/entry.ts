import type { Milliseconds } from '@rookery/genserver';

/** `live`: it is found. `stale`: its life is over, it is kept for `staleForMs`. `gone`: nothing has a use for it any more. */
export type Freshness = 'live' | 'stale' | 'gone';

/** The number of an entry, for as long as it is in its table. */
export type Row = number;

/** How long a value lives. */
export interface Life {
  /** Found for so long. */
  readonly ttlMs: Milliseconds;
  /** Kept for so much longer, for when a load fails or is slow. */
  readonly staleForMs: Milliseconds;
}

/** One value under one key, as it was when it was asked for. */
export class Entry<Key = unknown, Value = unknown> implements Life {
  constructor(
    /** Where it is in the table, unless it has been taken out since. */
    readonly row: Row,
    readonly key: Key,
    readonly value: Value,
    /** When its life began: as it was put, or touched. */
    readonly since: Milliseconds,
    readonly ttlMs: Milliseconds,
    readonly staleForMs: Milliseconds,
    readonly tags: readonly string[] | undefined,
  ) {}

  /** The end of its life, a maximum: it is found before, never at that time or after. */
  get expiresAt(): Milliseconds {
    return this.since + this.ttlMs;
  }

  at(now: Milliseconds): Freshness {
    if (now < this.expiresAt) return 'live';
    return now < this.expiresAt + this.staleForMs ? 'stale' : 'gone';
  }
}
