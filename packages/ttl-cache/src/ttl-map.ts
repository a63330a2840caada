import type { Milliseconds } from '@rookery/genserver';
import type { EntryPage } from './entry-page.js';
import { EntryTable, placeOf } from './entry-table.js';
import type { Entry, Life, Row } from './entry.js';
import { ExpiryWheel } from './expiry-wheel.js';
import { Failures } from './failures.js';
import type { RemovalCause } from './removal.js';
import { makeStore, type Store } from './store.js';
import { TagIndex } from './tag-index.js';

/** What few entries have. */
export interface Extras {
  readonly tags: readonly string[] | undefined;
  readonly weight: number;
  /** How long ago its life began. */
  readonly ageMs: Milliseconds;
}

const PLAIN: Extras = { tags: undefined, weight: 1, ageMs: 0 };

export interface TtlMapOptions<Key, Value> {
  readonly maxEntries: number;
  readonly maxWeight: number;
  /** How much time is looked at together, see ExpiryWheel. */
  readonly slotMs: Milliseconds;
  readonly now: Milliseconds;
  /** Told after something has gone. May change the map. */
  readonly removed: (key: Key, value: Value, cause: RemovalCause) => void;
}

/** Failures are remembered up to so many, where the entries have no limit. */
const MOST_FAILURES = 10_000;

/**
 * Entries by key, by tag and by the end of their life; and the failures of loads. Time is passed in. A row is good until something
 * is removed or put, and so until a listener is called.
 */
export class TtlMap<Key, Value> {
  readonly failures: Failures<Key>;
  readonly #store: Store<Key>;
  readonly #tags = new TagIndex<Key>();
  readonly #slotMs: Milliseconds;
  readonly #removed: TtlMapOptions<Key, Value>['removed'];
  #table = new EntryTable<Key, Value>();
  #wheel: ExpiryWheel;
  #evicted: Row[] = [];

  constructor({ maxEntries, maxWeight, slotMs, now, removed }: TtlMapOptions<Key, Value>) {
    this.#slotMs = slotMs;
    this.#removed = removed;
    this.#wheel = new ExpiryWheel(this.#table, slotMs, now);
    this.failures = new Failures(Math.min(maxEntries, MOST_FAILURES), slotMs, now);
    this.#store = makeStore({ maxEntries, maxWeight, evicted: (row) => void this.#evicted.push(row) });
  }

  get size(): number {
    return this.#store.size;
  }

  get weight(): number {
    return this.#store.weight;
  }

  /** Whether time will take something out. */
  get expires(): boolean {
    return !this.#wheel.isEmpty || this.failures.size > 0;
  }

  /** Whatever is there, fresh or not. Counts as a use. */
  use(key: Key): Entry<Key, Value> | undefined {
    const row = this.#store.get(key);
    return row === undefined ? undefined : this.#table.entry(row);
  }

  /** The same, but counts as none. */
  peek(key: Key): Entry<Key, Value> | undefined {
    const row = this.#store.peek(key);
    return row === undefined ? undefined : this.#table.entry(row);
  }

  /** As `use`, but makes no copy. */
  useRow(key: Key): Row | undefined {
    return this.#store.get(key);
  }

  peekRow(key: Key): Row | undefined {
    return this.#store.peek(key);
  }

  value(row: Row): Value {
    return this.#table.value(row);
  }

  /** Where a row is; in it, it is at `placeOf(row)`. */
  page(row: Row): EntryPage<Key, Value> {
    return this.#table.page(row);
  }

  /** The end of its life. */
  expiresAt(row: Row): Milliseconds {
    return this.#table.expiresAt(row);
  }

  /** When nothing has a use for it any more. */
  dueAt(row: Row): Milliseconds {
    return this.#table.dueAt(row);
  }

