import type { Milliseconds, Pid, ServerRef } from '@rookery/genserver';
import { AbsentCache } from './absent-cache.js';
import { AbsentLoads, type Home, type KnownOptions } from './absent-loads.js';
import type { Cache } from './cache.js';
import type { ExpiringCache } from './expiring-cache.js';
import type { Lookup } from './found.js';
import { knownOptions } from './known-options.js';
import type { Loader } from './load-context.js';
import type { FetchOptions, PutOptions } from './options.js';
import type { CacheSnapshot } from './snapshot.js';
import type { CacheStats } from './stats.js';
import type { TtlCacheServer } from './ttl-cache-server.js';

/**
 * A supervised cache, by name (or by pid). It reads and writes directly, without messages, whatever cache holds the name now, so
 * it stays good over restarts. Throws an InvalidOptionError of @rookery/genserver when another kind of server holds the name.
 *
 * While none does it is a cache that keeps nothing: `get` finds nothing, `put` returns false, and what makes no sense is refused
 * all the same. `fetch` loads, once for all who wait through this ref, on the runtime's clock, for no longer than `loadTimeoutMs`:
 * of the fetch, else of the cache that this ref started or saw last, else the default. A shutdown of the runtime ends those loads. A
 * `fetch` that waits when its cache, or the runtime, ends rejects with a CacheClosedError.
 */
export class TtlCacheRef<Key, Value> implements Cache<Key, Value> {
  readonly #server: ServerRef<TtlCacheServer>;
  readonly #absent: AbsentCache<Key, Value>;

  /** Made by the start of a cache, or by `TtlCache.ref`. */
  constructor(server: ServerRef<TtlCacheServer>, home: Home, known: KnownOptions = {}) {
    this.#server = server;
    this.#absent = new AbsentCache(new AbsentLoads<Key, Value>(home, String(server)), known);
  }

  /** Who stands behind it now; undefined when nobody does. */
  get pid(): Pid | undefined {
    return this.#server.pid;
  }

  /** Whether a cache stands behind it now. If never, the name may be wrong. */
  get isAlive(): boolean {
    return this.#live() !== undefined;
  }

  get size(): number {
    return this.#cache().size;
  }

  get(key: Key): Lookup<Value> {
    return this.#cache().get(key);
  }

  peek(key: Key): Lookup<Value> {
    return this.#cache().peek(key);
  }

  has(key: Key): boolean {
    return this.#cache().has(key);
  }

  put(key: Key, value: Value, options?: Milliseconds | PutOptions): boolean {
    return this.#cache().put(key, value, options);
  }

  fetch(key: Key, loader: Loader<Key, Value>, options?: FetchOptions): Promise<Value> {
    try {
      return this.#cache().fetch(key, loader, options);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  touch(key: Key, ttlMs?: Milliseconds): boolean {
    return this.#cache().touch(key, ttlMs);
  }

  ttl(key: Key): Milliseconds | undefined {
    return this.#cache().ttl(key);
  }

  delete(key: Key): boolean {
    this.#absent.delete(key); // of loads that began before the cache was there
    return this.#cache().delete(key);
  }

  deleteTag(tag: string): number {
    this.#absent.deleteTag(tag);
    return this.#cache().deleteTag(tag);
  }

  clear(): void {
    this.#absent.clear();
    this.#cache().clear();
  }

  entries(): IterableIterator<[Key, Value]> {
    return this.#cache().entries();
  }

  keys(): IterableIterator<Key> {
    return this.#cache().keys();
  }

  values(): IterableIterator<Value> {
    return this.#cache().values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.entries();
  }

  /** Of the cache that is there now; all zero when none is. */
  stats(): CacheStats {
    return this.#cache().stats();
  }

  /** Empty when no cache is there. */
  snapshot(): CacheSnapshot<Key, Value> {
    return this.#cache().snapshot();
  }

  /** 0 when no cache is there. */
  restore(snapshot: CacheSnapshot<Key, Value>): number {
    return this.#cache().restore(snapshot);
  }

  toString(): string {
    return this.#server.toString();
  }

  #cache(): Cache<Key, Value> {
    return this.#live() ?? this.#absent;
  }

  #live(): ExpiringCache<Key, Value> | undefined {
    // What keys and values are only the user knows, and has said with the type of this ref.
    const cache = this.#server.shared as ExpiringCache<Key, Value> | undefined;
    if (cache === undefined || cache.isClosed) return undefined;
    this.#absent.known = cache[knownOptions];
    return cache;
  }
}
