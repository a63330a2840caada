import { LRUCache } from 'lru-cache';
import type { Row } from './entry.js';

/** Where entries are found by key. */
export interface Store<Key> {
  /** Whether what an entry weighs is set together with it. */
  readonly isWeighed: boolean;
  readonly size: number;
  readonly weight: number;
  /** Counts as a use. */
  get(key: Key): Row | undefined;
  /** Does not. */
  peek(key: Key): Row | undefined;
  /** Also in place of another. */
  set(key: Key, row: Row, weight: number): void;
  delete(key: Key): void;
  clear(): void;
  /** The least recently used first, where that is known; else the oldest. */
  rows(): IterableIterator<Row>;
}

/** Without limits. */
class MapStore<Key> extends Map<Key, Row> implements Store<Key> {
  readonly isWeighed = false;
  readonly weight = 0;

  peek(key: Key): Row | undefined {
    return this.get(key);
  }

  rows(): IterableIterator<Row> {
    return this.values();
  }
}

export interface StoreLimits {
  readonly maxEntries: number;
  readonly maxWeight: number;
  /** Told after an entry had to go. */
  readonly evicted: (row: Row) => void;
}

/** With limits: the least recently used go. lru-cache knows who that is; it is told nothing of time. */
class LruStore<Key> implements Store<Key> {
  // Held, not inherited from, which makes a hit slower.
  readonly #lru: LRUCache<Key & {}, Row>;
  readonly isWeighed: boolean;

  constructor({ maxEntries, maxWeight, evicted }: StoreLimits) {
    this.isWeighed = maxWeight !== Infinity;
    this.#lru = new LRUCache<Key & {}, Row>({
      ...(maxEntries === Infinity ? undefined : { max: maxEntries }),
      ...(maxWeight === Infinity ? undefined : { maxSize: maxWeight }),
      // Not `disposeAfter`, which makes a clear take time that grows with the square: `evicted` only notes who went.
      dispose: (row, _, reason) => {
        if (reason === 'evict') evicted(row);
      },
    } as LRUCache.Options<Key & {}, Row, unknown>);
  }

  get size(): number {
    return this.#lru.size;
  }

  get weight(): number {
    return this.#lru.calculatedSize;
  }

  get(key: Key): Row | undefined {
    return this.#lru.get(key as Key & {});
  }

  peek(key: Key): Row | undefined {
    return this.#lru.peek(key as Key & {});
  }

  set(key: Key, row: Row, weight: number): void {
    if (this.isWeighed) this.#lru.set(key as Key & {}, row, { size: weight });
    else this.#lru.set(key as Key & {}, row);
  }

  delete(key: Key): void {
    this.#lru.delete(key as Key & {});
  }

  clear(): void {
    this.#lru.clear();
  }

  *rows(): IterableIterator<Row> {
    // A copy, as it does not bear being changed on the way; so each is asked for again when its turn comes.
    const keys = [...this.#lru.rkeys()];
    for (const key of keys) {
      const row = this.#lru.peek(key);
      if (row !== undefined) yield row;
    }
  }
}

export function makeStore<Key>(limits: StoreLimits): Store<Key> {
  const isUnlimited = limits.maxEntries === Infinity && limits.maxWeight === Infinity;
  return isUnlimited ? new MapStore<Key>() : new LruStore(limits);
}
