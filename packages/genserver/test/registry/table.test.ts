import { expect, test } from '@jest/globals';
import { Table } from '../../src/registry/table.js';

/** An entry that counts how often others are looked up from it. */
class Counting {
  static reads = 0;
  #next: Counting = this;
  #previous: Counting = this;

  constructor(readonly key: string) {}

  get next(): Counting {
    Counting.reads++;
    return this.#next;
  }

  set next(next: Counting) {
    this.#next = next;
  }

  get previous(): Counting {
    Counting.reads++;
    return this.#previous;
  }

  set previous(previous: Counting) {
    this.#previous = previous;
  }
}

test.each(['oldest first', 'newest first', 'from the middle'])(
  'entries of one key are added and taken out, %s, with a few looks at others each, however many there are (REG-016)',
  (order) => {
    const count = 1_000;
    const table = new Table<string, Counting>();
    const entries = Array.from({ length: count }, () => new Counting('k'));
    const half = count / 2;
    const going = {
      'oldest first': entries,
      'newest first': entries.toReversed(),
      'from the middle': [...entries.slice(half), ...entries.slice(0, half).toReversed()],
    }[order];
    Counting.reads = 0;
    for (const entry of entries) table.add(entry);
    for (const entry of going ?? []) table.delete(entry);
    expect([table.size, table.keys(), table.oldest('k')]).toEqual([0, [], undefined]);
    expect(Counting.reads).toBeLessThan(count * 10);
  },
);
