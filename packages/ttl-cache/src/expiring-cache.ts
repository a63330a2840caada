import type { Milliseconds } from '@rookery/genserver';
import type { Cache } from './cache.js';
import { checkKey, checkText, checkTtl } from './checks.js';
import type { Entry, Row } from './entry.js';
import { placeOf } from './entry-table.js';
import { CacheClosedError } from './errors.js';
import type { Fetcher } from './fetcher.js';
import { type Lookup, NOT_FOUND } from './found.js';
import type { Keeper } from './keeper.js';
import { knownOptions } from './known-options.js';
import type { KnownOptions } from './absent-loads.js';
import { formatKey } from './key.js';
import type { Loader } from './load-context.js';
import {
  checkFetch,
  checkPut,
  type CompleteOptions,
  completeOptions,
  type FetchOptions,
  type PutOptions,
  type TtlCacheOptions,
} from './options.js';
import { makeParts } from './parts.js';
import type { Removals } from './removals.js';
import type { SingleFlight } from './single-flight.js';
import { type CacheSnapshot, revive, type Revived, toSnapshotEntry } from './snapshot.js';
import type { CacheStats, StatsCounter } from './stats.js';
import type { Sweeper } from './sweeper.js';
import type { TimeSource } from './turn-time.js';
import type { TtlMap } from './ttl-map.js';
import type { Guard } from './values.js';

const NOTHING = {};

/** The cache itself: the map, the clock, and who is told. `TtlCache` is this with the ways to supervise it. */
export class ExpiringCache<Key, Value> implements Cache<Key, Value> {
  readonly #options: CompleteOptions<Key, Value>;
  readonly #guard: Guard;
  readonly #stats: StatsCounter;
  readonly #map: TtlMap<Key, Value>;
  readonly #flights: SingleFlight<Key, Value>;
  readonly #sweeper: Sweeper;
  readonly #keeper: Keeper<Key, Value>;
  readonly #removals: Removals<Key, Value>;
  /** By which an entry is live or not. */
  readonly #reads: TimeSource;
  readonly #endTurn: () => void;
  readonly #fetcher: Fetcher<Key, Value>;
  #isClosed = false;

  /** Throws a CacheOptionError for options that make no sense. */
  constructor(options: TtlCacheOptions<Key, Value> = {}) {
    const parts = makeParts(completeOptions(options));
    this.#options = parts.options;
    this.#guard = parts.guard;
    this.#stats = parts.stats;
    this.#map = parts.map;
    this.#flights = parts.flights;
    this.#sweeper = parts.sweeper;
    this.#keeper = parts.keeper;
    this.#fetcher = parts.fetcher;
    this.#removals = parts.removals;
    this.#reads = parts.reads;
    this.#endTurn = parts.endTurn;
  }

  get size(): number {
    return this.#map.size;
  }

  /** Whether `close` was called, or its process has ended. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** What its refs keep to while it is not there. */
  get [knownOptions](): KnownOptions {
    return this.#options;
  }

