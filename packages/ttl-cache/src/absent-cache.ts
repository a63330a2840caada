import type { Milliseconds } from '@rookery/genserver';
import type { AbsentLoads, KnownOptions } from './absent-loads.js';
import type { Cache } from './cache.js';
import { checkKey, checkText, checkTtl } from './checks.js';
import { type Lookup, NOT_FOUND } from './found.js';
import type { Loader } from './load-context.js';
import { systemDate } from './machine.js';
import { checkFetch, checkPut, type FetchOptions, type PutOptions } from './options.js';
import { type CacheSnapshot, revive } from './snapshot.js';
import { type CacheStats, StatsCounter } from './stats.js';

/** What a ref is while no cache holds its name: a cache that keeps nothing. What makes no sense is refused as ever. */
export class AbsentCache<Key, Value> implements Cache<Key, Value> {
  readonly size = 0;
  /** Of the cache that was there last, or that was started. */
  known: KnownOptions;
  readonly #loads: AbsentLoads<Key, Value>;

  constructor(loads: AbsentLoads<Key, Value>, known: KnownOptions) {
    this.#loads = loads;
    this.known = known;
  }

  get(key: Key): Lookup<Value> {
    checkKey(key);
    return NOT_FOUND;
  }

  peek(key: Key): Lookup<Value> {
    return this.get(key);
  }

  has(key: Key): boolean {
    checkKey(key);
    return false;
  }

  put(key: Key, _value: Value, options?: Milliseconds | PutOptions): boolean {
    checkPut(key, options);
    this.#loads.flights?.supersede(key);
    return false;
  }

  fetch(key: Key, loader: Loader<Key, Value>, options: FetchOptions = {}): Promise<Value> {
    try {
      checkFetch(key, loader, options);
      const { loadTimeoutMs, values } = this.known;
      return this.#loads.fetch(key, loader, options, {
        ...(loadTimeoutMs !== undefined && { loadTimeoutMs }),
        ...(values !== undefined && { values }),
      });
    } catch (error) {
      return Promise.reject(error);
    }
  }

  touch(key: Key, ttlMs?: Milliseconds): boolean {
    if (ttlMs !== undefined) checkTtl('ttlMs', ttlMs);
    return this.has(key);
  }

  ttl(key: Key): undefined {
    checkKey(key);
  }

  /** Nobody joins a load that began before. */
  delete(key: Key): boolean {
    checkKey(key);
    this.#loads.flights?.supersede(key);
    return false;
  }

  deleteTag(tag: string): number {
    checkText('tag', tag);
    this.#loads.flights?.supersedeTag(tag);
    return 0;
  }

  clear(): void {
    this.#loads.flights?.supersedeAll();
  }

  entries(): IterableIterator<[Key, Value]> {
    return [].values();
  }

  keys(): IterableIterator<Key> {
    return [].values();
  }

  values(): IterableIterator<Value> {
    return [].values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.entries();
  }

  stats(): CacheStats {
    return new StatsCounter().snapshot(0, 0, 0);
  }

  snapshot(): CacheSnapshot<Key, Value> {
    return { takenAtMs: systemDate(), entries: [] };
  }

  restore(snapshot: CacheSnapshot<Key, Value>): number {
    revive(snapshot, systemDate());
    return 0;
  }
}
