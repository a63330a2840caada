import { describe, expect, test } from '@jest/globals';
import { type Engine, type Threads, threads, type ThreadsOptions } from '../../src/index.js';
import { outcome, usePools } from '../support/pools.js';
import { fixture, Flag, heard, threadsAlive, until } from '../support/threads.js';

const makePool = usePools();

function stateful(options: Omit<ThreadsOptions, 'module'> & { readonly onTeardown?: string } = {}): {
  readonly engine: Engine<Threads<unknown, unknown>>;
  /** How often setup ran, teardown ran, and how many tasks the threads had that it ended. */
  readonly counters: Int32Array;
} {
  const { onTeardown, ...rest } = options;
  const counters = new Int32Array(new SharedArrayBuffer(12));
  const workerData = { prefix: 'hello', counters, onTeardown };
  const names = { export: 'greet', setup: 'setup', teardown: 'teardown' };
  return { engine: threads({ module: fixture('state.mjs'), ...names, workerData, ...rest }), counters };
}

describe('setup and teardown', () => {
  test('setup runs once in each thread, with workerData; what it gives is the state of each task', async () => {
    const { engine, counters } = stateful({ maxThreads: 1 });
    const { pool } = makePool({ engine });
    expect(await pool.executeTask('Ada')).toEqual({ text: 'hello Ada', tasks: 1, isSameThread: true });
    expect(await pool.executeTask('Bob')).toEqual({ text: 'hello Bob', tasks: 2, isSameThread: true });
    expect([...counters]).toEqual([1, 0, 0]);
    await pool.stop();
    expect([...counters]).toEqual([1, 1, 2]);
  });

  test('a teardown that takes too long is cut off', async () => {
    const { engine, counters } = stateful({ maxThreads: 1, onTeardown: 'spin', teardownTimeoutMs: 20 });
    const { pool, events } = makePool({ engine });
    await pool.ready();
    await pool.stop();
    expect(threadsAlive(events)).toBe(0);
    expect(counters[1]).toBeLessThanOrEqual(1);
  });

  test('a pool that stops while a thread is busy asks for no teardown, and leaves no timer of one', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Timeout').length;
    const engine = threads({ module: fixture('work.mjs'), export: 'act', teardown: 'where', maxThreads: 1 });
    const { pool } = makePool({ engine });
    const flag = new Flag();
    const before = timers();
    const task = outcome(pool.executeTask({ act: 'hang', flag: flag.flag }));
    await flag.begun();
    await pool.stop();
    expect(await task).toMatchObject({ error: { code: 'ERR_WORKER_POOL_STOPPED' } });
    expect(timers()).toBe(before);
  });

  test('a teardown that throws is told of', async () => {
    const { engine } = stateful({ maxThreads: 1, onTeardown: 'throw' });
    const { pool, events } = makePool({ engine });
    await pool.ready();
    await pool.stop();
    expect(events.at(-1)).toMatchObject({
      kind: 'worker_exited',
      isCrash: false,
      error: { message: 'could not close' },
    });
  });

  test('there is none for a thread that is ended in the middle of a task', async () => {
    const data = new Int32Array(new SharedArrayBuffer(12));
    const engine = threads({
      module: fixture('work.mjs'),
      export: 'act',
      teardown: 'double',
      workerData: data,
      maxThreads: 1,
    });
    const { pool, clock } = makePool({ engine });
    const flag = new Flag();
    const ended = outcome(pool.executeTask({ act: 'spin', flag: flag.flag }));
    await flag.begun();
    await clock.advance(10_000);
    expect(await ended).toMatchObject({ error: { code: 'ERR_WORKER_POOL_TIMEOUT' } });
  });
});

