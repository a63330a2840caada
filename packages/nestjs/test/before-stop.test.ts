import { expect, jest, test } from '@jest/globals';
import { Logger } from '@nestjs/common';
import { ManualClock } from '@rookery/genserver/testing';
import { BeforeStop } from '../src/tree/before-stop.js';
import { ShutdownDeadline } from '../src/tree/shutdown-deadline.js';

function start(clock = new ManualClock()) {
  const options = { root: class {}, clock, shutdownTimeoutMs: 1_000 };
  return { clock, beforeStop: new BeforeStop(new ShutdownDeadline(options), options) };
}

test('what ends before the tree is told to do so within half of the deadline, all at the same time, once', async () => {
  const { beforeStop } = start();
  const told: number[] = [];
  for (const _ of [1, 2]) beforeStop.add(async (withinMs) => void told.push(withinMs));
  await Promise.all([beforeStop.run(), beforeStop.run()]);
  expect(told).toEqual([500, 500]);
});

test('what takes longer than it was told is not waited for beyond three quarters of it', async () => {
  const { clock, beforeStop } = start();
  beforeStop.add(() => new Promise(() => {}));
  let isOver = false;
  const over = beforeStop.run().then(() => (isOver = true));
  await clock.advance(749);
  expect(isOver).toBe(false);
  await clock.advance(1);
  await over;
});

test('what fails is logged, and the others are waited for', async () => {
  const log = jest.spyOn(Logger.prototype, 'error').mockImplementation(() => undefined);
  const { clock, beforeStop } = start();
  let hasEnded = false;
  beforeStop.add(() => Promise.reject(new Error('no')));
  beforeStop.add(async () => {
    await Promise.resolve();
    hasEnded = true;
  });
  await beforeStop.run();
  expect(hasEnded).toBe(true);
  expect(log.mock.calls).toEqual([['What ends before the tree failed', new Error('no')]]);
  expect(clock.pendingTimers).toBe(0);
  log.mockRestore();
});
