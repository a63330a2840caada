import { createRequire } from 'node:module';
import { existsSync, readFileSync } from 'node:fs';
import { TTLCache } from '@isaacs/ttlcache';
import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
import { createCache } from 'cache-manager';
import { Cacheable, type CacheableMemory, createKeyv } from 'cacheable';
import { LRUCache } from 'lru-cache';
import NodeCache from 'node-cache';
import { TtlCache } from '../../src/index.js';

export interface SubjectOptions {
  readonly max?: number;
  readonly onRemoval?: (key: string, value: unknown) => void;
  /** Options beyond the default, by which it is said to do what is asked. */
  readonly isTuned?: boolean;
}

type Awaitable<T> = T | Promise<T>;

/** One cache, under one face. What it cannot be asked is left out. */
export interface Subject {
  put(key: string, value: unknown, ttlMs?: number): unknown;
  /** Undefined if it is not there. */
  get(key: string): Awaitable<unknown>;
  has?(key: string): Awaitable<boolean>;
  delete(key: string): unknown;
  fetch?(key: string, loader: () => Promise<unknown>, signal?: AbortSignal): Promise<unknown>;
  /** Whether a caller's signal means anything to it. */
  readonly isAbortable?: boolean;
  /** Entries in memory, expired or not. */
  held?(): number;
  /** Frees what has expired, now. */
  sweep?(): void;
  /** Begins the life of an entry anew. */
  touch?(key: string): unknown;
  close?(): unknown;
}

export interface Rival {
  readonly name: string;
  readonly version: string;
  /** For each question the option that `isTuned` stands for. */
  readonly tunedBy: Partial<Record<string, string>>;
  readonly make: (options?: SubjectOptions) => Subject;
}

const TTL_MS = 10_000;
/** How often those sweep that sweep of themselves. */
export const SWEEP_MS = 20;
const require = createRequire(import.meta.url);

function versionOf(name: string): string {
  const manifests = (require.resolve.paths(name) ?? []).map((path) => `${path}/${name}/package.json`);
  const manifest = manifests.find((path) => existsSync(path)) ?? '';
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}

function ours({ max, onRemoval, isTuned = false }: SubjectOptions = {}): Subject {
  const cache = new TtlCache<string>({
    ttlMs: TTL_MS,
    sweepIntervalMs: SWEEP_MS,
    maxEntries: max ?? Infinity,
    ...(onRemoval !== undefined && { onRemoval }),
    ...(isTuned && { values: 'cloned' }),
  });
  return {
    put: (key, value, ttlMs) => cache.put(key, value, ttlMs),
    get: (key) => {
      const lookup = cache.get(key);
      return lookup.kind === 'found' ? lookup.value : undefined;
    },
    has: (key) => cache.has(key),
    delete: (key) => cache.delete(key),
    fetch: (key, loader, signal) => cache.fetch(key, loader, signal && { signal }),
    isAbortable: true,
    held: () => cache.size,
    touch: (key) => cache.touch(key),
    close: () => cache.close(),
  };
}

function lruCache({ max = 1_000_000, onRemoval, isTuned = false }: SubjectOptions = {}): Subject {
  const cache = new LRUCache<string, {}, () => Promise<unknown>>({
    max,
    ttl: TTL_MS,
    ttlAutopurge: isTuned,
    fetchMethod: (_key, _stale, { context }) => context(),
    ...(onRemoval !== undefined && { dispose: (value, key) => onRemoval(key, value) }),
  });
  return {
    put: (key, value, ttl = TTL_MS) => cache.set(key, value as {}, { ttl: ttl === Infinity ? 0 : ttl }),
    get: (key) => cache.get(key),
    has: (key) => cache.has(key),
    delete: (key) => cache.delete(key),
    fetch: (key, loader, signal) => cache.fetch(key, { context: loader, ...(signal && { signal }) }),
    isAbortable: true,
    held: () => cache.size,
    sweep: () => cache.purgeStale(),
    touch: (key) => cache.get(key, { updateAgeOnGet: true }),
    close: () => cache.clear(),
  };
}

function ttlcache({ max = Infinity, onRemoval, isTuned = false }: SubjectOptions = {}): Subject {
  const cache = new TTLCache<string>({
    max,
    ttl: TTL_MS,
    checkAgeOnGet: isTuned,
    ...(onRemoval !== undefined && { dispose: (value, key) => onRemoval(key, value) }),
  });
  return {
    put: (key, value, ttl = TTL_MS) => cache.set(key, value, { ttl }),
    get: (key) => cache.get(key),
    has: (key) => cache.has(key),
    delete: (key) => cache.delete(key),
    held: () => cache.size,
    touch: (key) => cache.get(key, { updateAgeOnGet: true }),
    close: () => cache.clear(),
  };
}

