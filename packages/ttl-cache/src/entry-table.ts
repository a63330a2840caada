import type { Milliseconds } from '@rookery/genserver';
import { Entry, type Row } from './entry.js';
import { EntryPage, PAGE_BITS, PAGE_ROWS } from './entry-page.js';

/** The place of a row within its page. */
export const placeOf = (row: Row): number => row & (PAGE_ROWS - 1);

/** Entries by number, in pages: it grows by one at a time, so that no put has to copy what is there. */
export class EntryTable<Key, Value> {
  readonly #pages: (EntryPage<Key, Value> | undefined)[] = [];
  /** Numbers of pages that were given back. */
  readonly #vacant: number[] = [];
  /** Those with room, besides the one that is being filled. */
  readonly #roomy = new Set<EntryPage<Key, Value>>();
  #filling: EntryPage<Key, Value> | undefined;

  /** The row of what is added next. */
  get next(): Row {
    let page = this.#filling;
    if (page === undefined || page.isFull) page = this.#filling = this.#takeRoomy() ?? this.#makePage();
    return page.number * PAGE_ROWS + page.free;
  }

  /** Fills the row that `next` has given. */
  add(key: Key, value: Value, since: Milliseconds, ttlMs: Milliseconds, staleForMs: Milliseconds): void {
    const page = this.#filling as EntryPage<Key, Value>;
    page.begin(page.take(key, value), since, ttlMs, staleForMs);
  }

  /** Empties a row. A page with nothing in it is given back. */
  drop(row: Row): void {
    const page = this.page(row);
    if (page.isFull && page !== this.#filling) this.#roomy.add(page);
    page.giveBack(placeOf(row));
    if (page.used > 0 || page === this.#filling) return;
    this.#roomy.delete(page);
    this.#pages[page.number] = undefined;
    this.#vacant.push(page.number);
  }

  /** Where a row is; in it, it is at `row % PAGE_ROWS`. */
  page(row: Row): EntryPage<Key, Value> {
    return this.#pages[row >> PAGE_BITS] as EntryPage<Key, Value>;
  }

  /** A copy. */
  entry(row: Row): Entry<Key, Value> {
    const page = this.page(row);
    const at = placeOf(row);
    return new Entry(
      row,
      page.keys[at] as Key,
      page.values[at] as Value,
      page.since(at),
      page.ttlMs(at),
      page.staleForMs(at),
      page.tags(at),
    );
  }

  key(row: Row): Key {
    return this.page(row).keys[placeOf(row)] as Key;
  }

  value(row: Row): Value {
    return this.page(row).values[placeOf(row)] as Value;
  }

  tags(row: Row): readonly string[] | undefined {
    return this.page(row).tags(placeOf(row));
  }

  setTags(row: Row, tags: readonly string[] | undefined): void {
    this.page(row).setTags(placeOf(row), tags);
  }

  ttlMs(row: Row): Milliseconds {
    return this.page(row).ttlMs(placeOf(row));
  }

  staleForMs(row: Row): Milliseconds {
    return this.page(row).staleForMs(placeOf(row));
  }

  /** The end of its life. */
  expiresAt(row: Row): Milliseconds {
    return this.page(row).expiresAt(placeOf(row));
  }

  /** When nothing has a use for it any more. Infinity: never. */
  dueAt(row: Row): Milliseconds {
    return this.page(row).dueAt(placeOf(row));
  }

  /** Where it waits for its end, it is between these. */
  link(row: Row, before: number, after: number): void {
    const { links } = this.page(row);
    const at = 2 * placeOf(row);
    links[at] = after;
    links[at + 1] = before;
  }

  after(row: Row): number {
    return this.page(row).links[2 * placeOf(row)] as number;
  }

  setAfter(row: Row, after: number): void {
    this.page(row).links[2 * placeOf(row)] = after;
  }

  before(row: Row): number {
    return this.page(row).links[2 * placeOf(row) + 1] as number;
  }

  setBefore(row: Row, before: number): void {
    this.page(row).links[2 * placeOf(row) + 1] = before;
  }

  #takeRoomy(): EntryPage<Key, Value> | undefined {
    for (const page of this.#roomy) {
      this.#roomy.delete(page);
      return page;
    }
    return undefined;
  }

  #makePage(): EntryPage<Key, Value> {
    const page = new EntryPage<Key, Value>(this.#vacant.pop() ?? this.#pages.length);
    this.#pages[page.number] = page;
    return page;
  }
}
