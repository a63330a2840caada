import { describe, expect, test } from '@jest/globals';
import {
  CrashLoopError,
  type Engine,
  PoolFailedError,
  RunTimeoutError,
  type Threads,
  ThreadModuleError,
  threads,
  type ThreadsOptions,
  ThreadStartError,
  WorkerCrashedError,
} from '../../src/index.js';
import { errorOf, usePools } from '../support/pools.js';
import { fixture, Flag, heard, threadsAlive, until } from '../support/threads.js';

const makePool = usePools();

const engineOf = (options: Partial<ThreadsOptions> = {}): Engine<Threads<unknown, unknown>> =>
  threads({ module: fixture('work.mjs'), export: 'act', maxThreads: 1, ...options });

/** Acts of setup, one for each start of a thread; then all is well. */
const planned = (plan: readonly string[], options: Partial<ThreadsOptions> = {}): Engine<Threads<unknown, unknown>> =>
  engineOf({ setup: 'plan', workerData: { starts: new Int32Array(new SharedArrayBuffer(4)), plan }, ...options });

describe('a task that cannot be waited for is ended with its thread', () => {
  test.each(['spin', 'hang'])('%s: its time is up', async (act) => {
    const { pool, clock, events } = makePool({ engine: engineOf(), runTimeoutMs: 50 });
    const flag = new Flag();
    const error = errorOf(pool.executeTask({ act, flag: flag.flag }));
    const next = pool.executeTask({ act: 'where' }, { runTimeoutMs: Infinity });
    await flag.begun();
    await clock.advance(50);
    expect(await error).toBeInstanceOf(RunTimeoutError);
    const [started] = events;
    expect(await next).not.toBe((started as { readonly threadId: number }).threadId);
    expect(await heard(events, 'late_result')).toMatchObject([
      { error: { code: 'ERR_WORKER_POOL_WORKER_TERMINATED', why: 'timeout' } },
    ]);
    expect(events.filter(({ kind }) => kind === 'worker_exited')).toMatchObject([{ isCrash: false }]);
  });

  test('its caller aborts it; its neighbours go on', async () => {
    const { pool, events } = makePool({ engine: engineOf({ minThreads: 2, maxThreads: 2 }) });
    const [mine, others] = [new Flag(), new Flag()];
    const controller = new AbortController();
    const error = errorOf(pool.executeTask({ act: 'spin', flag: mine.flag }, { signal: controller.signal }));
    const other = pool.executeTask({ act: 'hold', flag: others.flag });
    await Promise.all([mine.begun(), others.begun()]);
    controller.abort(new Error('bored'));
    expect(await error).toMatchObject({ code: 'ERR_WORKER_POOL_ABORTED', hasBegun: true });
    await heard(events, 'worker_exited');
    others.open();
    expect(await other).toEqual(expect.any(Number));
  });

  test('it keeps its slot until the thread is gone', async () => {
    const { pool, clock, events } = makePool({ engine: engineOf(), timeoutMs: 50 });
    const flag = new Flag();
    const error = errorOf(pool.executeTask({ act: 'spin', flag: flag.flag }));
    await flag.begun();
    await clock.advance(50);
    await error;
    await until(() => pool.getStats().busy === 0);
    expect(threadsAlive(events) === 0 || events.filter(({ kind }) => kind === 'worker_started').length === 2).toBe(
      true,
    );
    expect(pool.getStats()).toMatchObject({ overdue: 0, lateResults: 1 });
  });

  test('one that waits for its thread is just not begun', async () => {
    const { pool, clock, events } = makePool({ engine: engineOf(), timeoutMs: 50, runTimeoutMs: 1 });
    const controller = new AbortController();
    const aborted = errorOf(pool.executeTask({ act: 'exit', value: 1 }, { signal: controller.signal }));
    controller.abort();
    const late = errorOf(pool.executeTask({ act: 'exit', value: 1 }));
    await clock.advance(50);
    expect(await aborted).toMatchObject({ code: 'ERR_WORKER_POOL_ABORTED', hasBegun: false });
    expect(await late).toMatchObject({ code: 'ERR_WORKER_POOL_TIMEOUT', hasBegun: false });
    expect(await pool.executeTask({ act: 'give', value: 1 }, { timeoutMs: Infinity, runTimeoutMs: Infinity })).toBe(1);
    expect(events.filter(({ kind }) => kind !== 'worker_started')).toEqual([]);
    expect(pool.getStats()).toMatchObject({ overdue: 0, lateResults: 0 });
  });
});

