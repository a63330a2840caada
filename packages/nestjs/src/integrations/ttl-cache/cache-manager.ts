import { EventEmitter } from 'node:events';
import type { Milliseconds } from '@rookery/genserver';
import type { Cache, FetchOptions } from '@rookery/ttl-cache';

/** One entry of `mset`. */
interface Item<T> {
  key: string;
  value: T;
  ttl?: number;
}

/** As of cache-manager: a number of milliseconds, or what makes one of the value. */
type Duration<T> = Milliseconds | ((value: T) => Milliseconds);

/** How `wrap` keeps what the function gives. */
export interface WrapOptions<T> {
  /** Default: the cache's. */
  ttl?: Duration<T>;
  /** With less than this to live, a value is given at once, and loaded anew behind it. */
  refreshThreshold?: Duration<T>;
}

type Listener = (...args: never[]) => void;

/** What `CACHE_MANAGER` users call: cache-manager's `Cache`, version 7, before a cache of ours. Lives are in milliseconds; 0 is for ever; none is the cache's. */
export interface CacheManagerCache {
  get<T>(key: string): Promise<T | undefined>;
  mget<T>(keys: string[]): Promise<(T | undefined)[]>;
  /** When it will expire, in milliseconds since 1970; undefined if never, or if it is not there. */
  ttl(key: string): Promise<number | undefined>;
  set<T>(key: string, value: T, ttl?: number): Promise<T>;
  mset<T>(list: Item<T>[]): Promise<Item<T>[]>;
  del(key: string): Promise<boolean>;
  mdel(keys: string[]): Promise<boolean>;
  clear(): Promise<boolean>;
  /** Of the events of cache-manager: get (of what is there), mget, ttl, set, mset, del, mdel, clear, refresh (with `error` if it failed). */
  on(event: string, listener: Listener): EventEmitter;
  off(event: string, listener: Listener): EventEmitter;
  /** The cache lives as long as its module or its supervisor says: this does nothing. */
  disconnect(): Promise<undefined>;
  cacheId(): string;
  /** Empty: there are no Keyv stores behind it. */
  readonly stores: never[];
  /** What is there, `null` and `undefined` too, or what the function gives: once for all who ask. */
  wrap<T>(key: string, fnc: () => T | Promise<T>, ttl?: Duration<T>, refreshThreshold?: Duration<T>): Promise<T>;
  wrap<T>(
    key: string,
    fnc: () => T | Promise<T>,
    options: WrapOptions<T> & { raw: true },
  ): Promise<{ value: T; expires?: number }>;
  wrap<T>(key: string, fnc: () => T | Promise<T>, options: WrapOptions<T>): Promise<T>;
}

/**
 * A cache in the shape of cache-manager, for those who inject `CACHE_MANAGER`:
 * `{ provide: CACHE_MANAGER, useFactory: toCacheManager, inject: [getCacheToken()] }`.
 */
export function toCacheManager(cache: Cache<unknown, unknown>): CacheManagerCache {
  return new CacheManagerAdapter(cache as Cache<string, unknown>);
}

class CacheManagerAdapter implements CacheManagerCache {
  readonly stores: never[] = [];
  readonly #events = new EventEmitter();

  constructor(private readonly cache: Cache<string, unknown>) {}

  async get<T>(key: string): Promise<T | undefined> {
    const found = this.cache.get(key);
    if (found.kind === 'not_found') return undefined; // of what is not there nobody is told, there as here
    this.#events.emit('get', { key, value: found.value });
    return found.value as T;
  }

