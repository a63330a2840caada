import { LRUCache } from 'lru-cache';
import type { Entry } from './entry.js';

/** Where entries are found by key. */
export interface Store<Key, Value> {
  /** Whether what an entry weighs is set together with it. */
  readonly isWeighed: boolean;
  readonly size: number;
  readonly weight: number;
  /** Counts as a use. */
  get(key: Key): Entry<Key, Value> | undefined;
  /** Does not. */
  peek(key: Key): Entry<Key, Value> | undefined;
  /** Also in place of another. */
  set(key: Key, entry: Entry<Key, Value>, weight: number): void;
  delete(key: Key): void;
  clear(): void;
  /** The least recently used first, where that is known; else the oldest. */
  all(): IterableIterator<Entry<Key, Value>>;
}

/** Without limits. */
class MapStore<Key, Value> extends Map<Key, Entry<Key, Value>> implements Store<Key, Value> {
  readonly isWeighed = false;
  readonly weight = 0;

  peek(key: Key): Entry<Key, Value> | undefined {
    return this.get(key);
  }

  all(): IterableIterator<Entry<Key, Value>> {
    return this.values();
  }
}

export interface StoreLimits<Key, Value> {
  readonly maxEntries: number;
  readonly maxWeight: number;
  /** Told after an entry had to go. */
  readonly evicted: (entry: Entry<Key, Value>) => void;
}

/** With limits: the least recently used go. lru-cache knows who that is; it is told nothing of time. */
class LruStore<Key, Value> implements Store<Key, Value> {
  readonly #lru: LRUCache<Key & {}, Entry<Key, Value>>;
  readonly isWeighed: boolean;

  constructor({ maxEntries, maxWeight, evicted }: StoreLimits<Key, Value>) {
    this.isWeighed = maxWeight !== Infinity;
    this.#lru = new LRUCache<Key & {}, Entry<Key, Value>>({
      ...(maxEntries === Infinity ? undefined : { max: maxEntries }),
      ...(maxWeight === Infinity ? undefined : { maxSize: maxWeight }),
      // Not `disposeAfter`, which makes a clear take time that grows with the square: `evicted` only notes who went.
      dispose: (entry, _, reason) => {
        if (reason === 'evict') evicted(entry);
      },
    } as LRUCache.Options<Key & {}, Entry<Key, Value>, unknown>);
  }

  get size(): number {
    return this.#lru.size;
  }

  get weight(): number {
    return this.#lru.calculatedSize;
  }

  get(key: Key): Entry<Key, Value> | undefined {
    return this.#lru.get(key as Key & {});
  }

  peek(key: Key): Entry<Key, Value> | undefined {
    return this.#lru.peek(key as Key & {});
  }

  set(key: Key, entry: Entry<Key, Value>, weight: number): void {
    if (this.isWeighed) this.#lru.set(key as Key & {}, entry, { size: weight });
    else this.#lru.set(key as Key & {}, entry);
  }

  delete(key: Key): void {
    this.#lru.delete(key as Key & {});
  }

  clear(): void {
    this.#lru.clear();
  }

  *all(): IterableIterator<Entry<Key, Value>> {
    // A copy, as it does not bear being changed on the way; so each is asked for again when its turn comes.
    const keys = [...this.#lru.rkeys()];
    for (const key of keys) {
      const entry = this.#lru.peek(key);
      if (entry !== undefined) yield entry;
    }
  }
}

export function makeStore<Key, Value>(limits: StoreLimits<Key, Value>): Store<Key, Value> {
  const isUnlimited = limits.maxEntries === Infinity && limits.maxWeight === Infinity;
  return isUnlimited ? new MapStore<Key, Value>() : new LruStore(limits);
}
