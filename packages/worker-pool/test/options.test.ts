import { describe, expect, test } from '@jest/globals';
import { closures, PoolOptionError, type TaskOptions, WorkerPool } from '../src/index.js';
import { errorOf, usePools } from './support/pools.js';

const makePool = usePools();

describe('a pool refuses at its making', () => {
  const bad: readonly (readonly [string, unknown])[] = [
    ['size', 0],
    ['size', -1],
    ['size', NaN],
    ['size', 1.5],
    ['size', Infinity],
    ['size', '5'],
    ['label', ''],
    ['label', 7],
    ['timeoutMs', 0],
    ['timeoutMs', -1],
    ['timeoutMs', NaN],
    ['timeoutMs', 2 ** 31],
    ['timeoutMs', '1s'],
    ['runTimeoutMs', NaN],
    ['queueTimeoutMs', 0],
    ['ageingMs', 0],
    ['ageingMs', NaN],
    ['keyConcurrency', 0],
    ['keyConcurrency', NaN],
    ['queue', 5],
    ['queue', null],
    ['engine', {}],
    ['engine', 'threads'],
    ['engine', null],
    ['onEvent', 'log'],
    ['clock', {}],
    ['random', 0.5],
    ['shed', true],
  ];

  test.each(bad)('%s: %p', (option, value) => {
    const make = (): unknown => new WorkerPool({ [option]: value });
    expect(make).toThrow(PoolOptionError);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_WORKER_POOL_INVALID_OPTION', option, received: value }));
  });

  test.each<readonly [string, object]>([
    ['queue.limit', { queue: { limit: -1 } }],
    ['queue.limit', { queue: { limit: NaN } }],
    ['queue.limit', { queue: {} }],
    ['queue.overflow', { queue: { limit: 1, overflow: 'dropOldest' } }],
    ['shed.targetMs', { shed: { targetMs: NaN, intervalMs: 10 } }],
    ['shed.intervalMs', { shed: { targetMs: 10, intervalMs: 0 } }],
  ])('%s, in %p', (option, options) => {
    expect(() => new WorkerPool(options)).toThrow(expect.objectContaining({ option }));
  });

  test.each([null, 5, 'five'])('options that are no object: %p', (options) => {
    expect(() => new WorkerPool(options as never)).toThrow(expect.objectContaining({ option: 'options' }));
  });

  test.each([-1, 1.5, NaN, '2'])('a detach of %p', (detach) => {
    expect(() => closures({ detach: detach as number })).toThrow(expect.objectContaining({ option: 'detach' }));
  });

  test('but takes what is undefined as left out', async () => {
    const { pool } = makePool({ size: undefined as never, timeoutMs: undefined as never, queue: undefined as never });
    expect(pool.getStats().total).toBe(5);
  });
});

describe('executeTask rejects, runs nothing and counts nothing', () => {
  test.each<readonly [string, unknown]>([
    ['priority', 101],
    ['priority', -101],
    ['priority', 0.5],
    ['priority', NaN],
    ['priority', Infinity],
    ['priority', 'high'],
    ['timeoutMs', 0],
    ['timeoutMs', NaN],
    ['timeoutMs', 2 ** 31 + 5],
    ['runTimeoutMs', -1],
    ['queueTimeoutMs', '1'],
    ['signal', {}],
    ['signal', null],
    ['signal', 'abort'],
  ])('%s: %p', async (option, value) => {
    const { pool } = makePool();
    let hasRun = false;
    const options = { [option]: value } as TaskOptions;
    const error = await errorOf(pool.executeTask(() => (hasRun = true), options));
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_INVALID_OPTION', option, received: value });
    expect(hasRun).toBe(false);
    expect(pool.getStats()).toMatchObject({ completed: 0, failed: 0, rejected: 0, busy: 0 });
  });

  test.each([undefined, null, 5, 'task', {}, Promise.resolve()])('a task that is %p', async (task) => {
    const { pool } = makePool();
    expect(await errorOf(pool.executeTask(task as never))).toMatchObject({ option: 'task' });
  });

  test.each([null, 5])('options that are %p', async (options) => {
    const { pool } = makePool();
    expect(await errorOf(pool.executeTask(() => 1, options as never))).toMatchObject({ option: 'options' });
  });
});

test.each([-1, NaN, '5', 2 ** 31])('drain refuses a time of %p, and the pool goes on', async (timeoutMs) => {
  const { pool } = makePool();
  expect(await errorOf(pool.drain({ timeoutMs: timeoutMs as number }))).toMatchObject({ option: 'timeoutMs' });
  expect(await pool.executeTask(() => 1)).toBe(1);
});

test('an error says what came, what was expected and under which name', () => {
  expect(() => new WorkerPool({ size: 0 })).toThrow('Expected `size` to be an integer >= 1, got `0`.');
});
