import type { Milliseconds } from '@rookery/genserver';
import { isHeard, publish } from './diagnostics.js';
import type { Entry } from './entry.js';
import { CacheClosedError } from './errors.js';
import type { FetcherParts } from './fetcher-parts.js';
import type { Prepared } from './keeper.js';
import type { Load, Outcome } from './load.js';
import type { PutOptions } from './options.js';

/** What a load gave, made ready to be kept or given. */
type Ready<Value> =
  ({ readonly kind: 'ready' } & Prepared<Value>) | Exclude<Outcome<Value>, { readonly kind: 'loaded' }>;

/** What becomes of the outcome of a load: what is kept, what is remembered, and what those who wait are given. */
export class Landing<Key, Value> {
  readonly #parts: Omit<FetcherParts<Key, Value>, 'guard'>;

  constructor(parts: Omit<FetcherParts<Key, Value>, 'guard'>) {
    this.#parts = parts;
  }

  ended(load: Load<Key, Value>, outcome: Outcome<Value>): Outcome<Value> {
    const { flights, stats } = this.#parts;
    // While the load can still be joined, deleted and superseded: it may call what belongs to the user.
    const end = outcome.kind === 'loaded' ? this.#ready(load, outcome.value) : outcome;
    flights.close(load);
    const durationMs = this.#now() - load.plan.startedAt;
    stats.totalLoadMs += durationMs;
    if (end.kind === 'ready') stats.loadSuccesses++;
    else stats.loadFailures++;
    if (isHeard('loadSettled')) this.#tell(load, end, durationMs);
    if (end.kind === 'given_up') return end;
    const given = end.kind === 'ready' ? this.#loaded(load, end) : this.#failed(load, end.error);
    if (given.kind !== 'loaded' && load.waiting === 0)
      this.#parts.problems.report(given.error, { during: 'refresh', key: load.plan.key });
    return given;
  }

  #tell({ plan: { key }, waiting }: Load<Key, Value>, end: Ready<Value>, durationMs: Milliseconds): void {
    const outcome = end.kind === 'ready' ? 'loaded' : end.kind;
    const error = end.kind === 'ready' ? undefined : end.error;
    publish('loadSettled', { cache: this.#parts.options.label, key, outcome, error, durationMs, waiting });
  }

  /** What cannot be copied or weighed is no better than what could not be loaded. */
  #ready(load: Load<Key, Value>, value: Value): Ready<Value> {
    const { keeper } = this.#parts;
    const { key } = load.plan;
    try {
      const prepared = this.#mayKeep(load) ? keeper.prepare(key, value) : { value: keeper.copy(key, value), weight: 1 };
      return { kind: 'ready', ...prepared };
    } catch (error) {
      return { kind: error instanceof CacheClosedError ? 'given_up' : 'failed', error };
    }
  }

  #mayKeep({ isCurrent, wishes, plan, deletedTags }: Load<Key, Value>): boolean {
    return (
      isCurrent && !wishes.isSkipped && !(wishes.tags ?? plan.options.tags ?? []).some((tag) => deletedTags?.has(tag))
    );
  }

  /** Who waited gets what was put meanwhile, if something was; else what was loaded, even if it may not be kept. */
  #loaded(load: Load<Key, Value>, { value, weight }: Prepared<Value>): Outcome<Value> {
    const { key, options } = load.plan;
    const newer = load.isCurrent ? undefined : this.kept(key);
    if (newer?.at(this.#now()) === 'live') return { kind: 'loaded', value: newer.value };
    if (!this.#mayKeep(load)) return { kind: 'loaded', value };
    const ttlMs = load.wishes.ttlMs ?? options.ttlMs;
    const tags = load.wishes.tags ?? options.tags ?? [];
    try {
      this.#parts.keeper.set(key, value, weight, { ...options, ttlMs, tags } as PutOptions);
      return { kind: 'loaded', value };
    } catch (error) {
      return this.#failed(load, error); // `random` is the user's, too
    }
  }

  #failed(load: Load<Key, Value>, error: unknown): Outcome<Value> {
    const { key, errorTtlMs } = load.plan;
    const now = this.#now();
    if (load.isCurrent && errorTtlMs > 0) {
      this.#parts.map.fail(key, error, now + errorTtlMs);
      this.#parts.sweeper.arm();
    }
    const entry = this.kept(key);
    if (entry === undefined || load.waiting === 0) return { kind: 'failed', error };
    if (entry.at(now) === 'stale') this.#parts.stats.staleHits += load.waiting;
    return { kind: 'loaded', value: entry.value };
  }

  /** What may be given instead of a new value. */
  kept(key: Key): Entry<Key, Value> | undefined {
    const entry = this.#parts.map.peek(key);
    return entry === undefined || entry.at(this.#now()) === 'gone' ? undefined : entry;
  }

  #now(): Milliseconds {
    return this.#parts.options.clock.now();
  }
}
