import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { NotCloneableError, PoolOptionError, threads } from '../../src/index.js';
import { errorOf, usePools } from '../support/pools.js';
import { fixture, threadsAlive } from '../support/threads.js';

const makePool = usePools();
const module = fixture('work.mjs');

describe('what goes to a thread and comes back', () => {
  test.each([
    ['nothing', undefined],
    ['null', null],
    ['a number', -0],
    ['a bigint', 1n],
    ['a text', 'text'],
    ['objects and arrays', { a: [1, { b: null }], c: undefined }],
    ['a Map, a Set and a Date', { map: new Map([[{ key: 1 }, new Set([1])]]), date: new Date(0) }],
    ['bytes', new Uint8Array([1, 2, 3])],
  ])('%s', async (_, value) => {
    const { pool } = makePool({ engine: threads({ module, maxThreads: 1 }) });
    expect(await pool.executeTask(value)).toEqual(value);
  });

  test('the function runs in another thread', async () => {
    const { pool } = makePool({
      engine: threads<typeof import('./fixtures/work.mjs').where>({ module, export: 'where' }),
    });
    const { isMainThread, threadId } = await pool.executeTask(undefined);
    expect({ isMainThread, isOther: threadId > 0 }).toEqual({ isMainThread: false, isOther: true });
  });

  test('a buffer is moved there and back, not copied', async () => {
    const engine = threads<typeof import('./fixtures/work.mjs').reverse>({ module, export: 'reverse' });
    const { pool } = makePool({ engine });
    const bytes = new Uint8Array([1, 2, 3]);
    const reversed = await pool.executeTask(bytes, { transfer: [bytes.buffer] });
    expect([...reversed]).toEqual([3, 2, 1]);
    expect(bytes.byteLength).toBe(0);
  });

  test('a map over many inputs keeps their order', async () => {
    const engine = threads<typeof import('./fixtures/work.mjs').double>({ module, export: 'double' });
    const { pool } = makePool({ engine, size: 2 });
    const doubled: number[] = [];
    for await (const value of pool.map([1, 2, 3, 4, 5])) doubled.push(value);
    expect(doubled).toEqual([2, 4, 6, 8, 10]);
  });

  test('a CommonJS module will do, also for exports that Node cannot see', async () => {
    const { pool } = makePool({ engine: threads({ module: fixture('common.cjs'), export: 'triple' }) });
    expect(await pool.executeTask(2)).toBe(6);
  });

  test('results come in the async context of who asked', async () => {
    const { pool } = makePool({ engine: threads({ module, maxThreads: 1 }) });
    const storage = new AsyncLocalStorage<string>();
    const ask = (who: string): Promise<unknown> =>
      storage.run(who, async () => [await pool.executeTask(who), storage.getStore()]);
    expect(await Promise.all(['a', 'b', 'c'].map(ask))).toEqual([
      ['a', 'a'],
      ['b', 'b'],
      ['c', 'c'],
    ]);
  });
});

describe('what cannot be sent', () => {
  class Socket {
    readonly send = (): void => undefined;
  }

  test.each<readonly [string, unknown, string]>([
    ['a function in an object', { user: { callback: () => 1 } }, '`input.user.callback` is a function'],
    ['a symbol in an array', [1, [Symbol('s')]], '`input[1][0]` is a symbol'],
    ['a function in a Map', { map: new Map([['on', () => 1]]) }, '`input.map.get("on")` is a function'],
    ['an odd key', { 'a b': new WeakMap() }, '`input["a b"]` is an instance of WeakMap'],
    ['a promise', Promise.resolve(1), '`input` is an instance of Promise'],
    ['a field of an instance', new Socket(), '`input.send` is a function'],
  ])('as input: %s. The error names the path', async (_, input, why) => {
    const { pool, events } = makePool({ engine: threads({ module, maxThreads: 1 }) });
    const error = await errorOf(pool.executeTask(input));
    expect(error).toBeInstanceOf(NotCloneableError);
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_NOT_CLONEABLE', subject: 'input', why });
    expect(error.message).toContain(why);
    expect(await pool.executeTask('next')).toBe('next');
    expect(threadsAlive(events)).toBe(1);
    expect(events.filter(({ kind }) => kind === 'worker_exited')).toEqual([]);
  });

  test.each([
    ['give a function', '`result.list[0].callback` is a function'],
    ['give a promise', '`result.later[0]` is an instance of Promise'],
    ['give a getter', '`result.broken` is a getter that throws (no such luck)'],
  ])('as a result: %s. The thread lives on', async (act, why) => {
    const { pool, events } = makePool({ engine: threads({ module, export: 'act', maxThreads: 1 }) });
    const error = await errorOf(pool.executeTask({ act }));
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_NOT_CLONEABLE', subject: 'result', why });
    expect(await pool.executeTask({ act: 'give', value: [1] })).toEqual([1]);
    expect(events.map(({ kind }) => kind)).toEqual(['worker_started']);
  });

  test('a function itself is refused at the door', async () => {
    const { pool } = makePool({ engine: threads({ module }) });
    expect(await errorOf(pool.executeTask(() => 1))).toMatchObject({ subject: 'input', why: '`input` is a function' });
  });

  test('what is to be moved must be a list of objects, and movable', async () => {
    const { pool } = makePool({ engine: threads({ module }) });
    const bytes = new Uint8Array(1);
    expect(await errorOf(pool.executeTask(1, { transfer: bytes.buffer as never }))).toBeInstanceOf(PoolOptionError);
    expect(await errorOf(pool.executeTask(1, { transfer: [{}] }))).toBeInstanceOf(NotCloneableError);
    const twice = await errorOf(pool.executeTask(bytes, { transfer: [bytes.buffer, bytes.buffer] }));
    expect(twice).toBeInstanceOf(NotCloneableError);
    expect(bytes.byteLength).toBe(1);
  });
});
