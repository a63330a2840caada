import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { PoolStoppedError } from '../src/index.js';
import { begun, errorOf, Gate, gates, settle, usePools } from './support/pools.js';

const makePool = usePools();

describe('a pool of closures', () => {
  test('gives what a task returns, synchronous or not, or what a thenable resolves with', async () => {
    const { pool } = makePool();
    // oxlint-disable-next-line unicorn/no-thenable
    const thenable = { then: (resolve: (value: string) => void) => resolve('then') } as PromiseLike<string>;
    expect(await pool.executeTask(() => 1)).toBe(1);
    expect(await pool.executeTask(async () => 'two')).toBe('two');
    expect(await pool.executeTask(() => undefined)).toBeUndefined();
    expect(await pool.executeTask(() => thenable)).toBe('then');
  });

  test('runs five at a time and begins the others first in, first out', async () => {
    const { pool } = makePool();
    const all = gates('a', 'b', 'c', 'd', 'e', 'f', 'g', 'h');
    const done = Object.values(all).map(({ task }) => pool.executeTask(task));
    expect(begun(all)).toBe('abcde');
    all.d.open();
    await settle();
    expect(begun(all)).toBe('abcdef');
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(done);
    expect(begun(all)).toBe('abcdefgh');
  });

  test('begins a task at once when a slot is free', async () => {
    const { pool } = makePool({ size: 1 });
    const gate = new Gate();
    const done = pool.executeTask(gate.task);
    expect(gate.begun).toBe(1);
    gate.open();
    await done;
  });

  test.each([
    [
      'throws',
      () => {
        throw new TypeError('no');
      },
    ],
    [
      'rejects',
      async () => {
        throw new TypeError('no');
      },
    ],
  ])('a task that %s fails its caller with that very error, and nobody else', async (_, task) => {
    const { pool } = makePool({ size: 1 });
    const other = new Gate<number>();
    const failed = pool.executeTask(task);
    const fine = pool.executeTask(other.task);
    expect(await errorOf(failed)).toEqual(new TypeError('no'));
    other.open(7);
    expect(await fine).toBe(7);
    expect(pool.getStats()).toMatchObject({ completed: 1, failed: 1, busy: 0, available: 1 });
  });

  test('tells how many slots there are, are free and are busy, what waits and what has been done', async () => {
    const { pool } = makePool({ size: 2 });
    expect(pool.getStats()).toMatchObject({ total: 2, available: 2, busy: 0, queued: 0, completed: 0 });
    const all = gates('a', 'b', 'c');
    const done = Object.values(all).map(({ task }) => pool.executeTask(task));
    expect(pool.getStats()).toMatchObject({ total: 2, available: 0, busy: 2, queued: 1, completed: 0 });
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(done);
    expect(pool.getStats()).toMatchObject({ total: 2, available: 2, busy: 0, queued: 0, completed: 3 });
  });

  test('a task may give tasks to its pool, and those that end at once do not deepen the stack', async () => {
    const { pool } = makePool({ size: 1 });
    const order: number[] = [];
    const inner: Promise<number>[] = [];
    await pool.executeTask(() => {
      for (let i = 0; i < 20_000; i++) inner.push(pool.executeTask(() => order.push(i)));
    });
    await Promise.all(inner);
    expect(order).toEqual(Array.from({ length: 20_000 }, (_, i) => i));
  });

  test('a task runs in the async context of its caller, waiting or not', async () => {
    const { pool } = makePool({ size: 1 });
    const storage = new AsyncLocalStorage<string>();
    const look = async (): Promise<readonly unknown[]> => {
      const before = storage.getStore();
      await settle();
      return [before, storage.getStore()];
    };
    const seen = await Promise.all(['a', 'b', 'c'].map((name) => storage.run(name, () => pool.executeTask(look))));
    expect(seen).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });

  test('executeTask and map can be taken off the pool', async () => {
    const { executeTask, map } = makePool().pool;
    expect(await executeTask(() => 1)).toBe(1);
    expect(await map([1], (item) => item).next()).toEqual({ done: false, value: 1 });
  });

  test('shows a task its key, and no index outside of map', async () => {
    const { pool } = makePool();
    expect(await pool.executeTask(({ key, index }) => [key, index], { key: 'room' })).toEqual(['room', undefined]);
  });

  test('a task that is given after the stop is refused, and counted', async () => {
    const { pool } = makePool();
    await pool.stop();
    const error = await errorOf(pool.executeTask(() => 1));
    expect(error).toBeInstanceOf(PoolStoppedError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_STOPPED', hasBegun: false });
    expect(pool.isStopped).toBe(true);
    expect(pool.getStats()).toMatchObject({ rejected: 1, completed: 0 });
  });

  test('idle waits for what waits and runs', async () => {
    const { pool } = makePool({ size: 1 });
    await pool.idle();
    const all = gates('a', 'b');
    for (const { task } of Object.values(all)) void pool.executeTask(task);
    let isIdle = false;
    const idle = pool.idle().then(() => (isIdle = true));
    all.a.open();
    await settle();
    expect(isIdle).toBe(false);
    all.b.open();
    expect(await idle).toBe(true);
  });

  test('tells of waiting and running times, and of how busy it is', async () => {
    const { pool, clock } = makePool({ size: 1 });
    const { a, b } = gates('a', 'b');
    const done = [pool.executeTask(a.task), pool.executeTask(b.task)];
    await clock.advance(100);
    a.open();
    await clock.advance(300);
    b.open();
    await Promise.all(done);
    await clock.advance(400);
    const { wait, run, utilisation } = pool.getStats();
    expect([wait.count, run.count]).toEqual([2, 2]);
    expect(wait.maxMs / 100).toBeCloseTo(1, 1); // a histogram is exact to three digits
    expect(run.p50Ms / 100).toBeCloseTo(1, 1);
    expect(run.p99Ms / 300).toBeCloseTo(1, 1);
    expect(run.meanMs / 200).toBeCloseTo(1, 1);
    expect(utilisation).toBeCloseTo(0.5);
    await clock.advance(200_000);
    expect(pool.getStats()).toMatchObject({ utilisation: 0, run: { count: 0, maxMs: 0 } });
  });

  test('is as busy as it was when nothing has changed for long', async () => {
    const { pool, clock } = makePool({ size: 2, timeoutMs: Infinity });
    const gate = new Gate();
    const done = pool.executeTask(gate.task);
    await clock.advance(1_000_000);
    expect(pool.getStats().utilisation).toBeCloseTo(0.5);
    gate.open();
    await done;
  });
});

test('holds Node while somebody waits for an answer, not when it is idle', async () => {
  const { pool, clock } = makePool();
  const { a, b } = gates('a', 'b');
  const done = pool.executeTask(a.task);
  expect(clock.pendingTimers).toBe(1);
  a.open();
  await done;
  expect(clock.pendingTimers).toBe(0);
  const again = pool.executeTask(b.task);
  expect(clock.pendingTimers).toBe(1);
  b.open();
  await again;
  expect(clock.pendingTimers).toBe(0);
  expect(clock.allTimers).toBe(1); // one timer for all, set once
});
