import { describe, expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import {
  NotCloneableError,
  PoolOptionError,
  type Engine,
  type ThreadContext,
  type Threads,
  threads,
  WorkerPool,
} from '../../src/index.js';

type Work = typeof import('./fixtures/work.mjs');
type State = typeof import('./fixtures/state.mjs');

const module = new URL('fixtures/work.mjs', import.meta.url);

describe('what makes no sense is refused at once, and said', () => {
  test.each<readonly [string, Record<string, unknown>, string]>([
    ['module', { module: undefined }, 'new URL'],
    ['module', { module: './work.js' }, 'new URL'],
    ['module', { module: new URL('https://example.org/work.js') }, 'new URL'],
    ['module', { module: 'file://%' }, 'new URL'],
    ['export', { export: '' }, 'a non-empty string'],
    ['setup', { setup: 1 }, 'a non-empty string'],
    ['teardown', { teardown: () => 1 }, 'a non-empty string'],
    ['minThreads', { minThreads: -1 }, 'an integer >= 0'],
    ['minThreads', { minThreads: 3, maxThreads: 2 }, 'at most maxThreads (2)'],
    ['maxThreads', { maxThreads: 0 }, 'an integer >= 1'],
    ['maxThreads', { maxThreads: NaN }, 'an integer >= 1'],
    ['idleTimeoutMs', { idleTimeoutMs: -1 }, 'milliseconds'],
    ['maxTasksPerWorker', { maxTasksPerWorker: 0 }, 'an integer >= 1'],
    ['startTimeoutMs', { startTimeoutMs: 0 }, '> 0'],
    ['teardownTimeoutMs', { teardownTimeoutMs: 2 ** 31 }, 'milliseconds'],
    ['backoff', { backoff: 5 }, 'an object'],
    ['backoff.initialMs', { backoff: { initialMs: -1 } }, 'milliseconds'],
    ['backoff.factor', { backoff: { factor: 0.5 } }, '>= 1'],
    ['backoff.maxMs', { backoff: { initialMs: 10, maxMs: 5 } }, '>= initialMs (10)'],
    ['backoff.maxMs', { backoff: { maxMs: Infinity } }, '>= initialMs'],
    ['backoff.jitter', { backoff: { jitter: 'some' } }, `'none', 'full', 'equal'`],
    ['crashLoop', { crashLoop: 3 }, 'an object'],
    ['crashLoop.maxCrashes', { crashLoop: { maxCrashes: 0 } }, 'an integer >= 1'],
    ['crashLoop.withinMs', { crashLoop: { withinMs: 0 } }, '> 0'],
    ['resourceLimits', { resourceLimits: { maxOldSpaceSizeMb: 5 } }, 'maxOldGenerationSizeMb'],
    ['resourceLimits.stackSizeMb', { resourceLimits: { stackSizeMb: 0 } }, 'megabytes > 0'],
    ['env', { env: 'A=1' }, 'an object'],
    ['argv', { argv: [1] }, 'an array of strings'],
    ['execArgv', { execArgv: '--expose-gc' }, 'an array of strings'],
    ['errorClasses', { errorClasses: [Map] }, 'classes that extend Error'],
  ])('%s: %j', (option, options, expected) => {
    const make = (): unknown => threads({ module, ...options });
    expect(make).toThrow(PoolOptionError);
    expect(make).toThrow(`\`${option}\``);
    expect(make).toThrow(expected);
  });

  test('no options at all', () => {
    expect(() => threads(undefined as never)).toThrow(PoolOptionError);
  });

  test('workerData that cannot be copied', () => {
    expect(() => threads({ module, workerData: { log: () => 1 } })).toThrow(NotCloneableError);
    expect(() => threads({ module, workerData: { log: () => 1 } })).toThrow('`workerData.log` is a function');
  });
});

test.each([
  [{}, expect.any(Number)],
  [{ maxThreads: 3 }, 3],
])('with %j the size of the pool is %s, unless it says so', (options, size) => {
  expect(threads({ module, ...options }).defaultSize).toEqual(size);
});

test('a module may be given as a URL, its text, or an absolute path', () => {
  for (const given of [module, module.href, module.pathname]) expect(threads({ module: given }).kind).toBe('threads');
});

// Types alone: nothing here runs.
function typesOf(): void {
  // Input and output come from the function.
  {
    const engine = threads<Work['double']>({ module, export: 'double' });
    expectTypeOf(engine).toEqualTypeOf<Engine<Threads<number, number>>>();
    const reverse = threads<Work['reverse']>({ module, export: 'reverse' });
    expectTypeOf(reverse).toEqualTypeOf<Engine<Threads<Uint8Array<ArrayBuffer>, Uint8Array<ArrayBuffer>>>>();
    type Pool = WorkerPool<Threads<number, number>>;
    expectTypeOf<Pool['executeTask']>().toBeCallableWith(1, { transfer: [] });
    expectTypeOf<Parameters<Pool['executeTask']>[0]>().toEqualTypeOf<number>();
    expectTypeOf<ReturnType<Pool['executeTask']>>().toEqualTypeOf<Promise<number>>();
  }

  // Or from the module, with the name of the function.
  {
    const double = threads<Work, 'double'>({ module, export: 'double' });
    expectTypeOf(double).toEqualTypeOf<Engine<Threads<number, number>>>();
    // @ts-expect-error: another name
    threads<Work, 'double'>({ module, export: 'reverse' });
    // @ts-expect-error: no such function
    threads<Work, 'nix'>({ module, export: 'nix' });
  }

  // Or from the module alone: its default export, or its only function.
  {
    expectTypeOf(threads<Work>({ module })).toEqualTypeOf<Engine<Threads<unknown, unknown>>>();
    const only = threads<typeof import('./fixtures/only.mjs')>({ module, export: 'fail' });
    expectTypeOf(only).toEqualTypeOf<Engine<Threads<string, never>>>();
    // @ts-expect-error: which of them?
    threads<State>({ module, export: 'greet' });
  }

  // Without a type anything goes in and comes out.
  {
    expectTypeOf(threads({ module, export: 'double' })).toEqualTypeOf<Engine<Threads<unknown, unknown>>>();
  }

  // What setup gives is the state of the context.
  {
    expectTypeOf<Parameters<State['greet']>[1]>().toEqualTypeOf<ThreadContext<Awaited<ReturnType<State['setup']>>>>();
  }
}

test('types are as they should be, which the compiler checks', () => {
  expect(typesOf).toBeInstanceOf(Function);
});