describe('a thread that ends of itself fails its own task', () => {
  test.each([
    ['exit', 'exit', 3, undefined],
    ['uncaught', 'uncaught', 1, { name: 'RangeError', message: 'nobody caught this', code: 'E_UNCAUGHT' }],
    ['rejection', 'uncaught', 1, { name: 'RangeError', message: 'nobody handled this' }],
    ['memory', 'out_of_memory', 1, { code: 'ERR_WORKER_OUT_OF_MEMORY' }],
  ])('%s: reason %s, exit code %i', async (act, reason, exitCode, cause) => {
    const resourceLimits = { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 };
    const { pool, clock, events } = makePool({ engine: engineOf({ maxThreads: 2, minThreads: 2, resourceLimits }) });
    await pool.ready();
    const flag = new Flag();
    const other = pool.executeTask({ act: 'hold', flag: flag.flag });
    const error = await errorOf(pool.executeTask({ act, value: exitCode }, { timeoutMs: Infinity }));
    expect(error).toBeInstanceOf(WorkerCrashedError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_WORKER_CRASHED', reason, exitCode });
    expect([error.cause]).toMatchObject([cause]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'worker_exited', isCrash: true, error }));
    flag.open();
    expect(await other).toEqual(expect.any(Number));
    await clock.advance(100);
    await heard(events, 'worker_started', 3);
  });

  test('its place stays empty for a while, twice as long each time, until a task is done', async () => {
    const { pool, clock, events } = makePool({
      engine: engineOf({ backoff: { initialMs: 100, jitter: 'none' } }),
      timeoutMs: Infinity,
    });
    await pool.executeTask({ act: 'where' });
    const crash = async (delayMs: number): Promise<void> => {
      await errorOf(pool.executeTask({ act: 'exit', value: 1 }));
      expect(pool.getStats()).toMatchObject({ total: 0, busy: 0 });
      await clock.advance(delayMs - 1);
      expect(threadsAlive(events)).toBe(0);
      await clock.advance(1);
      expect(pool.getStats()).toMatchObject({ total: 1 });
      expect(threadsAlive(events)).toBe(1);
    };
    for (const delayMs of [100, 200, 400]) await crash(delayMs);
    expect(await pool.executeTask({ act: 'give', value: 1 })).toBe(1);
    await crash(100);
  });

  test('tasks wait meanwhile', async () => {
    const { pool, clock } = makePool({ engine: engineOf(), timeoutMs: Infinity });
    const crash = errorOf(pool.executeTask({ act: 'exit', value: 1 }));
    const next = pool.executeTask({ act: 'give', value: 'next' });
    await crash;
    expect(pool.getStats()).toMatchObject({ queued: 1 });
    await clock.advance(100);
    expect(await next).toBe('next');
  });

  test('also when it has nothing to do', async () => {
    const { pool, clock, events } = makePool({ engine: engineOf() });
    await pool.executeTask({ act: 'exit later', value: 5 });
    expect(await heard(events, 'worker_exited')).toMatchObject([
      { isCrash: true, error: { code: 'ERR_WORKER_POOL_WORKER_CRASHED', exitCode: 5 } },
    ]);
    await clock.advance(100);
    expect(await pool.executeTask({ act: 'give', value: 1 })).toBe(1);
  });

  test('what it gave before it ended counts', async () => {
    const { pool, clock } = makePool({ engine: engineOf({ backoff: { initialMs: 1 } }), timeoutMs: Infinity });
    for (let round = 0; round < 20; round++) {
      expect(await pool.executeTask({ act: 'exit after that', value: round })).toBe(round);
      await until(() => pool.getStats().total === 0);
      await clock.advance(10_000);
    }
  });

  test('too many in a row, with no task done: the pool gives up', async () => {
    const { pool, clock, events } = makePool({
      engine: engineOf({ crashLoop: { maxCrashes: 3, withinMs: 60_000 } }),
      timeoutMs: Infinity,
    });
    const exit = { act: 'exit', value: 1 };
    for (let crash = 0; crash < 3; crash++) {
      expect(await errorOf(pool.executeTask(exit))).toBeInstanceOf(WorkerCrashedError);
      await clock.advance(1_000);
    }
    const error = await errorOf(pool.executeTask(exit));
    expect(error).toBeInstanceOf(PoolFailedError);
    expect(error.cause).toBeInstanceOf(CrashLoopError);
    expect(error.cause).toMatchObject({ crashes: 3, withinMs: 60_000, cause: { reason: 'exit' } });
    expect(threadsAlive(events)).toBe(0);
  });

  test('not when there is time between them, or a task that is done', async () => {
    const { pool, clock } = makePool({
      engine: engineOf({ crashLoop: { maxCrashes: 2, withinMs: 5_000 } }),
      timeoutMs: Infinity,
    });
    for (let crash = 0; crash < 3; crash++) {
      expect(await errorOf(pool.executeTask({ act: 'exit', value: 1 }))).toBeInstanceOf(WorkerCrashedError);
      await clock.advance(5_000);
    }
    for (let crash = 0; crash < 3; crash++) {
      expect(await pool.executeTask({ act: 'give', value: 1 })).toBe(1);
      expect(await errorOf(pool.executeTask({ act: 'exit', value: 1 }))).toBeInstanceOf(WorkerCrashedError);
      await clock.advance(100);
    }
  });
});

