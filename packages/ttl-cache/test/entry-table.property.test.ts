import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PAGE_ROWS } from '../src/entry-page.js';
import { EntryTable } from '../src/entry-table.js';
import type { Row } from '../src/entry.js';
import { ExpiryWheel } from '../src/expiry-wheel.js';

const SLOT_MS = 10;

/** A table and a wheel, and what must be in them: by row, when it is due. */
class Pair {
  readonly table = new EntryTable<string, number>();
  readonly wheel = new ExpiryWheel(this.table, SLOT_MS, 0);
  /** What was not as it should be. */
  readonly faults: string[] = [];
  readonly expected = new Map<Row, { readonly key: string; dueAt: number }>();
  now = 0;
  #added = 0;

  add(count: number, ttlMs: number, staleForMs: number): void {
    for (let i = 0; i < count; i++) {
      const row = this.table.next;
      if (this.expected.has(row)) this.faults.push(`row ${row} was given twice`);
      const number = this.#added++;
      this.table.add(`key-${number}`, number, this.now, ttlMs + i, staleForMs);
      this.table.setTags(row, [`tag-${number}`]);
      this.wheel.add(row, this.table.dueAt(row));
      this.expected.set(row, { key: `key-${number}`, dueAt: this.now + ttlMs + i + staleForMs });
    }
  }

  /** Each of so many. */
  drop(each: number): void {
    for (const row of [...this.expected.keys()].filter((_, i) => i % each === 0)) {
      this.wheel.remove(row);
      this.#forget(row);
    }
  }

  hasten(each: number): void {
    const some = [...this.expected].filter(([, { dueAt }], i) => i % each === 0 && dueAt > this.now + 1);
    for (const [row, one] of some) {
      this.table.page(row).begin(row % PAGE_ROWS, this.now, 1, 0);
      one.dueAt = this.now + 1;
      this.wheel.move(row, one.dueAt);
    }
  }

  /** All that is due comes, nothing else does. */
  advance(byMs: number): void {
    this.now += byMs;
    this.wheel.advance(this.now);
    for (let row = this.wheel.step(this.now); row !== undefined; row = this.wheel.step(this.now)) {
      if (row === 'later') continue;
      if (!((this.expected.get(row)?.dueAt ?? Infinity) <= this.now))
        this.faults.push(`row ${row} came, and is not due`);
      this.#forget(row);
    }
    for (const [row, { dueAt }] of this.expected)
      if (dueAt <= this.now) this.faults.push(`row ${row} is due, and did not come`);
  }

  check(): void {
    for (const [row, { key, dueAt }] of this.expected) {
      const entry = this.table.entry(row);
      const isSame = entry.key === key && key === `key-${entry.value}` && entry.tags?.join() === `tag-${entry.value}`;
      if (!isSame || this.table.dueAt(row) !== dueAt) this.faults.push(`row ${row} is not ${key} any more`);
    }
    const isEmpty = ![...this.expected.values()].some(({ dueAt }) => dueAt < Infinity);
    if (this.wheel.isEmpty !== isEmpty) this.faults.push(`the wheel says that it is ${isEmpty ? 'not ' : ''}empty`);
  }

  #forget(row: Row): void {
    this.table.drop(row);
    this.expected.delete(row);
  }
}

const ttlMs = fc.oneof(fc.nat({ max: 100 }), fc.nat({ max: 10_000_000 }), fc.constant(Infinity));
const step = fc.oneof(
  fc
    .tuple(fc.integer({ min: 1, max: 2 * PAGE_ROWS }), ttlMs, fc.constantFrom(0, 0, 5, Infinity))
    .map(([count, ttl, stale]) => `add ${count} ${ttl} ${stale}`),
  fc.constantFrom('drop 1', 'drop 2', 'drop 3', 'drop 100', 'hasten 1', 'hasten 7'),
  fc.nat({ max: 1000 }).map((ms) => `advance ${ms}`),
  fc.nat({ max: 20_000_000 }).map((ms) => `advance ${ms}`),
);

test('rows keep what was added until they are dropped, over any number of pages; what is due comes in time, once', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const pair = new Pair();
      for (const [kind, ...numbers] of steps.map((one) => one.split(' '))) {
        const [first = 0, second = 0, third = 0] = numbers.map(Number);
        if (kind === 'add') pair.add(first, second, third);
        else if (kind === 'drop') pair.drop(first);
        else if (kind === 'hasten') pair.hasten(first);
        else pair.advance(first);
        pair.check();
      }
      expect(pair.faults).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test('what was dropped is room for what comes next: rows are no more than there ever were at once', () => {
  const pair = new Pair();
  for (let round = 0; round < 20; round++) {
    pair.add(3 * PAGE_ROWS, 1000, 0);
    pair.drop(round % 2 === 0 ? 2 : 1);
    expect(Math.max(-1, ...pair.expected.keys())).toBeLessThan(5 * PAGE_ROWS);
  }
});
