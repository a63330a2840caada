import type { Milliseconds } from '@rookery/genserver';
import { Entry, type Life } from './entry.js';
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

/** Entries by key, by tag and by the end of their life; and the failures of loads. Time is passed in. */
export class TtlMap<Key, Value> {
  readonly failures: Failures<Key>;
  readonly #store: Store<Key, Value>;
  readonly #tags = new TagIndex<Key, Value>();
  readonly #slotMs: Milliseconds;
  readonly #removed: TtlMapOptions<Key, Value>['removed'];
  #wheel: ExpiryWheel;
  #evicted: Entry<Key, Value>[] = [];

  constructor({ maxEntries, maxWeight, slotMs, now, removed }: TtlMapOptions<Key, Value>) {
    this.#slotMs = slotMs;
    this.#removed = removed;
    this.#wheel = new ExpiryWheel(slotMs, now);
    this.failures = new Failures(Math.min(maxEntries, MOST_FAILURES));
    this.#store = makeStore({ maxEntries, maxWeight, evicted: (entry) => void this.#evicted.push(entry) });
  }

  get size(): number {
    return this.#store.size;
  }

  get weight(): number {
    return this.#store.weight;
  }

  /** Whether time will take something out. */
  get expires(): boolean {
    return !this.#wheel.isEmpty;
  }

  /** Whatever is there, fresh or not. Counts as a use. */
  use(key: Key): Entry<Key, Value> | undefined {
    return this.#store.get(key);
  }

  /** The same, but counts as none. */
  peek(key: Key): Entry<Key, Value> | undefined {
    return this.#store.peek(key);
  }

  all(): IterableIterator<Entry<Key, Value>> {
    return this.#store.all();
  }

  /** Takes the place of what is under the key. */
  put(key: Key, value: Value, life: Life, now: Milliseconds, extras: Extras = PLAIN): void {
    const old = this.#store.get(key);
    if (old === undefined) this.#add(key, value, life, now, extras);
    else this.#replace(old, value, life, now, extras);
  }

  /** Begins the life of an entry anew. */
  renew(entry: Entry<Key, Value>, ttlMs: Milliseconds, now: Milliseconds): void {
    const { dueAt } = entry;
    entry.begin(now, ttlMs);
    this.#rescheduled(entry, dueAt);
  }

  /** Takes an entry out. It must be in the map. */
  remove(entry: Entry<Key, Value>, cause: RemovalCause): void {
    this.#store.delete(entry.key);
    this.#forget(entry);
    this.#removed(entry.key, entry.value, cause);
  }

  having(tag: string): Entry<Key, Value>[] {
    return this.#tags.having(tag);
  }

  fail(key: Key, error: unknown, until: Milliseconds): void {
    this.#wheel.add(this.failures.add(key, error, until));
  }

  clear(now: Milliseconds): void {
    const entries = [...this.#store.all()];
    this.#store.clear();
    this.#tags.clear();
    this.failures.clear();
    this.#wheel = new ExpiryWheel(this.#slotMs, now);
    for (const { key, value } of entries) this.#removed(key, value, 'cleared');
  }

  /** Says up to when `sweep` looks. */
  advance(now: Milliseconds): void {
    this.#wheel.advance(now);
  }

  /** Takes out what nothing has a use for any more, in `most` steps. Returns whether there may be more. */
  sweep(now: Milliseconds, most: number): boolean {
    for (let steps = 0; steps < most; steps++) {
      const node = this.#wheel.step(now);
      if (node === undefined) return false;
      if (node instanceof Entry) this.remove(node as Entry<Key, Value>, 'expired');
      else if (node !== 'later') this.failures.drop(node);
    }
    return true;
  }

  #add(key: Key, value: Value, { ttlMs, staleForMs }: Life, now: Milliseconds, { tags, weight, ageMs }: Extras): void {
    const entry = new Entry(key, value, tags);
    entry.begin(now - ageMs, ttlMs);
    entry.staleForMs = staleForMs;
    this.#store.set(key, entry, weight);
    this.#wheel.add(entry);
    if (tags !== undefined) this.#tags.add(entry);
    if (this.#evicted.length > 0) this.#tellEvicted(now);
  }

  #replace(old: Entry<Key, Value>, value: Value, life: Life, now: Milliseconds, extras: Extras): void {
    const { key, value: before } = old;
    const cause = now < old.expiresAt ? 'replaced' : 'expired';
    if (this.#store.isWeighed) {
      this.#forget(old);
      this.#add(key, value, life, now, extras);
    } else this.#rewrite(old, value, life, now, extras);
    this.#removed(key, before, cause);
  }

  /** In place, which costs no more than the look-up. */
  #rewrite(entry: Entry<Key, Value>, value: Value, life: Life, now: Milliseconds, { tags, ageMs }: Extras): void {
    const { dueAt } = entry;
    if (entry.tags !== undefined) this.#tags.delete(entry);
    entry.value = value;
    entry.tags = tags;
    entry.begin(now - ageMs, life.ttlMs);
    entry.staleForMs = life.staleForMs;
    if (tags !== undefined) this.#tags.add(entry);
    this.#rescheduled(entry, dueAt);
  }

  /** One that is due later than before may stay where it is: it is found there in time to be put off. */
  #rescheduled(entry: Entry<Key, Value>, before: Milliseconds): void {
    if (entry.dueAt < before) this.#wheel.move(entry);
  }

  #forget(entry: Entry<Key, Value>): void {
    entry.unlink();
    if (entry.tags !== undefined) this.#tags.delete(entry);
  }

  #tellEvicted(now: Milliseconds): void {
    const evicted = this.#evicted;
    this.#evicted = [];
    for (const entry of evicted) this.#forget(entry);
    for (const entry of evicted)
      this.#removed(entry.key, entry.value, entry.at(now) === 'live' ? 'evicted' : 'expired');
  }
}
