import { expect, test } from '@jest/globals';
import { parseSeeds } from '../../src/record/seeds.js';

test.each([
  ['7', [7]],
  ['1-3', [1, 2, 3]],
  ['1-2, 9', [1, 2, 9]],
])('seeds %s', (text, seeds) => {
  expect(parseSeeds(text)).toEqual(seeds);
});

test.each(['', 'x', '1-', '3-1', '1..3', '-5', '1-999999999'])('no seeds: "%s"', (text) => {
  expect(() => parseSeeds(text)).toThrow(RangeError);
});