  async mget<T>(keys: string[]): Promise<(T | undefined)[]> {
    const values = keys.map((key) => this.#read(key) as T | undefined);
    this.#events.emit('mget', { keys, values });
    return values;
  }

  async ttl(key: string): Promise<number | undefined> {
    if (this.cache.has(key)) this.#events.emit('ttl', { key, value: this.#expires(key) });
    return this.#expires(key);
  }

  async set<T>(key: string, value: T, ttl?: number): Promise<T> {
    this.cache.put(key, value, lifeOf(ttl));
    this.#events.emit('set', { key, value });
    return value;
  }

  async mset<T>(list: Item<T>[]): Promise<Item<T>[]> {
    for (const { key, value, ttl } of list) this.cache.put(key, value, lifeOf(ttl));
    this.#events.emit('mset', { list });
    return list;
  }

  async del(key: string): Promise<boolean> {
    this.cache.delete(key);
    this.#events.emit('del', { key });
    return true; // as there: it is not there now
  }

  async mdel(keys: string[]): Promise<boolean> {
    for (const key of keys) this.cache.delete(key);
    this.#events.emit('mdel', { keys });
    return true;
  }

  async clear(): Promise<boolean> {
    this.cache.clear();
    this.#events.emit('clear');
    return true;
  }

  on(event: string, listener: Listener): EventEmitter {
    return this.#events.on(event, listener as (...args: unknown[]) => void);
  }

  off(event: string, listener: Listener): EventEmitter {
    return this.#events.off(event, listener as (...args: unknown[]) => void);
  }

  async disconnect(): Promise<undefined> {
    return undefined;
  }

  cacheId(): string {
    return 'rookery-ttl-cache';
  }

  wrap<T>(key: string, fnc: () => T | Promise<T>, ttl?: Duration<T>, refreshThreshold?: Duration<T>): Promise<T>;
  wrap<T>(
    key: string,
    fnc: () => T | Promise<T>,
    options: WrapOptions<T> & { raw: true },
  ): Promise<{ value: T; expires?: number }>;
  wrap<T>(key: string, fnc: () => T | Promise<T>, options: WrapOptions<T>): Promise<T>;
  async wrap<T>(
    key: string,
    fnc: () => T | Promise<T>,
    second?: Duration<T> | (WrapOptions<T> & { raw?: boolean }),
    third?: Duration<T>,
  ): Promise<T | { value: T; expires?: number }> {
    const options = typeof second === 'object' && second !== null ? second : defined(second, third);
    const value = await this.#wrapped(key, fnc, options);
    if (!('raw' in options) || options.raw !== true) return value;
    const expires = this.#expires(key);
    return { value, ...(expires !== undefined && { expires }) };
  }

  async #wrapped<T>(key: string, fnc: () => T | Promise<T>, options: WrapOptions<T>): Promise<T> {
    const { ttl } = options;
    const isRefresh = this.#isNearItsEnd(key, options);
    const fetchOptions: FetchOptions = {
      ...(typeof ttl === 'number' && { ttlMs: lifeOf(ttl) ?? Infinity }),
      ...(isRefresh && { refreshAfterMs: 0 }),
    };
    const value = await this.cache.fetch(
      key,
      async (_key, { setTtl }) => {
        const loaded = await (isRefresh ? this.#refreshed(key, fnc) : fnc());
        const life = typeof ttl === 'function' ? lifeOf(ttl(loaded)) : undefined; // none is the cache's
        if (life !== undefined) setTtl(life);
        return loaded;
      },
      fetchOptions,
    );
    return value as T; // what is under a key only its user knows
  }

  /** Loads behind, and tells how it went. */
  async #refreshed<T>(key: string, fnc: () => T | Promise<T>): Promise<T> {
    try {
      const value = await fnc();
      this.#events.emit('refresh', { key, value });
      return value;
    } catch (error) {
      const old = this.cache.peek(key);
      this.#events.emit('refresh', { key, value: old.kind === 'found' ? old.value : undefined, error });
      throw error;
    }
  }

  #isNearItsEnd<T>(key: string, { refreshThreshold }: WrapOptions<T>): boolean {
    if (refreshThreshold === undefined) return false;
    const found = this.cache.peek(key);
    if (found.kind === 'not_found') return false;
    const threshold = typeof refreshThreshold === 'function' ? refreshThreshold(found.value as T) : refreshThreshold;
    return (this.cache.ttl(key) ?? 0) < threshold;
  }

  #read(key: string): unknown {
    const found = this.cache.get(key);
    return found.kind === 'found' ? found.value : undefined;
  }

  #expires(key: string): number | undefined {
    const left = this.cache.ttl(key);
    return left === undefined || left === Infinity ? undefined : Date.now() + left;
  }
}

function defined<T>(ttl: Duration<T> | undefined, refreshThreshold: Duration<T> | undefined): WrapOptions<T> {
  return { ...(ttl !== undefined && { ttl }), ...(refreshThreshold !== undefined && { refreshThreshold }) };
}

/** 0 is for ever in cache-manager and Keyv. */
export function lifeOf(ttl: number | undefined): Milliseconds | undefined {
  return ttl === 0 ? Infinity : (ttl ?? undefined);
}
