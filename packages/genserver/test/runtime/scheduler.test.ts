import { AsyncResource } from 'node:async_hooks';
import { expect, test } from '@jest/globals';
import { GenServer, Runtime } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

/** A clock on which only work takes time. */
class WorkClock extends ManualClock {
  workedMs = 0;
  handled = 0;

  override now(): number {
    return super.now() + this.workedMs;
  }
}

class Worker extends GenServer {
  #clock: WorkClock | undefined;

  override init(clock: WorkClock): void {
    this.#clock = clock;
  }

  work(ms: number): void {
    if (this.#clock === undefined) return;
    this.#clock.workedMs += ms;
    this.#clock.handled++;
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test.each([
  [0.01, 600],
  [1, 16],
  [20, 16],
])('handlers of %d ms leave the event loop a turn after at most %d messages', async (ms, most) => {
  const clock = new WorkClock();
  const runtime = new Runtime({ clock });
  const worker = await runtime.start(Worker, { args: [clock] });
  for (let index = 0; index < 2000; index++) worker.cast.work(ms);
  const handled: number[] = [];
  for (let seen = 0, now = 0; seen < 2000; seen = now) {
    await nextTurn();
    now = clock.handled;
    handled.push(now - seen);
  }
  expect(Math.max(...handled)).toBeLessThanOrEqual(most);
  await runtime.shutdown();
});

test('a slow handler is alone in its turn once it is known to be slow', async () => {
  const clock = new WorkClock();
  const runtime = new Runtime({ clock });
  const worker = await runtime.start(Worker, { args: [clock] });
  for (let index = 0; index < 100; index++) worker.cast.work(20);
  await nextTurn();
  await nextTurn();
  const before = clock.handled;
  await nextTurn();
  expect(clock.handled - before).toBe(1);
  await runtime.shutdown();
});

test('a runtime that was shut down leaves nothing in the async contexts of the program', async () => {
  const traces = (): number => Object.getOwnPropertySymbols(new AsyncResource('Test')).length;
  const before = traces();
  const { runtime, clock } = newRuntime();
  const worker = await runtime.start(Worker, { args: [new WorkClock()] });
  await worker.call.work(0);
  const stopped = runtime.shutdown();
  await clock.advance(0);
  await stopped;
  expect(traces()).toBe(before);
});

test('a runtime can be used again after a shutdown', async () => {
  const { runtime } = newRuntime();
  await runtime.start(Worker, { args: [new WorkClock()] });
  await runtime.shutdown();
  const worker = await runtime.start(Worker, { args: [new WorkClock()] });
  expect(await worker.call.work(0)).toBeUndefined();
});
