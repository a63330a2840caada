import { expect, test } from '@jest/globals';
import { ORDERS, SHARED, think } from '../../src/computer/computer.worker.js';

// What a thread runs, in this one.

function newShared(): Int32Array {
  return new Int32Array(new SharedArrayBuffer(12));
}

test('what was found is in the shared memory after each depth, for the case that the thread is ended', () => {
  const shared = newShared();
  const column = think({ moves: [], depth: 4, thinkMs: 60_000, chance: 0, shared });
  expect(Atomics.load(shared, SHARED.depth)).toBe(4);
  expect(Atomics.load(shared, SHARED.column)).toBe(column);
});

test('a thought that nobody waits for any more is not begun', () => {
  const shared = newShared();
  Atomics.store(shared, SHARED.order, ORDERS.stop);
  think({ moves: [], depth: 42, thinkMs: 60_000, chance: 0, shared });
  expect(Atomics.load(shared, SHARED.depth)).toBe(0);
});

test('without any time it is content with a column that has room', () => {
  const shared = newShared();
  expect(think({ moves: [], depth: 42, thinkMs: 0, chance: 0, shared })).toBeGreaterThanOrEqual(0);
  expect(Atomics.load(shared, SHARED.depth)).toBeLessThan(42);
});
