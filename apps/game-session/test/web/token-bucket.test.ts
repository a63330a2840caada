import { expect, test } from '@jest/globals';
import { TokenBucket } from '../../src/web/token-bucket.js';

test('allows a burst of ten seconds’ worth, then says how long the next one takes', () => {
  const bucket = new TokenBucket(60, 0); // one a second
  const taken = Array.from({ length: 11 }, () => bucket.take(0));
  expect(taken).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1000]);
  expect(bucket.take(400)).toBe(600);
  expect(bucket.take(1000)).toBe(0);
  expect(bucket.take(1000)).toBe(1000);
});

test('a long silence fills it once, not more', () => {
  const bucket = new TokenBucket(12, 0);
  for (const wait of [0, 0, 5_000]) expect(bucket.take(3_600_000)).toBe(wait);
});