function nodeCache({ max = -1, isTuned = false }: SubjectOptions = {}): Subject {
  const cache = new NodeCache({
    stdTTL: TTL_MS / 1000,
    checkperiod: SWEEP_MS / 1000,
    maxKeys: max,
    useClones: !isTuned,
  });
  return {
    put: (key, value, ttlMs = TTL_MS) => cache.set(key, value, ttlMs === Infinity ? 0 : ttlMs / 1000),
    get: (key) => cache.get(key),
    has: (key) => cache.has(key),
    delete: (key) => cache.del(key),
    held: () => cache.getStats().keys,
    touch: (key) => cache.ttl(key),
    close: () => cache.close(),
  };
}

function cacheManager(): Subject {
  const cache = createCache({ ttl: TTL_MS });
  const map = cache.stores[0]?.store as Map<string, unknown>;
  return {
    put: (key, value, ttlMs = TTL_MS) => cache.set(key, value, ttlMs),
    get: (key) => cache.get(key),
    delete: (key) => cache.del(key),
    fetch: (key, loader) => cache.wrap(key, loader),
    held: () => map.size,
    close: () => cache.disconnect(),
  };
}

function cacheable({ isTuned = false }: SubjectOptions = {}): Subject {
  const primary = createKeyv({ ttl: TTL_MS, ...(isTuned && { useClone: false, checkInterval: SWEEP_MS }) });
  const cache = new Cacheable({ ttl: TTL_MS, ...(isTuned && { primary }) });
  const memory = cache.primary.store as { readonly store: CacheableMemory };
  return {
    put: (key, value, ttlMs = TTL_MS) => cache.set(key, value, ttlMs),
    get: (key) => cache.get(key),
    has: (key) => cache.has(key),
    delete: (key) => cache.delete(key),
    fetch: (key, loader) => cache.getOrSet(key, loader, { throwErrors: isTuned }),
    held: () => memory.store.size,
    close: () => {
      memory.store.stopIntervalCheck();
      return cache.disconnect();
    },
  };
}

function bentocache({ max, isTuned = false }: SubjectOptions = {}): Subject {
  const driver = memoryDriver({ ...(max !== undefined && { maxItems: max }), ...(isTuned && { serialize: false }) });
  const cache = new BentoCache({
    default: 'memory',
    stores: { memory: bentostore({ ttl: TTL_MS }).useL1Layer(driver) },
  });
  return {
    put: (key, value, ttlMs = TTL_MS) => cache.set({ key, value, ttl: ttlMs === Infinity ? null : ttlMs }),
    get: (key) => cache.get({ key }),
    has: (key) => cache.has({ key }),
    delete: (key) => cache.delete({ key }),
    fetch: (key, loader) => cache.getOrSet({ key, factory: loader, ttl: TTL_MS }),
    close: () => cache.disconnectAll(),
  };
}

/** Ours first. */
export const RIVALS: readonly Rival[] = [
  {
    name: '@rookery/ttl-cache',
    version: versionOf('@rookery/ttl-cache'),
    tunedBy: { copies: `values: 'cloned'` },
    make: ours,
  },
  { name: 'lru-cache', version: versionOf('lru-cache'), tunedBy: { frees: 'ttlAutopurge' }, make: lruCache },
  {
    name: '@isaacs/ttlcache',
    version: versionOf('@isaacs/ttlcache'),
    tunedBy: { expired: 'checkAgeOnGet', blocked: 'checkAgeOnGet' },
    make: ttlcache,
  },
  { name: 'node-cache', version: versionOf('node-cache'), tunedBy: { untouched: 'useClones: false' }, make: nodeCache },
  { name: 'cache-manager', version: versionOf('cache-manager'), tunedBy: {}, make: cacheManager },
  {
    name: 'cacheable',
    version: versionOf('cacheable'),
    tunedBy: { failure: 'throwErrors', frees: 'checkInterval', untouched: 'useClone: false' },
    make: cacheable,
  },
  {
    name: 'bentocache',
    version: versionOf('bentocache'),
    tunedBy: { kinds: 'serialize: false', untouched: 'serialize: false' },
    make: bentocache,
  },
];
