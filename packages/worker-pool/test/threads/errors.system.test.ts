import { describe, expect, test } from '@jest/globals';
import { type NotCloneableError, threads } from '../../src/index.js';
import { outcome, usePools } from '../support/pools.js';
import { fixture } from '../support/threads.js';

const makePool = usePools();
const module = fixture('errors.mjs');

/** What a task that throws this rejects with. */
async function thrown(
  which: string,
  options: { readonly errorClasses?: readonly (new () => Error)[] } = {},
): Promise<unknown> {
  const { pool } = makePool({ engine: threads({ module, export: 'fail', maxThreads: 1, ...options }) });
  const ended = await outcome(pool.executeTask(which));
  expect(Object.keys(ended as object)).toEqual(['error']);
  return (ended as { readonly error: unknown }).error;
}

describe('an error from a thread', () => {
  test('keeps its class name, message, stack, code and own fields', async () => {
    const error = (await thrown('of a class')) as Error;
    expect(error).toBeInstanceOf(TypeError);
    expect(error.constructor.name).toBe('HashError');
    expect(error.name).toBe('TypeError');
    expect(error.message).toBe('no such hash');
    expect(error.stack).toMatch(/^TypeError: no such hash\n.*errors\.mjs/s);
    expect(Object.fromEntries(Object.entries(error))).toEqual({
      code: 'E_HASH',
      details: { algorithm: 'md5', rounds: [1, 2] },
    });
  });

  test('keeps its causes, all the way', async () => {
    const { cause } = (await thrown('of a class')) as Error;
    expect(cause).toBeInstanceOf(RangeError);
    expect(cause).toMatchObject({ name: 'RangeError', message: 'too long', cause: 'a text' });
    expect(Object.keys(cause as object)).toEqual([]);
  });

  test('that is its own cause arrives as such', async () => {
    const error = (await thrown('cycle')) as Error & { readonly cause: Error };
    expect(error.message).toBe('outer');
    expect(error.cause.message).toBe('inner');
    expect(error.cause.cause).toBe(error);
  });

  test('of several keeps them', async () => {
    const error = (await thrown('aggregate')) as AggregateError;
    expect(error).toBeInstanceOf(AggregateError);
    expect(error.errors).toHaveLength(3);
    expect(error.errors[0]).toMatchObject({ message: 'one', code: 'E_HASH' });
    expect(error.errors[1]).toBeInstanceOf(SyntaxError);
    expect(error.errors[2]).toBe(3);
  });

  test('keeps a name of its own, and what Node says of the system', async () => {
    expect(await thrown('named')).toMatchObject({ name: 'CustomName', message: 'by name' });
    expect(Object.fromEntries(Object.entries((await thrown('system')) as Error))).toEqual({
      errno: -2,
      code: 'ENOENT',
      path: '/nowhere',
    });
    expect(await thrown('dom')).toMatchObject({ name: 'AbortError', message: 'no longer', code: 20 });
  });

  test('gives the text of a field that cannot be sent', async () => {
    const { request, retry } = (await thrown('with a function')) as { request?: unknown; retry?: unknown };
    expect(request).toBe('{ send: [Function: send] }');
    expect(retry).toBe('[Function: retry]');
  });

  test('is an instance of its class, if that is given', async () => {
    class HashError extends TypeError {
      readonly details?: { readonly algorithm: string };
      get algorithm(): string | undefined {
        return this.details?.algorithm;
      }
    }
    const error = await thrown('of a class', { errorClasses: [HashError] });
    expect(error).toBeInstanceOf(HashError);
    expect((error as HashError).algorithm).toBe('md5');
  });
});

describe('what is thrown and is no error', () => {
  test.each([
    ['text', 'a text'],
    ['nothing', undefined],
    ['object', { status: 404, at: new Date(0) }],
  ])('%s arrives as it is', async (which, expected) => {
    expect(await thrown(which)).toEqual(expected);
  });

  test.each([
    ['function', '`thrown` is a function'],
    ['function in an object', '`thrown.retry.with` is a function'],
  ])('%s: an error says where', async (which, why) => {
    const error = (await thrown(which)) as NotCloneableError;
    expect(error).toMatchObject({ code: 'ERR_WORKER_POOL_NOT_CLONEABLE', subject: 'thrown', why });
  });
});