describe('a pool whose threads cannot start', () => {
  test.each([
    ['no such file', { module: fixture('nowhere.mjs') }, /cannot import .*nowhere\.mjs: Cannot find module/],
    [
      'no such export',
      { export: 'acts' },
      /exports no function `acts`\. It exports the functions act, default, double,/,
    ],
    [
      'an export that is no function',
      { module: fixture('common.cjs'), export: 'default' },
      /exports no function `default`/,
    ],
    ['no such setup', { setup: 'prepare' }, /exports no function `prepare`/],
    ['no such teardown', { teardown: 'close' }, /exports no function `close`/],
    ['a module that throws', { module: 'data:text/javascript,throw new TypeError("not today")' }, /: not today/],
    ['what Node cannot load', { module: fixture('typed.tsx') }, /Give the built file/],
  ])('%s: the error says what', async (_, options, message) => {
    const { pool, events } = makePool({ engine: engineOf(options) });
    const task = errorOf(pool.executeTask({ act: 'where' }));
    const error = await errorOf(pool.ready());
    expect(error).toBeInstanceOf(ThreadModuleError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_MODULE', message: expect.stringMatching(message) });
    expect(await task).toMatchObject({ code: 'ERR_WORKER_POOL_FAILED', cause: error });
    expect(await errorOf(pool.executeTask({ act: 'where' }))).toMatchObject({ cause: error });
    await pool.stop();
    expect(threadsAlive(events)).toBe(0);
  });

  test('a setup that throws', async () => {
    const { pool } = makePool({ engine: planned(['throw']) });
    const error = await errorOf(pool.ready());
    expect(error).toBeInstanceOf(ThreadStartError);
    expect(error.cause).toMatchObject({ message: 'the database is away' });
  });

  test('a setup that ends the thread', async () => {
    const { pool } = makePool({ engine: planned(['exit']) });
    expect(await errorOf(pool.ready())).toMatchObject({ reason: 'exit', exitCode: 7 });
  });

  test('a setup that takes too long', async () => {
    const { pool, clock, events } = makePool({ engine: planned(['spin'], { startTimeoutMs: 500 }) });
    const error = errorOf(pool.ready());
    await heard(events, 'worker_started');
    await clock.advance(500);
    expect(await error).toMatchObject({ code: 'ERR_WORKER_POOL_THREAD_START', timeoutMs: 500 });
  });

  test('options that Node refuses', async () => {
    const { pool } = makePool({ engine: engineOf({ execArgv: ['--no-such-option'] }) });
    const error = await errorOf(pool.ready());
    expect(error).toMatchObject({
      code: 'ERR_WORKER_POOL_THREAD_START',
      cause: { code: 'ERR_WORKER_INVALID_EXEC_ARGV' },
    });
  });

  test('a later thread that cannot start counts as a crash, and is tried again', async () => {
    const { pool, clock, events } = makePool({ engine: planned(['give', 'throw', 'exit']), timeoutMs: Infinity });
    await pool.ready();
    expect(await errorOf(pool.executeTask({ act: 'exit', value: 1 }))).toBeInstanceOf(WorkerCrashedError);
    const next = pool.executeTask({ act: 'give', value: 'next' });
    for (const crashes of [1, 2, 3]) {
      await heard(events, 'worker_exited', crashes);
      await clock.advance(10_000);
    }
    expect(await next).toBe('next');
    expect(events.filter(({ kind }) => kind === 'worker_exited')).toMatchObject([
      { isCrash: true },
      { isCrash: true, error: { code: 'ERR_WORKER_POOL_THREAD_START' } },
      { isCrash: true, error: { exitCode: 7 } },
    ]);
  });
});

test('the limits of memory do not count Buffers, as the README says', async () => {
  const engine = engineOf({ resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2 } });
  const { pool } = makePool({ engine });
  expect(await pool.executeTask({ act: 'buffers', value: 128 })).toBe(128 * 2 ** 20);
});
