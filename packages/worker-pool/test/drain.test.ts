import { describe, expect, test } from '@jest/globals';
import { PoolStoppedError } from '../src/index.js';
import { begun, errorOf, gates, settle, usePools } from './support/pools.js';

const makePool = usePools();

describe('drain', () => {
  test('takes nothing new, lets what waits and runs end, and tells how many did', async () => {
    const { pool } = makePool({ size: 1 });
    await pool.executeTask(() => 'before');
    const all = gates('a', 'b', 'c');
    const done = Object.values(all).map(({ task }) => pool.executeTask(task));
    const drained = pool.drain();
    expect(await errorOf(pool.executeTask(() => 1))).toBeInstanceOf(PoolStoppedError);
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(done);
    expect(await drained).toEqual({ finished: 3, aborted: [], overdue: 0 });
    expect(begun(all)).toBe('abc');
  });

  test('aborts what is left when the time is up, and tells what that was', async () => {
    const { pool, clock } = makePool({ size: 2 });
    const all = gates('a', 'b', 'c', 'd');
    const first = pool.executeTask(all.a.task);
    const second = errorOf(pool.executeTask(all.b.task, { key: 'room', priority: 3 }));
    const third = pool.executeTask(all.c.task);
    const drained = pool.drain({ timeoutMs: 500 });
    await clock.advance(100);
    all.a.open();
    await first;
    all.c.open();
    await third;
    const fourth = errorOf(pool.executeTask(all.d.task));
    await clock.advance(400);
    expect(await drained).toEqual({
      finished: 2,
      aborted: [{ key: 'room', priority: 3, hasBegun: true, ageMs: 500 }],
      overdue: 1,
    });
    expect(await second).toMatchObject({ code: 'ERR_WORKER_POOL_STOPPED', hasBegun: true });
    expect(await fourth).toMatchObject({ code: 'ERR_WORKER_POOL_STOPPED', hasBegun: false });
    expect(all.b.signal?.aborted).toBe(true);
    expect(pool.getStats()).toMatchObject({ stopped: 1, rejected: 1, completed: 2, overdue: 1 });
    all.b.open();
    await settle();
    expect(pool.getStats()).toMatchObject({ overdue: 0, busy: 0, lateResults: 1 });
  });

  test('an idle pool is drained at once, with no timer left', async () => {
    const { pool, clock } = makePool();
    await pool.executeTask(async () => 1);
    expect(await pool.drain({ timeoutMs: 1000 })).toEqual({ finished: 0, aborted: [], overdue: 0 });
    expect(clock.allTimers).toBe(0);
  });

  test('counts an error and a time limit as an end of its own, and does not wait for what is overdue', async () => {
    const { pool, clock } = makePool({ timeoutMs: 100 });
    const { a, b } = gates('a', 'b');
    const errors = [errorOf(pool.executeTask(a.task)), errorOf(pool.executeTask(b.task))];
    const drained = pool.drain();
    a.fail(new Error('no'));
    await clock.advance(100);
    await Promise.all(errors);
    expect(await drained).toEqual({ finished: 2, aborted: [], overdue: 1 });
    b.open();
  });

  test('asked for again it gives the same report, with the shorter time', async () => {
    const { pool, clock } = makePool();
    const { a } = gates('a');
    const error = errorOf(pool.executeTask(a.task));
    const [long, short] = [pool.drain(), pool.drain({ timeoutMs: 10 })];
    await clock.advance(10);
    await error;
    expect(await long).toBe(await short);
    expect(await pool.stop()).toBe(await long);
    a.open();
  });

  test('what waits outside of a full queue is drained, too', async () => {
    const { pool } = makePool({ size: 1, queue: { limit: 1, overflow: 'block' } });
    const all = gates('a', 'b', 'c', 'd');
    const done = Object.values(all).map(({ task }) => pool.executeTask(task));
    const drained = pool.drain();
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(done);
    expect(await drained).toMatchObject({ finished: 4 });
  });
});

describe('stop', () => {
  test('settles all at once, and begins nothing any more', async () => {
    const { pool, clock } = makePool({ size: 1, queue: { limit: 1, overflow: 'block' } });
    const all = gates('a', 'b', 'c');
    const errors = Object.values(all).map(({ task }) => errorOf(pool.executeTask(task)));
    const stopped = pool.stop();
    expect(pool.getStats()).toMatchObject({ stopped: 3, queued: 0, blocked: 0 });
    expect(clock.allTimers).toBe(0);
    expect((await Promise.all(errors)).map((error) => (error as PoolStoppedError).hasBegun)).toEqual([
      true,
      false,
      false,
    ]);
    expect((await stopped).aborted.map(({ hasBegun }) => hasBegun)).toEqual([true, false, false]);
    for (const gate of Object.values(all)) gate.open();
    await settle();
    expect(begun(all)).toBe('a');
  });

  test('a task may stop its own pool', async () => {
    const { pool } = makePool();
    const error = await errorOf(pool.executeTask(async () => pool.stop()));
    expect(error).toBeInstanceOf(PoolStoppedError);
  });
});

test('a pool that was stopped is not ready, whether or not its workers had started', async () => {
  const { pool } = makePool();
  await pool.ready();
  const before = pool.ready();
  await pool.stop();
  for (const ready of [before, pool.ready()]) expect(await errorOf(ready)).toBeInstanceOf(PoolStoppedError);
});