describe('how many threads there are', () => {
  const engineOf = (options: Omit<ThreadsOptions, 'module' | 'export'>): Engine<Threads<unknown, unknown>> =>
    threads({ module: fixture('work.mjs'), export: 'act', ...options });

  test('minThreads from the beginning, more when tasks need them, maxThreads at most', async () => {
    const { pool, events } = makePool({ engine: engineOf({ minThreads: 1, maxThreads: 2 }) });
    await pool.ready();
    expect(threadsAlive(events)).toBe(1);
    const flags = [new Flag(), new Flag(), new Flag()];
    const tasks = flags.map(({ flag }) => pool.executeTask({ act: 'hold', flag }));
    await Promise.all(flags.slice(0, 2).map((flag) => flag.begun()));
    expect(threadsAlive(events)).toBe(2);
    expect(pool.getStats()).toMatchObject({ total: 2, busy: 2, queued: 1 });
    for (const flag of flags) flag.open();
    await Promise.all(tasks);
    expect(events.filter(({ kind }) => kind === 'worker_started')).toHaveLength(2);
  });

  test('maxThreads below the size of the pool: no more tasks at a time than threads', async () => {
    const { pool } = makePool({ engine: engineOf({ maxThreads: 1 }), size: 4 });
    const flag = new Flag();
    const first = pool.executeTask({ act: 'hold', flag: flag.flag });
    const second = pool.executeTask({ act: 'where' });
    await flag.begun();
    expect(pool.getStats()).toMatchObject({ total: 1, busy: 1, queued: 1 });
    flag.open();
    expect(await second).toBe(await first);
  });

  test('a thread beyond minThreads ends when it had nothing to do for idleTimeoutMs', async () => {
    const { pool, clock, events } = makePool({
      engine: engineOf({ minThreads: 1, maxThreads: 2, idleTimeoutMs: 1_000 }),
    });
    const flags = [new Flag(), new Flag()];
    const tasks = flags.map(({ flag }) => pool.executeTask({ act: 'hold', flag }));
    await Promise.all(flags.map((flag) => flag.begun()));
    for (const flag of flags) flag.open();
    const [, last] = await Promise.all(tasks);
    await clock.advance(999);
    expect(events.filter(({ kind }) => kind === 'worker_exited')).toEqual([]);
    await clock.advance(1);
    await heard(events, 'worker_exited');
    await clock.advance(10_000);
    expect(threadsAlive(events)).toBe(1);
    expect(typeof last).toBe('number');
    expect(pool.getStats()).toMatchObject({ total: 2, available: 2 });
  });

  test('with minThreads 0 none is left, and the next task starts one', async () => {
    const { pool, clock, events } = makePool({
      engine: engineOf({ minThreads: 0, maxThreads: 1, idleTimeoutMs: 1_000 }),
    });
    const first = await pool.executeTask({ act: 'where' });
    await clock.advance(1_000);
    await heard(events, 'worker_exited');
    expect(await pool.executeTask({ act: 'where' })).not.toBe(first);
  });

  test('the thread that worked last works next, so that the others can go', async () => {
    const { pool } = makePool({ engine: engineOf({ minThreads: 2, maxThreads: 2 }) });
    const ids = new Set<unknown>();
    await pool.executeTask({ act: 'where' });
    for (let i = 0; i < 5; i++) ids.add(await pool.executeTask({ act: 'where' }));
    expect(ids.size).toBeLessThanOrEqual(2);
    const last = await pool.executeTask({ act: 'where' });
    expect(await pool.executeTask({ act: 'where' })).toBe(last);
  });

  test('after maxTasksPerWorker tasks a thread is replaced', async () => {
    const { pool, events } = makePool({ engine: engineOf({ maxThreads: 1, maxTasksPerWorker: 2 }) });
    const ids: unknown[] = [];
    for (let i = 0; i < 5; i++) ids.push(await pool.executeTask({ act: 'where' }));
    expect(ids[0]).toBe(ids[1]);
    expect(ids[2]).toBe(ids[3]);
    expect(new Set(ids).size).toBe(3);
    expect(events.filter(({ kind }) => kind === 'worker_exited')).toMatchObject([
      { isCrash: false },
      { isCrash: false },
    ]);
  });

  test('after stop none is left', async () => {
    const { pool, events } = makePool({ engine: engineOf({ minThreads: 2, maxThreads: 3 }) });
    const flag = new Flag();
    const held = outcome(pool.executeTask({ act: 'spin', flag: flag.flag }));
    await flag.begun();
    await pool.stop();
    expect(await held).toMatchObject({ error: { code: 'ERR_WORKER_POOL_STOPPED', hasBegun: true } });
    expect(threadsAlive(events)).toBe(0);
    expect(events.filter(({ kind }) => kind === 'worker_started').length).toBeGreaterThanOrEqual(2);
  });

  test('nor when it is stopped while they start', async () => {
    const { pool, events } = makePool({ engine: engineOf({ minThreads: 2, maxThreads: 2 }) });
    const waiting = outcome(pool.executeTask({ act: 'where' }));
    await until(() => threadsAlive(events) > 0);
    await pool.stop();
    expect(await waiting).toMatchObject({ error: { code: 'ERR_WORKER_POOL_STOPPED', hasBegun: false } });
    expect(threadsAlive(events)).toBe(0);
  });

  test('nor when it is stopped before the thread engine was there', async () => {
    const { pool, events } = makePool({ engine: engineOf({ minThreads: 2, maxThreads: 2 }) });
    await pool.stop();
    await expect(pool.ready()).rejects.toMatchObject({ code: 'ERR_WORKER_POOL_STOPPED' });
    expect(events).toEqual([]);
  });
});
