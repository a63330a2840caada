import { expect, jest, test } from '@jest/globals';

test('the worker of the guide lets its jobs finish before it ends, and cuts off what takes too long', async () => {
  const log = jest.spyOn(console, 'log').mockImplementation(() => {});
  await import('../../examples/graceful-worker.js');
  expect(log.mock.calls.flat()).toEqual([
    'import: failed: Error: bad file',
    'mail: sent',
    'still running: report, backup',
    'shutdown: waiting for report, backup',
    'report: written',
    'backup: cut off',
    'killed by the supervisor: 0',
  ]);
});
