import type { Milliseconds } from '@rookery/genserver';
import { EntryTable } from './entry-table.js';
import type { Row } from './entry.js';
import { ExpiryWheel } from './expiry-wheel.js';

/** A load that failed not long ago. */
export interface Failure {
  readonly error: unknown;
}

/** The loads that failed and are not to be tried again yet, by key. The oldest go when there are too many. */
export class Failures<Key> {
  readonly #most: number;
  readonly #slotMs: Milliseconds;
  readonly #byKey = new Map<Key, Row>();
  #table = new EntryTable<Key, unknown>();
  #wheel: ExpiryWheel;

  /** `slotMs`: see ExpiryWheel. */
  constructor(most: number, slotMs: Milliseconds, now: Milliseconds) {
    this.#most = most;
    this.#slotMs = slotMs;
    this.#wheel = new ExpiryWheel(this.#table, slotMs, now);
  }

  get size(): number {
    return this.#byKey.size;
  }

  find(key: Key, now: Milliseconds): Failure | undefined {
    const row = this.#byKey.get(key);
    return row !== undefined && now < this.#table.dueAt(row) ? { error: this.#table.value(row) } : undefined;
  }

  add(key: Key, error: unknown, until: Milliseconds): void {
    this.delete(key);
    for (const oldest of this.#byKey.keys()) {
      if (this.#byKey.size < this.#most) break;
      this.delete(oldest);
    }
    const row = this.#table.next;
    this.#byKey.set(key, row);
    this.#table.add(key, error, until, 0, 0); // nobody asks when it began
    this.#wheel.add(row, until);
  }

  delete(key: Key): void {
    if (this.#byKey.size === 0) return;
    const row = this.#byKey.get(key);
    if (row === undefined) return;
    this.#wheel.remove(row);
    this.#drop(row);
  }

  clear(now: Milliseconds): void {
    this.#byKey.clear();
    this.#table = new EntryTable();
    this.#wheel = new ExpiryWheel(this.#table, this.#slotMs, now);
  }

  /** Says up to when `sweep` looks. */
  advance(now: Milliseconds): void {
    if (this.#byKey.size > 0) this.#wheel.advance(now);
  }

  /** Forgets those that may be tried again, in `most` steps. Returns whether there may be more. */
  sweep(now: Milliseconds, most: number): boolean {
    for (let steps = 0; steps < most; steps++) {
      const row = this.#wheel.step(now);
      if (row === undefined) return false;
      if (row !== 'later') this.#drop(row);
    }
    return true;
  }

  #drop(row: Row): void {
    this.#byKey.delete(this.#table.key(row));
    this.#table.drop(row);
  }
}