  get(key: Key): Lookup<Value> {
    const map = this.#map;
    const row = map.useRow(key);
    if (row !== undefined) {
      const page = map.page(row);
      const at = placeOf(row);
      const expiresAt = page.expiresAt(at);
      const now = expiresAt === Infinity ? 0 : this.#reads.now();
      if (now < expiresAt) {
        this.#stats.hits++;
        return { kind: 'found', value: this.#give(page.values[at] as Value, key) };
      }
      if (now >= page.dueAt(at)) map.remove(row, 'expired');
    } else checkKey(key);
    this.#stats.misses++;
    return NOT_FOUND;
  }

  peek(key: Key): Lookup<Value> {
    const row = this.#liveRow(key);
    return row === undefined ? NOT_FOUND : { kind: 'found', value: this.#give(this.#map.value(row), key) };
  }

  has(key: Key): boolean {
    return this.#liveRow(key) !== undefined;
  }

  put(key: Key, value: Value, options?: Milliseconds | PutOptions): boolean {
    checkPut(key, options);
    if (this.#isClosed) throw new CacheClosedError(this.#options.label, `put ${formatKey(key)}`);
    this.#removals.refuseLoop(key);
    if (options === undefined) return this.#keeper.keep(key, value);
    return this.#keeper.keep(key, value, typeof options === 'number' ? { ttlMs: options } : options);
  }

  fetch(key: Key, loader: Loader<Key, Value>, options: FetchOptions = NOTHING): Promise<Value> {
    try {
      checkFetch(key, loader, options);
      if (this.#isClosed) throw new CacheClosedError(this.#options.label, `fetch ${formatKey(key)}`);
      return this.#fetcher.fetch(key, loader, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  touch(key: Key, ttlMs?: Milliseconds): boolean {
    if (ttlMs !== undefined) checkTtl('ttlMs', ttlMs);
    const row = this.#liveRow(key);
    if (row === undefined) return false;
    this.#map.useRow(key);
    this.#map.renew(row, ttlMs, this.#options.clock.now());
    if (this.#map.dueAt(row) !== Infinity) this.#sweeper.arm();
    return true;
  }

  ttl(key: Key): Milliseconds | undefined {
    const row = this.#liveRow(key);
    if (row === undefined) return undefined;
    const page = this.#map.page(row);
    const at = placeOf(row);
    // A time that stands still may be before the life began.
    return Math.min(page.ttlMs(at), page.expiresAt(at) - this.#reads.now());
  }

  delete(key: Key): boolean {
    checkKey(key);
    this.#flights.supersede(key);
    this.#map.failures.delete(key);
    return this.#delete(key);
  }

  deleteTag(tag: string): number {
    checkText('tag', tag);
    this.#flights.supersedeTag(tag);
    // One may be gone when its turn comes, or have another value without the tag: listeners are called on the way.
    const hasIt = (key: Key): boolean => this.#map.peek(key)?.tags?.includes(tag) === true;
    return this.#map.having(tag).filter((key) => hasIt(key) && this.#delete(key)).length;
  }

  clear(): void {
    this.#flights.supersedeAll();
    this.#map.clear(this.#options.clock.now());
  }

  *entries(): IterableIterator<[Key, Value]> {
    for (const entry of this.#liveEntries()) yield [entry.key, this.#give(entry.value, entry.key)];
  }

  *keys(): IterableIterator<Key> {
    for (const { key } of this.#liveEntries()) yield key;
  }

  *values(): IterableIterator<Value> {
    for (const { key, value } of this.#liveEntries()) yield this.#give(value, key);
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.entries();
  }

  stats(): CacheStats {
    return this.#stats.snapshot(this.#map.size, this.#map.weight, this.#sweeper.lagMs);
  }

  snapshot(): CacheSnapshot<Key, Value> {
    const now = this.#options.clock.now();
    const entries = [...this.#liveEntries(this.#options.clock)].map((entry) => toSnapshotEntry(entry, now));
    return {
      takenAtMs: this.#options.date(),
      entries: entries.map((entry) => ({ ...entry, value: this.#give(entry.value, entry.key) })),
    };
  }

  restore(snapshot: CacheSnapshot<Key, Value>): number {
    if (this.#isClosed) throw new CacheClosedError(this.#options.label, 'restore a snapshot');
    const now = this.#options.clock.now();
    const isRevived = (one: Revived<Key, Value>): boolean => {
      this.#removals.refuseLoop(one.key);
      return !this.has(one.key) && this.#keeper.revive(one, now);
    };
    return revive(snapshot, this.#options.date()).filter(isRevived).length;
  }

  /**
   * Ends it: entries go (their listener hears `cleared`), loads are aborted, whoever waits gets a CacheClosedError, and no timer is
   * left. After this nothing is found, and `put`, `fetch` and `restore` fail. Harmless when it is closed.
   */
  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#sweeper.close();
    this.#flights.abortAll(this.#options.label);
    this.#map.clear(this.#options.clock.now());
    this.#endTurn();
  }

  #give(value: Value, key: Key): Value {
    return this.#guard.give === undefined ? value : this.#guard.give(value, key);
  }

  #liveRow(key: Key): Row | undefined {
    checkKey(key);
    const row = this.#map.peekRow(key);
    return row !== undefined && this.#reads.now() < this.#map.expiresAt(row) ? row : undefined;
  }

  *#liveEntries(time: TimeSource = this.#reads): IterableIterator<Entry<Key, Value>> {
    for (const entry of this.#map.all()) if (time.now() < entry.expiresAt) yield entry;
  }

  /** Returns whether there was a live one. */
  #delete(key: Key): boolean {
    const row = this.#map.peekRow(key);
    if (row === undefined) return false;
    const isLive = this.#reads.now() < this.#map.expiresAt(row);
    this.#map.remove(row, isLive ? 'deleted' : 'expired');
    return isLive;
  }
}
