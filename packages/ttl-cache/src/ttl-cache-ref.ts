import type { Milliseconds, Pid, ServerRef } from '@rookery/genserver';
import type { Cache } from './cache.js';
import { ExpiringCache } from './expiring-cache.js';
import { type Lookup, NOT_FOUND } from './found.js';
import type { Loader } from './load-context.js';
import type { FetchOptions, PutOptions } from './options.js';
import type { CacheSnapshot } from './snapshot.js';
import type { CacheStats } from './stats.js';
import type { TtlCacheServer } from './ttl-cache-server.js';

/**
 * A supervised cache, by name (or by pid). It reads and writes directly, without messages, whatever cache holds the name now, so
 * it stays good over restarts. While none does it is a cache that keeps nothing: `get` finds nothing, `put` returns false,
 * `fetch` loads, once for all who wait, and keeps nothing. A `fetch` that waits when its cache ends rejects with a
 * CacheClosedError. Throws an InvalidOptionError of @rookery/genserver when another kind of server holds the name.
 */
export class TtlCacheRef<Key, Value> implements Cache<Key, Value> {
  readonly #server: ServerRef<TtlCacheServer>;
  /** For loads while no cache is there. */
  #interim: ExpiringCache<Key, Value> | undefined;

  /** Made by the start of a cache, or by `TtlCache.ref`. */
  constructor(server: ServerRef<TtlCacheServer>) {
    this.#server = server;
  }

  /** Who stands behind it now; undefined when nobody does. */
  get pid(): Pid | undefined {
    return this.#server.pid;
  }

  /** Whether a cache stands behind it now. If never, the name may be wrong. */
  get isAlive(): boolean {
    return this.#cache() !== undefined;
  }

  get size(): number {
    return this.#cache()?.size ?? 0;
  }

  get(key: Key): Lookup<Value> {
    return this.#cache()?.get(key) ?? NOT_FOUND;
  }

  peek(key: Key): Lookup<Value> {
    return this.#cache()?.peek(key) ?? NOT_FOUND;
  }

  has(key: Key): boolean {
    return this.#cache()?.has(key) ?? false;
  }

  put(key: Key, value: Value, options?: Milliseconds | PutOptions): boolean {
    return this.#cache()?.put(key, value, options) ?? false;
  }

  fetch(key: Key, loader: Loader<Key, Value>, options?: FetchOptions): Promise<Value> {
    let cache: ExpiringCache<Key, Value> | undefined;
    try {
      cache = this.#cache();
    } catch (error) {
      return Promise.reject(error);
    }
    if (cache !== undefined) return cache.fetch(key, loader, options);
    this.#interim ??= new ExpiringCache<Key, Value>({ label: String(this) });
    return this.#interim.fetch(key, typeof loader === 'function' ? keepNothing(loader) : loader, options);
  }

  touch(key: Key, ttlMs?: Milliseconds): boolean {
    return this.#cache()?.touch(key, ttlMs) ?? false;
  }

  ttl(key: Key): Milliseconds | undefined {
    return this.#cache()?.ttl(key);
  }

  delete(key: Key): boolean {
    this.#interim?.delete(key);
    return this.#cache()?.delete(key) ?? false;
  }

  deleteTag(tag: string): number {
    this.#interim?.deleteTag(tag);
    return this.#cache()?.deleteTag(tag) ?? 0;
  }

  clear(): void {
    this.#interim?.clear();
    this.#cache()?.clear();
  }

  entries(): IterableIterator<[Key, Value]> {
    return this.#cache()?.entries() ?? [].values();
  }

  keys(): IterableIterator<Key> {
    return this.#cache()?.keys() ?? [].values();
  }

  values(): IterableIterator<Value> {
    return this.#cache()?.values() ?? [].values();
  }

  [Symbol.iterator](): IterableIterator<[Key, Value]> {
    return this.entries();
  }

  /** Of the cache that is there now; all zero when none is. */
  stats(): CacheStats {
    return (this.#cache() ?? new ExpiringCache<Key, Value>()).stats();
  }

  /** Empty when no cache is there. */
  snapshot(): CacheSnapshot<Key, Value> {
    return (this.#cache() ?? new ExpiringCache<Key, Value>()).snapshot();
  }

  /** 0 when no cache is there. */
  restore(snapshot: CacheSnapshot<Key, Value>): number {
    return this.#cache()?.restore(snapshot) ?? 0;
  }

  toString(): string {
    return this.#server.toString();
  }

  #cache(): ExpiringCache<Key, Value> | undefined {
    // What keys and values are only the user knows, and has said with the type of this ref.
    const cache = this.#server.shared as ExpiringCache<Key, Value> | undefined;
    return cache?.isClosed === true ? undefined : cache;
  }
}

function keepNothing<Key, Value>(loader: Loader<Key, Value>): Loader<Key, Value> {
  return (key, context) => {
    context.skip();
    return loader(key, context);
  };
}
