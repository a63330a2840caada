import { expect, jest, test } from '@jest/globals';

test('the first program of the README runs, and prints what the README says', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  await import('../examples/first.js');
  expect(log.mock.calls).toEqual([[15]]);
});
