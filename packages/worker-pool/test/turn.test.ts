import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { closures, type TaskOptions } from '../src/index.js';
import { ManualClock } from '@rookery/genserver/testing';
import { errorOf, Gate, gates, settle, usePools } from './support/pools.js';

const makePool = usePools();

/** A clock that a task can hold up, as one that computes holds up the timers of the machine. */
class HeldUpClock extends ManualClock {
  heldUpMs = 0;

  override now(): number {
    return super.now() + this.heldUpMs;
  }
}

describe('a task whose turn comes when nobody waits for it any more is not begun', () => {
  test('its signal is that of the one that made room', async () => {
    const { pool } = makePool({ engine: closures({ detach: 2 }), size: 1 });
    const { a, b } = gates('a', 'b');
    const { signal, abort } = withAbort();
    const errors = Promise.all([a, b].map(({ task }) => errorOf(pool.executeTask(task, { signal }))));
    abort();
    expect(await errors).toMatchObject([{ hasBegun: true }, { code: 'ERR_WORKER_POOL_ABORTED', hasBegun: false }]);
    expect(b.begun).toBe(0);
    expect(pool.getStats()).toMatchObject({ aborted: 2, busy: 0, queued: 0, overdue: 1 });
    a.open();
  });

  test.each<[string, TaskOptions, string]>([
    ['timeoutMs', { timeoutMs: 50 }, 'TIMEOUT'],
    ['queueTimeoutMs', { queueTimeoutMs: 50 }, 'QUEUE_TIMEOUT'],
  ])('its %s is over, though no timer could fire', async (_, options, code) => {
    const clock = new HeldUpClock();
    const { pool } = makePool({ size: 1, clock, keyConcurrency: 1 });
    const { a, b, c } = gates('a', 'b', 'c');
    const first = pool.executeTask(a.task);
    const late = errorOf(pool.executeTask(b.task, { ...options, key: 'k' }));
    const inTime = pool.executeTask(c.task, { key: 'k' });
    clock.heldUpMs = 50;
    a.open();
    await first;
    expect(await late).toMatchObject({ code: `ERR_WORKER_POOL_${code}` });
    expect([b.begun, c.begun]).toEqual([0, 1]);
    c.open();
    await inTime;
    expect(pool.getStats()).toMatchObject({ timedOut: 1, completed: 2, overdue: 0 });
  });
});

describe('the promise of a task', () => {
  test.each<[string, () => Promise<unknown>]>([
    ['a `then` that throws', () => withThen(Promise.resolve(1), thrower)],
    ['no `then`', () => withThen(Promise.resolve(1), undefined)],
  ])('with %s fails its caller, and the slot is free', async (_, task) => {
    const { pool } = makePool({ size: 1 });
    await errorOf(pool.executeTask(task));
    expect(pool.getStats()).toMatchObject({ failed: 1, busy: 0 });
    expect(await pool.executeTask(() => 2)).toBe(2);
  });

  test('may be a function that has a `then`: the slot is taken until it is done', async () => {
    const { pool } = makePool({ size: 1 });
    const gate = new Gate<number>();
    const lazy = withThen(() => undefined, gate.promise.then.bind(gate.promise));
    const done = pool.executeTask<unknown>(() => lazy);
    await settle();
    expect(pool.getStats()).toMatchObject({ busy: 1, completed: 0 });
    gate.open(7);
    expect(await done).toBe(7);
  });
});

test('tasks that share a signal have one listener on it, running or waiting, and none when all are answered', async () => {
  const { pool } = makePool({ size: 10 });
  const gate = new Gate();
  const { signal } = withAbort();
  const tasks = Array.from({ length: 1000 }, () => pool.executeTask(gate.task, { signal }));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  gate.open();
  await Promise.all(tasks);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('maps that share a signal have one listener on it, and none when they have ended, or when it has fired', async () => {
  const { pool } = makePool({ size: 10 });
  const { signal, abort } = withAbort();
  const maps = Array.from({ length: 1000 }, () => pool.map([1, 2], (item) => item, { signal }));
  await Promise.all(maps.map((map) => map.next()));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  await Promise.all(maps.splice(0, 500).map(async (map) => map.return?.()));
  expect(getEventListeners(signal, 'abort')).toHaveLength(1);
  abort();
  for (const end of await Promise.allSettled(maps.map((map) => map.next())))
    expect(end).toMatchObject({ reason: { code: 'ERR_WORKER_POOL_ABORTED' } });
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

test('the options of a task are those it was given with, whatever becomes of the object', async () => {
  const { pool, clock } = makePool({ size: 1 });
  const [first, other] = [withAbort(), withAbort()];
  const { a, b } = gates('a', 'b');
  const options: { -readonly [Key in keyof TaskOptions]: TaskOptions[Key] } = { signal: first.signal };
  const done = pool.executeTask(a.task, options);
  const waiting = pool.executeTask(b.task, { ...options, signal: other.signal });
  Object.assign(options, { signal: other.signal, runTimeoutMs: 1 });
  a.open();
  await done;
  expect(getEventListeners(first.signal, 'abort')).toEqual([]);
  await clock.advance(1);
  expect(pool.getStats()).toMatchObject({ busy: 1, timedOut: 0 });
  b.open();
  await waiting;
});

test('a time limit holds for a task that gave another one to the pool after it had blocked', async () => {
  const clock = new HeldUpClock();
  const { pool } = makePool({ clock, timeoutMs: 1_000 });
  const { a, b } = gates('a', 'b');
  let inner!: Promise<Error>;
  const outer = errorOf(
    pool.executeTask(() => {
      clock.heldUpMs = 100;
      inner = errorOf(pool.executeTask(b.task));
      return a.promise;
    }),
  );
  await clock.advance(899);
  expect(pool.getStats().timedOut).toBe(0);
  await clock.advance(1);
  expect(pool.getStats().timedOut).toBe(1);
  expect(await outer).toMatchObject({ code: 'ERR_WORKER_POOL_TIMEOUT' });
  await clock.advance(100);
  expect(await inner).toMatchObject({ code: 'ERR_WORKER_POOL_TIMEOUT' });
  a.open();
  b.open();
});

test('a task given and taken back while a time limit fires leaves no timer', async () => {
  const { pool, clock } = makePool({ timeoutMs: 50 });
  const all = gates('a', 'b', 'c');
  const onAbort = (): void => {
    const { signal, abort } = withAbort();
    pool.executeTask(all.b.task, { signal }).catch(() => undefined);
    abort();
  };
  const late = errorOf(
    pool.executeTask(({ signal }) => {
      signal.addEventListener('abort', onAbort);
      return all.a.promise;
    }),
  );
  await clock.advance(50);
  await late;
  expect(all.b.begun).toBe(1);
  pool.executeTask(all.c.task).catch(() => undefined);
  await pool.stop();
  expect(clock.allTimers).toBe(0);
  for (const gate of Object.values(all)) gate.open();
});

function withAbort(): { readonly signal: AbortSignal; readonly abort: () => void } {
  const controller = new AbortController();
  return { signal: controller.signal, abort: () => controller.abort() };
}

function withThen<T extends object>(target: T, then: unknown): T {
  Reflect.set(target, 'then', then);
  return target;
}

function thrower(): never {
  throw new TypeError('then what?');
}
