import { describe, expect, test } from '@jest/globals';
import {
  closures,
  QueueFullError,
  QueueTimeoutError,
  RunTimeoutError,
  TaskAbortedError,
  TaskDroppedError,
  TaskTimeoutError,
} from '../src/index.js';
import { begun, errorOf, Gate, gates, settle, usePools } from './support/pools.js';

const makePool = usePools();

describe('timeoutMs', () => {
  test('is 10 s unless said otherwise, and counts the waiting', async () => {
    const { pool, clock } = makePool({ size: 1 });
    const { a, b } = gates('a', 'b');
    const errors = [errorOf(pool.executeTask(a.task)), errorOf(pool.executeTask(b.task))];
    await clock.advance(9_999);
    expect(pool.getStats().timedOut).toBe(0);
    await clock.advance(1);
    const [first, second] = await Promise.all(errors);
    expect(first).toBeInstanceOf(TaskTimeoutError);
    expect(first).toMatchObject({ code: 'ERR_WORKER_POOL_TIMEOUT', timeoutMs: 10_000, hasBegun: true });
    expect(second).toMatchObject({ code: 'ERR_WORKER_POOL_TIMEOUT', hasBegun: false });
    expect(pool.getStats()).toMatchObject({ timedOut: 2, overdue: 1, busy: 1, queued: 0 });
    a.open();
    await settle();
    expect(b.begun).toBe(0);
    expect(pool.getStats()).toMatchObject({ timedOut: 2, overdue: 0, busy: 0, lateResults: 1, completed: 0 });
  });

  test.each([
    ['of the pool', { timeoutMs: 50 }, {}],
    ['of the task', { timeoutMs: 5_000 }, { timeoutMs: 50 }],
  ])('%s holds, and a task that is done in time leaves nothing of it', async (_, options, taskOptions) => {
    const { pool, clock } = makePool({ size: 2, ...options });
    const { a, b } = gates('a', 'b');
    const done = pool.executeTask(a.task, taskOptions);
    const late = errorOf(pool.executeTask(b.task, taskOptions));
    await clock.advance(49);
    a.open();
    await done;
    await clock.advance(1);
    expect(await late).toMatchObject({ timeoutMs: 50 });
    b.open();
  });

  test('Infinity is no limit', async () => {
    const { pool, clock } = makePool({ timeoutMs: Infinity });
    const { a } = gates('a');
    const done = pool.executeTask(a.task);
    await clock.advance(1e9);
    a.open();
    await done;
    expect(clock.allTimers).toBe(0);
  });

  test('many different ones are each held, in whatever order they are due', async () => {
    const { pool, clock } = makePool({ size: 1 });
    const gate = new Gate();
    const ended: number[] = [];
    const times = [300, 100, 200, 100, 50];
    const all = times.map((timeoutMs) =>
      pool.executeTask(gate.task, { timeoutMs }).catch(() => ended.push(clock.now())),
    );
    for (let i = 0; i < 6; i++) await clock.advance(50);
    await Promise.all(all);
    expect(ended).toEqual([50, 100, 100, 200, 300]);
    expect(clock.allTimers).toBe(0); // of lengths that are not the pool's own no timer stays
    gate.open();
  });

  test('a task that is begun on the stack of another has its own time, not that of the other', async () => {
    const { pool, clock } = makePool({ size: 2 });
    const gate = new Gate();
    let inner: Promise<Error> | undefined;
    const outer = errorOf(
      pool.executeTask(() => {
        inner = errorOf(pool.executeTask(gate.task));
        return gate.promise;
      }),
    );
    await clock.advance(10_000);
    expect(await outer).toBeInstanceOf(TaskTimeoutError);
    expect(await inner).toBeInstanceOf(TaskTimeoutError);
    gate.open();
  });
});

