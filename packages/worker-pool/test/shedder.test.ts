import { expect, test } from '@jest/globals';
import { Shedder } from '../src/shedder.js';

const overloaded = (): Shedder => {
  const shedder = new Shedder({ targetMs: 50, intervalMs: 1000 }, 0);
  shedder.isTooOld(60, 0); // the shortest wait so far is that of nobody
  shedder.isTooOld(60, 1000);
  shedder.isTooOld(60, 2000);
  expect(shedder.isOverloaded).toBe(true);
  return shedder;
};

test.each([
  [51, false],
  [100, false],
  [101, true],
])('in an overloaded pool what waited %i ms of twice the target of 50 is dropped: %s', (waitedMs, isDropped) => {
  expect(overloaded().isTooOld(waitedMs, 2001)).toBe(isDropped);
});

test.each([
  [50, false],
  [51, true],
])('a wait of %i ms, with a target of 50, leaves an overloaded pool overloaded: %s', (waitedMs, isOverloaded) => {
  const shedder = overloaded();
  shedder.isTooOld(waitedMs, 2001);
  expect(shedder.isOverloaded).toBe(isOverloaded);
});

test('one short wait in an interval is enough not to be overloaded', () => {
  const shedder = new Shedder({ targetMs: 50, intervalMs: 1000 }, 0);
  for (const [waitedMs, now] of [
    [90, 1000],
    [10, 1500],
    [90, 2000],
  ] as const)
    shedder.isTooOld(waitedMs, now);
  expect(shedder.isOverloaded).toBe(false);
});
