import type { Milliseconds } from '@rookery/genserver';
import type { RemovalCause } from './removal.js';

/** What a cache has done so far, counted by the rules of Java's Caffeine. A copy. */
export interface CacheStats {
  /** `get` and `fetch` that found a live value. `peek`, `has` and iteration count nothing. */
  readonly hits: number;
  /** Those that did not, also those that then waited for a load of another caller, or were given a stale value. */
  readonly misses: number;
  /** Of the misses: joined a load that was under way. */
  readonly coalesced: number;
  /** Of the misses: were given a stale value, as the load had failed or was slow. */
  readonly staleHits: number;
  /** Loads that gave a value, kept or not. */
  readonly loadSuccesses: number;
  /** Loads that failed, ran out of time or were aborted. */
  readonly loadFailures: number;
  /** Of all loads that have ended, together. */
  readonly totalLoadMs: Milliseconds;
  /** Entries that went because they had expired or had to make room. What was deleted, cleared or replaced is not among them. */
  readonly evictions: number;
  /** Of the evictions: had expired. */
  readonly expirations: number;
  /** Entries held now, those included that have expired and were not swept yet. */
  readonly entries: number;
  /** Of the entries held now, together; 0 without `weigh`. */
  readonly weight: number;
  /** How long the sweep that is under way, or should be, is overdue; 0 when none is. It grows when the event loop does not keep up. */
  readonly sweepLagMs: Milliseconds;
}

/** Counts. */
export class StatsCounter {
  hits = 0;
  misses = 0;
  coalesced = 0;
  staleHits = 0;
  loadSuccesses = 0;
  loadFailures = 0;
  totalLoadMs = 0;
  evictions = 0;
  expirations = 0;

  removed(cause: RemovalCause): void {
    if (cause === 'expired' || cause === 'evicted') this.evictions++;
    if (cause === 'expired') this.expirations++;
  }

  snapshot(entries: number, weight: number, sweepLagMs: Milliseconds): CacheStats {
    return {
      hits: this.hits,
      misses: this.misses,
      coalesced: this.coalesced,
      staleHits: this.staleHits,
      loadSuccesses: this.loadSuccesses,
      loadFailures: this.loadFailures,
      totalLoadMs: this.totalLoadMs,
      evictions: this.evictions,
      expirations: this.expirations,
      entries,
      weight,
      sweepLagMs,
    };
  }
}
