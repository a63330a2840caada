import { EventEmitter } from 'node:events';
import type { Cache } from '@rookery/ttl-cache';
import { lifeOf } from './cache-manager.js';

/** A store of Keyv, version 5. */
export interface KeyvStore {
  /** Keyv asks these what kind of store it has. */
  readonly opts: { readonly dialect: string; readonly url: string };
  /** Set by the Keyv that uses it: one store for one Keyv. */
  namespace?: string | undefined;
  get<Value>(key: string): Promise<Value | undefined>;
  getMany<Value>(keys: string[]): Promise<(Value | undefined)[]>;
  /** Lives in milliseconds; none is the cache's. A Keyv gives none for 0, too: for ever is the default of a cache with `ttlMs: Infinity`. */
  set(key: string, value: unknown, ttl?: number): Promise<boolean>;
  has(key: string): Promise<boolean>;
  delete(key: string): Promise<boolean>;
  /** Removes what is in its namespace, or everything if it has none. */
  clear(): Promise<void>;
  iterator<Value>(namespace?: string): AsyncGenerator<[string, Awaited<Value>], void>;
  on(event: string, listener: (...args: never[]) => void): KeyvStore;
}

/**
 * A cache as the store of a Keyv: `new Keyv({ store: toKeyvStore(cache) })`. Keyv turns values into JSON before it stores them; set
 * its `serialize` and `deserialize` to undefined to keep them as they are.
 */
export function toKeyvStore(cache: Cache<unknown, unknown>): KeyvStore {
  return new TtlCacheStore(cache);
}

class TtlCacheStore implements KeyvStore {
  /** Keyv iterates over the dialects of a fixed list only, and reads nothing else from it. */
  readonly opts = { dialect: 'redis', url: 'memory:' };
  namespace?: string | undefined;
  readonly #events = new EventEmitter();

  constructor(private readonly cache: Cache<unknown, unknown>) {}

  async get<Value>(key: string): Promise<Value | undefined> {
    return this.#read(key) as Value | undefined;
  }

  async getMany<Value>(keys: string[]): Promise<(Value | undefined)[]> {
    return keys.map((key) => this.#read(key) as Value | undefined);
  }

  async set(key: string, value: unknown, ttl?: number): Promise<boolean> {
    return this.cache.put(key, value, lifeOf(ttl));
  }

  async has(key: string): Promise<boolean> {
    return this.cache.has(key);
  }

  async delete(key: string): Promise<boolean> {
    return this.cache.delete(key);
  }

  async clear(): Promise<void> {
    if (this.namespace === undefined) return this.cache.clear();
    for (const key of this.#keys(this.namespace)) this.cache.delete(key);
  }

  async *iterator<Value>(namespace?: string): AsyncGenerator<[string, Awaited<Value>], void> {
    for (const key of this.#keys(namespace)) {
      const found = this.cache.peek(key);
      if (found.kind === 'found') yield [key, found.value as Awaited<Value>];
    }
  }

  on(event: string, listener: (...args: never[]) => void): KeyvStore {
    this.#events.on(event, listener as (...args: unknown[]) => void);
    return this;
  }

  /** A copy: who iterates may put and delete. Others may use the cache, too, with keys that are no strings. */
  #keys(namespace: string | undefined): readonly string[] {
    const keys = [...this.cache.keys()].filter((key): key is string => typeof key === 'string');
    return namespace === undefined ? keys : keys.filter((key) => key.startsWith(`${namespace}:`));
  }

  #read(key: string): unknown {
    const found = this.cache.get(key);
    return found.kind === 'found' ? found.value : undefined;
  }
}