describe('runTimeoutMs', () => {
  test('counts from the begin of the task', async () => {
    const { pool, clock } = makePool({ size: 1, runTimeoutMs: 100 });
    const { a, b } = gates('a', 'b');
    const done = pool.executeTask(a.task);
    const late = errorOf(pool.executeTask(b.task));
    await clock.advance(90);
    a.open();
    await done;
    await clock.advance(99);
    expect(pool.getStats().timedOut).toBe(0);
    await clock.advance(1);
    const error = await late;
    expect(error).toBeInstanceOf(RunTimeoutError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_RUN_TIMEOUT', timeoutMs: 100 });
    expect(b.signal?.aborted).toBe(true);
    expect(b.signal?.reason).toBe(error);
    b.open();
  });
});

describe('queueTimeoutMs', () => {
  test('ends the waiting of a task that was not begun, and means nothing to one that was', async () => {
    const { pool, clock } = makePool({ size: 1, queueTimeoutMs: 100 });
    const { a, b } = gates('a', 'b');
    const done = pool.executeTask(a.task);
    const late = errorOf(pool.executeTask(b.task));
    await clock.advance(100);
    const error = await late;
    expect(error).toBeInstanceOf(QueueTimeoutError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_QUEUE_TIMEOUT', timeoutMs: 100 });
    a.open();
    await done;
    expect(begun({ a, b })).toBe('a');
  });
});

describe('an overrunning closure', () => {
  test('keeps its slot until it is done, and counts as overdue', async () => {
    const { pool, clock, events } = makePool({ size: 1, timeoutMs: 100 });
    const { a, b } = gates('a', 'b');
    const late = errorOf(pool.executeTask(a.task));
    await clock.advance(100);
    expect(await late).toBeInstanceOf(TaskTimeoutError);
    const next = pool.executeTask(b.task);
    expect(b.begun).toBe(0);
    expect(pool.getStats()).toMatchObject({ busy: 1, available: 0, overdue: 1, queued: 1 });
    await clock.advance(50);
    a.fail(new Error('late'));
    await settle();
    expect(b.begun).toBe(1);
    b.open();
    await next;
    expect(events.map(({ kind }) => kind)).toEqual(['overdue', 'saturated', 'late_result', 'drained']);
    expect(events[2]).toMatchObject({ ranMs: 150, error: new Error('late') });
  });

  test('gives its slot back with detach, up to the cap; the next one does when a detached one is done', async () => {
    const { pool, clock } = makePool({ engine: closures({ detach: 1 }), size: 2, timeoutMs: 100 });
    const all = gates('a', 'b', 'c', 'd');
    const late = [errorOf(pool.executeTask(all.a.task)), errorOf(pool.executeTask(all.b.task))];
    await clock.advance(100);
    await Promise.all(late);
    expect(pool.getStats()).toMatchObject({ busy: 1, overdue: 2 });
    const next = [pool.executeTask(all.c.task), pool.executeTask(all.d.task)];
    expect(begun(all)).toBe('abc');
    all.a.open();
    await settle();
    expect(pool.getStats()).toMatchObject({ busy: 2, overdue: 1 });
    expect(begun(all)).toBe('abcd');
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(next);
    await settle();
    expect(pool.getStats()).toMatchObject({ busy: 0, overdue: 0, available: 2 });
  });

  test('is still the one of its key: order is kept even when it is detached', async () => {
    const { pool, clock } = makePool({ engine: closures({ detach: 5 }), timeoutMs: 100 });
    const { a, b } = gates('a', 'b');
    const late = errorOf(pool.executeTask(a.task, { key: 'k' }));
    await clock.advance(50);
    const next = pool.executeTask(b.task, { key: 'k' });
    await clock.advance(50);
    await late;
    expect(pool.getStats()).toMatchObject({ busy: 0, overdue: 1, queued: 1 });
    a.open();
    await settle();
    expect(b.begun).toBe(1);
    b.open();
    await next;
  });
});

describe('the signal of a caller', () => {
  test('ends a task that waits: it is never begun', async () => {
    const { pool } = makePool({ size: 1 });
    const { a, b, c } = gates('a', 'b', 'c');
    const abort = new AbortController();
    const done = pool.executeTask(a.task);
    const aborted = errorOf(pool.executeTask(b.task, { signal: abort.signal }));
    const last = pool.executeTask(c.task);
    abort.abort(new Error('bored'));
    const error = await aborted;
    expect(error).toBeInstanceOf(TaskAbortedError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_ABORTED', hasBegun: false, cause: new Error('bored') });
    a.open();
    await done;
    c.open();
    await last;
    expect(begun({ a, b, c })).toBe('ac');
    expect(pool.getStats()).toMatchObject({ aborted: 1, completed: 2 });
  });

  test('ends a running task for its caller, and tells the task', async () => {
    const { pool } = makePool();
    const { a } = gates('a');
    const abort = new AbortController();
    const aborted = errorOf(pool.executeTask(a.task, { signal: abort.signal }));
    abort.abort('bored');
    expect(await aborted).toMatchObject({ hasBegun: true, cause: 'bored' });
    expect(a.signal?.aborted).toBe(true);
    expect(pool.getStats()).toMatchObject({ aborted: 1, overdue: 1 });
    a.open();
  });

  test('that has fired before lets nothing begin', async () => {
    const { pool } = makePool();
    const { a } = gates('a');
    expect(await errorOf(pool.executeTask(a.task, { signal: AbortSignal.abort() }))).toBeInstanceOf(TaskAbortedError);
    expect(a.begun).toBe(0);
  });

  test('is fresh for a task that first looks at it when it is overdue', async () => {
    const { pool, clock } = makePool({ timeoutMs: 10 });
    const gate = new Gate();
    let late: AbortSignal | undefined;
    const error = errorOf(
      pool.executeTask(async (context) => {
        await gate.promise;
        late = context.signal;
      }),
    );
    await clock.advance(10);
    gate.open();
    await settle();
    expect(late?.aborted).toBe(true);
    expect(late?.reason).toBe(await error);
  });

  test('may be fired by the task itself, as it begins', async () => {
    const { pool } = makePool();
    const abort = new AbortController();
    const { a } = gates('a');
    const task = (context: { readonly signal: AbortSignal }): Promise<void> => {
      abort.abort('myself');
      return a.task(context);
    };
    expect(await errorOf(pool.executeTask(task, { signal: abort.signal }))).toMatchObject({ cause: 'myself' });
    expect(a.signal?.aborted).toBe(true);
    a.open();
  });

  test('has one listener however many tasks share it, and none when they are done', async () => {
    const { pool } = makePool({ size: 2 });
    const abort = new AbortController();
    let listeners = 0;
    const { signal } = abort;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = (...given: Parameters<typeof add>): void => {
      listeners++;
      add(...given);
    };
    signal.removeEventListener = (...given: Parameters<typeof remove>): void => {
      listeners--;
      remove(...given);
    };
    const gate = new Gate();
    const all = Array.from({ length: 1000 }, () => pool.executeTask(gate.task, { signal }));
    expect(listeners).toBe(1);
    gate.open();
    await Promise.all(all);
    expect(listeners).toBe(0);
  });
});

describe('a queue with a limit', () => {
  test('rejects what is too much, which is never begun', async () => {
    const { pool } = makePool({ size: 1, queue: { limit: 1 } });
    const all = gates('a', 'b', 'c');
    const done = [pool.executeTask(all.a.task), pool.executeTask(all.b.task)];
    const error = await errorOf(pool.executeTask(all.c.task));
    expect(error).toBeInstanceOf(QueueFullError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_QUEUE_FULL', limit: 1 });
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(done);
    expect(begun(all)).toBe('ab');
    expect(pool.getStats()).toMatchObject({ rejected: 1, completed: 2 });
  });

  test('of 0 runs a task at once or not at all, with or without a signal', async () => {
    const { pool } = makePool({ size: 1, queue: { limit: 0 } });
    const { a, b } = gates('a', 'b');
    const done = pool.executeTask(a.task);
    const { signal } = new AbortController();
    expect(await errorOf(pool.executeTask(b.task, { signal }))).toBeInstanceOf(QueueFullError);
    expect(await errorOf(pool.executeTask(b.task))).toBeInstanceOf(QueueFullError);
    a.open();
    await done;
    await settle();
    expect(b.begun).toBe(0);
    b.open();
    await pool.executeTask(b.task);
  });

  test('drops the oldest, if told so', async () => {
    const { pool, clock } = makePool({ size: 1, queue: { limit: 2, overflow: 'drop_oldest' } });
    const all = gates('a', 'b', 'c', 'd');
    const [first, dropped, ...rest] = Object.values(all).map(({ task }, at) =>
      at === 3 ? clock.advance(7).then(() => pool.executeTask(task)) : pool.executeTask(task),
    );
    const error = await errorOf(dropped as Promise<unknown>);
    expect(error).toBeInstanceOf(TaskDroppedError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_DROPPED', reason: 'drop_oldest', waitedMs: 7 });
    for (const gate of Object.values(all)) gate.open();
    await Promise.all([first, ...rest]);
    expect(begun(all)).toBe('acd');
    expect(pool.getStats()).toMatchObject({ dropped: 1, completed: 3 });
  });

  test('lets them wait outside, if told so; they come in the order they came, and may time out or be aborted there', async () => {
    const { pool, clock } = makePool({ size: 1, queue: { limit: 1, overflow: 'block' } });
    const all = gates('a', 'b', 'c', 'd', 'e', 'f');
    const abort = new AbortController();
    const done = [pool.executeTask(all.a.task), pool.executeTask(all.b.task), pool.executeTask(all.c.task)];
    const late = errorOf(pool.executeTask(all.d.task, { timeoutMs: 50 }));
    const aborted = errorOf(pool.executeTask(all.e.task, { signal: abort.signal }));
    done.push(pool.executeTask(all.f.task, { priority: 9 }));
    expect(pool.getStats()).toMatchObject({ busy: 1, queued: 1, blocked: 4 });
    await clock.advance(50);
    abort.abort();
    expect(await late).toMatchObject({ hasBegun: false });
    expect(await aborted).toMatchObject({ hasBegun: false });
    expect(pool.getStats()).toMatchObject({ queued: 1, blocked: 2 });
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(done);
    expect(begun(all)).toBe('abcf');
  });
});

test('one from outside is begun in a free slot, though the queue is full of a key that must wait', async () => {
  const { pool } = makePool({ size: 2, queue: { limit: 1, overflow: 'block' } });
  const all = gates('a', 'b', 'c', 'd');
  const done = [
    pool.executeTask(all.a.task, { key: 'k' }),
    pool.executeTask(all.b.task),
    pool.executeTask(all.c.task, { key: 'k' }),
    pool.executeTask(all.d.task),
  ];
  expect(pool.getStats()).toMatchObject({ queued: 1, blocked: 1 });
  all.b.open();
  await settle();
  expect(begun(all)).toBe('abd');
  for (const gate of Object.values(all)) gate.open();
  await Promise.all(done);
});

describe('shedding by age', () => {
  test('drops what has waited too long once the pool was overloaded for an interval, and stops when it is not', async () => {
    const { pool, clock } = makePool({ size: 1, shed: { targetMs: 50, intervalMs: 1000 } });
    const ends: string[] = [];
    const submit = (ms: number): Promise<unknown> =>
      pool
        .executeTask(() => new Promise<void>((resolve) => void clock.setTimer(ms, resolve)))
        .then(() => ends.push('ok'))
        .catch((error: unknown) => ends.push((error as TaskDroppedError).reason));
    // One task of 30 ms each 10 ms: three times too much.
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < 300; i++) {
      all.push(submit(30));
      await clock.advance(10);
    }
    await clock.advance(3000);
    await Promise.all(all);
    expect(ends.filter((end) => end === 'shed').length).toBeGreaterThan(100);
    expect(ends.filter((end) => end === 'ok').length).toBeGreaterThan(90);
    expect(pool.getStats().dropped).toBe(ends.filter((end) => end === 'shed').length);
    const calm = submit(30);
    await clock.advance(30);
    await calm;
    expect(ends.at(-1)).toBe('ok');
  });

  test('does not mind a burst', async () => {
    const { pool, clock } = makePool({ size: 1, shed: { targetMs: 50, intervalMs: 1000 } });
    const task = (): Promise<void> => new Promise((resolve) => void clock.setTimer(30, resolve));
    const all = Array.from({ length: 20 }, () => pool.executeTask(task));
    await clock.advance(600);
    await Promise.all(all);
    expect(pool.getStats()).toMatchObject({ completed: 20, dropped: 0 });
  });
});

describe('keys', () => {
  test('tasks of one key are begun one after the other, though slots are free; others go on', async () => {
    const { pool } = makePool();
    const all = gates('a', 'b', 'c');
    const done = [
      pool.executeTask(all.a.task, { key: 'k' }),
      pool.executeTask(all.b.task, { key: 'k' }),
      pool.executeTask(all.c.task),
    ];
    expect(begun(all)).toBe('ac');
    expect(pool.getStats()).toMatchObject({ busy: 2, available: 3, queued: 1 });
    all.a.open();
    await settle();
    expect(begun(all)).toBe('abc');
    all.b.open();
    all.c.open();
    await Promise.all(done);
  });

  test('keyConcurrency lets more of them run', async () => {
    const { pool } = makePool({ keyConcurrency: 2 });
    const all = gates('a', 'b', 'c');
    const done = Object.values(all).map(({ task }) => pool.executeTask(task, { key: 'k' }));
    expect(begun(all)).toBe('ab');
    for (const gate of Object.values(all)) gate.open();
    await Promise.all(done);
  });

  test('a failed task lets the next of its key begin', async () => {
    const { pool } = makePool();
    const failed = errorOf(pool.executeTask(() => Promise.reject(new Error('no')), { key: 1 }));
    expect(await pool.executeTask(() => 'next', { key: 1 })).toBe('next');
    await failed;
  });
});