  *all(): IterableIterator<Entry<Key, Value>> {
    for (const row of this.#store.rows()) yield this.#table.entry(row);
  }

  /** Takes the place of what is under the key. */
  put(key: Key, value: Value, life: Life, now: Milliseconds, extras: Extras = PLAIN): void {
    const old = this.#store.get(key);
    if (old !== undefined) return this.#replace(old, key, value, life, now, extras);
    this.#add(key, value, life, now, extras);
    if (this.#evicted.length > 0) this.#tellEvicted(now);
  }

  /** Begins the life of an entry anew: with the life it was given, or another. */
  renew(row: Row, ttlMs: Milliseconds | undefined, now: Milliseconds): void {
    const table = this.#table;
    this.#begin(row, now, ttlMs ?? table.ttlMs(row), table.staleForMs(row));
  }

  /** Takes an entry out. */
  remove(row: Row, cause: RemovalCause): void {
    this.#store.delete(this.#table.key(row));
    this.#gone(row, cause);
  }

  /** The keys of those that have it. */
  having(tag: string): Key[] {
    return this.#tags.having(tag);
  }

  fail(key: Key, error: unknown, until: Milliseconds): void {
    this.failures.add(key, error, until);
  }

  clear(now: Milliseconds): void {
    const rows = [...this.#store.rows()];
    const table = this.#table;
    this.#store.clear();
    this.#tags.clear();
    this.failures.clear(now);
    this.#table = new EntryTable();
    this.#wheel = new ExpiryWheel(this.#table, this.#slotMs, now);
    for (const row of rows) this.#removed(table.key(row), table.value(row), 'cleared');
  }

  /** Says up to when `sweep` looks. */
  advance(now: Milliseconds): void {
    this.#wheel.advance(now);
    this.failures.advance(now);
  }

  /** Takes out what nothing has a use for any more, in `most` steps. Returns whether there may be more. */
  sweep(now: Milliseconds, most: number): boolean {
    for (let steps = 0; steps < most; steps++) {
      const row = this.#wheel.step(now);
      if (row === undefined) return this.failures.sweep(now, most - steps);
      if (row !== 'later') this.remove(row, 'expired');
    }
    return true;
  }

  #add(key: Key, value: Value, { ttlMs, staleForMs }: Life, now: Milliseconds, { tags, weight, ageMs }: Extras): void {
    const since = now - ageMs;
    const row = this.#table.next;
    this.#store.set(key, row, weight); // first, as it throws when there are more than a Map can hold
    this.#table.add(key, value, since, ttlMs, staleForMs);
    this.#wheel.add(row, since + ttlMs + staleForMs);
    if (tags !== undefined) this.#setTags(row, key, tags);
  }

  #replace(row: Row, key: Key, value: Value, life: Life, now: Milliseconds, extras: Extras): void {
    const page = this.#table.page(row);
    const at = placeOf(row);
    const before = page.values[at] as Value;
    const cause = now < page.expiresAt(at) ? 'replaced' : 'expired';
    if (this.#store.isWeighed) this.#exchange(row, key, value, life, now, extras);
    else {
      page.values[at] = value;
      if (page.tags(at) !== extras.tags) this.#setTags(row, key, extras.tags);
      this.#begin(row, now - extras.ageMs, life.ttlMs, life.staleForMs);
    }
    if (this.#evicted.length > 0) this.#tellEvicted(now);
    this.#removed(key, before, cause);
  }

  /** By one in a row of its own: lru-cache does not see a new weight under the same row. */
  #exchange(row: Row, key: Key, value: Value, life: Life, now: Milliseconds, extras: Extras): void {
    this.#setTags(row, key, undefined);
    this.#add(key, value, life, now, extras);
    this.#forget(row);
  }

  /** One that is due later than before may stay where it is: it is found there in time to be put off. */
  #begin(row: Row, since: Milliseconds, ttlMs: Milliseconds, staleForMs: Milliseconds): void {
    const page = this.#table.page(row);
    const at = placeOf(row);
    const before = page.dueAt(at);
    page.begin(at, since, ttlMs, staleForMs);
    const dueAt = since + ttlMs + staleForMs;
    if (dueAt < before) this.#wheel.move(row, dueAt);
  }

  #setTags(row: Row, key: Key, tags: readonly string[] | undefined): void {
    const before = this.#table.tags(row);
    if (before !== undefined) this.#tags.delete(key, before);
    if (tags !== undefined) this.#tags.add(key, tags);
    if (tags !== before) this.#table.setTags(row, tags);
  }

  #forget(row: Row): void {
    if (this.#table.tags(row) !== undefined) this.#setTags(row, this.#table.key(row), undefined);
    this.#wheel.remove(row);
    this.#table.drop(row);
  }

  /** It is in the store no more. */
  #gone(row: Row, cause: RemovalCause): void {
    const key = this.#table.key(row);
    const value = this.#table.value(row);
    this.#forget(row);
    this.#removed(key, value, cause);
  }

  #tellEvicted(now: Milliseconds): void {
    const rows = this.#evicted;
    if (rows.length === 1) {
      const row = rows.pop() as Row;
      return this.#gone(row, now < this.expiresAt(row) ? 'evicted' : 'expired');
    }
    const evicted = rows.map((row) => this.#table.entry(row));
    this.#evicted = [];
    for (const row of rows) this.#forget(row); // all of them before a listener changes anything
    for (const entry of evicted)
      this.#removed(entry.key, entry.value, entry.at(now) === 'live' ? 'evicted' : 'expired');
  }
}
