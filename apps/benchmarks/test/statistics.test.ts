import { expect, test } from '@jest/globals';
import { summarise } from '../src/statistics.mjs';

test.each([
  [[3], { median: 3, min: 3, max: 3 }],
  [[10, 9, 100], { median: 10, min: 9, max: 100 }],
  [[1, 4, 2, 3], { median: 2.5, min: 1, max: 4 }],
])('the rounds %j come to %j, compared as numbers', (values, summary) => {
  expect(summarise(values)).toEqual(summary);
});

test('the values are left in their order', () => {
  const values = [2, 1];
  summarise(values);
  expect(values).toEqual([2, 1]);
});

test('there is no summary of nothing', () => {
  expect(() => summarise([])).toThrow(RangeError);
});
