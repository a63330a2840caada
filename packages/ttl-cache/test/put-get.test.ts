import { describe, expect, jest, test } from '@jest/globals';
import { CacheOptionError, type RemovalCause, TtlCache, type TtlCacheOptions } from '../src/index.js';
import { found, notFound, useCaches } from './support/caches.js';

const newCache = useCaches();

describe('put and get', () => {
  test('a value is found until its life is over, and not at that moment or after', async () => {
    const { cache, clock } = newCache();
    cache.put('a', 1, 100);
    await clock.advance(99);
    expect(cache.get('a')).toEqual(found(1));
    await clock.advance(1);
    expect(cache.get('a')).toEqual(notFound);
  });

  test('the default life is 60 s', async () => {
    const { cache, clock } = newCache();
    cache.put('a', 1);
    await clock.advance(59_999);
    expect(cache.has('a')).toBe(true);
    await clock.advance(1);
    expect(cache.has('a')).toBe(false);
  });

  test.each([[undefined], [null], [0], [''], [Number.NaN]])('%p is a value like any other', (value) => {
    const { cache } = newCache();
    cache.put('a', value);
    expect(cache.get('a')).toEqual(found(value));
    expect(cache.peek('a')).toEqual(found(value));
  });

  test.each([[0], [''], [Number.NaN], [false], [Symbol('s')], [{}], [10n]])('%p is a key', (key) => {
    const { cache } = newCache<unknown>();
    cache.put(key, 'x');
    expect(cache.get(key)).toEqual(found('x'));
  });

  test('keys are compared as a Map compares: -0 is 0, 1 is not "1", objects are themselves only', () => {
    const { cache } = newCache<unknown>();
    cache.put(-0, 'zero');
    cache.put('1', 'text');
    cache.put({}, 'object');
    expect([cache.get(0), cache.get(1), cache.get({})]).toEqual([found('zero'), notFound, notFound]);
  });

  test('what has expired is removed by the read that finds it so', async () => {
    const { cache, clock } = newCache({ sweepIntervalMs: 1_000_000 });
    cache.put('a', 1, 10);
    await clock.advance(10);
    expect(cache.size).toBe(1);
    cache.peek('a');
    expect(cache.size).toBe(1); // only get removes
    cache.get('a');
    expect(cache.size).toBe(0);
  });

  test('a new put begins a new life, longer or shorter', async () => {
    const { cache, clock } = newCache();
    cache.put('longer', 1, 10);
    cache.put('longer', 2, 100);
    cache.put('shorter', 1, 100);
    cache.put('shorter', 2, 10);
    await clock.advance(10);
    expect(cache.get('longer')).toEqual(found(2));
    expect(cache.get('shorter')).toEqual(notFound);
  });

  test('touch begins the life anew, with its own ttl or another; it revives nothing', async () => {
    const { cache, clock } = newCache();
    cache.put('a', 1, 100);
    cache.put('b', 1, 100);
    await clock.advance(60);
    expect([cache.touch('a'), cache.touch('b', 10), cache.touch('c')]).toEqual([true, true, false]);
    expect([cache.ttl('a'), cache.ttl('b'), cache.ttl('c')]).toEqual([100, 10, undefined]);
    await clock.advance(10);
    expect(cache.touch('b')).toBe(false);
    expect(cache.has('a')).toBe(true);
  });

  test('Infinity is for ever, and needs no sweep', async () => {
    const { cache, clock } = newCache();
    cache.put('a', 1, Infinity);
    await clock.advance(1e12);
    expect([cache.get('a'), cache.ttl('a')]).toEqual([found(1), Infinity]);
  });

  test('a life of more than 2^31-1 ms is kept, as there is no timer for each entry', async () => {
    const { cache, clock } = newCache({ sweepIntervalMs: 2 ** 31 - 1 });
    const ttlMs = 2 ** 31 + 5;
    cache.put('a', 1, ttlMs);
    await clock.advance(ttlMs - 1);
    expect(cache.has('a')).toBe(true);
    await clock.advance(1);
    expect(cache.has('a')).toBe(false);
  });

  test.each([[0.25], [999.5]])('a life of %p ms is exact', async (ttlMs) => {
    const { cache, clock } = newCache();
    await clock.advance(0.5);
    cache.put('a', 1, ttlMs);
    await clock.advance(ttlMs - 0.125);
    expect(cache.has('a')).toBe(true);
    await clock.advance(0.125);
    expect(cache.has('a')).toBe(false);
  });

  test('a life ends to the part of a millisecond', async () => {
    const { cache, clock } = newCache();
    await clock.advance(0.75);
    cache.put('a', 1, 1000.5);
    await clock.advance(1000.25);
    expect(cache.ttl('a')).toBe(0.25);
    await clock.advance(0.25);
    expect(cache.has('a')).toBe(false);
  });

  test('jitter shortens lives, by no more than its fraction', () => {
    const { cache } = newCache({ ttlJitter: 0.5, random: () => 0.5 });
    cache.put('a', 1, 1000);
    cache.put('b', 1, Infinity);
    expect([cache.ttl('a'), cache.ttl('b')]).toEqual([750, Infinity]);
  });

  test('iteration is over the live, in order of putting', async () => {
    const { cache, clock } = newCache();
    cache.put('a', 1, 10);
    cache.put('b', 2);
    cache.put('c', 3);
    await clock.advance(10);
    expect([[...cache], [...cache.keys()], [...cache.values()]]).toEqual([
      [
        ['b', 2],
        ['c', 3],
      ],
      ['b', 'c'],
      [2, 3],
    ]);
    for (const key of cache.keys()) cache.delete(key);
    expect(cache.size).toBe(1); // the expired one
  });
});

describe.each<[string, TtlCacheOptions<string, number>]>([
  ['without limits', {}],
  ['with maxEntries', { maxEntries: 10 }],
  ['with maxWeight', { maxWeight: 10, weigh: () => 1 }],
])('%s', (_, options) => {
  test('iteration goes on over what is there when its turn comes', () => {
    const { cache } = newCache<string, number>(options);
    for (const key of ['a', 'b', 'c', 'd']) cache.put(key, 1);
    const seen: [string, number][] = [];
    for (const entry of cache) {
      seen.push(entry);
      cache.delete('b');
      cache.put('c', 2);
    }
    expect(seen).toEqual([
      ['a', 1],
      ['c', 2],
      ['d', 1],
    ]);
    const rest: string[] = [];
    for (const key of cache.keys()) {
      rest.push(key);
      cache.close();
    }
    expect(rest).toHaveLength(1);
  });

  test('deleteTag spares what a listener has put meanwhile without the tag', () => {
    const { cache } = newCache<string, number>({
      ...options,
      onRemoval: (key): void => {
        if (key === 'a') cache.put('b', 2);
      },
    });
    for (const key of ['a', 'b']) cache.put(key, 1, { tags: ['x'] });
    expect([cache.deleteTag('x'), cache.get('b')]).toEqual([1, found(2)]);
  });
});

describe('delete, deleteTag, clear', () => {
  test('say whether something live has gone', async () => {
    const { cache, clock } = newCache();
    cache.put('a', 1, { tags: ['x'] });
    cache.put('b', 1, { tags: ['x', 'y', 'x'] });
    cache.put('c', 1, { tags: ['x'], ttlMs: 5 });
    await clock.advance(5);
    expect([cache.delete('a'), cache.delete('a'), cache.delete('none')]).toEqual([true, false, false]);
    expect([cache.deleteTag('y'), cache.deleteTag('x'), cache.deleteTag('z')]).toEqual([1, 0, 0]);
    expect(cache.size).toBe(0);
  });

  test('a new put has the tags of the new put only', () => {
    const { cache } = newCache();
    cache.put('a', 1, { tags: ['old'] });
    cache.put('a', 2, { tags: ['new'] });
    expect([cache.deleteTag('old'), cache.has('a'), cache.deleteTag('new')]).toEqual([0, true, 1]);
  });

  test('a tag is forgotten with its last entry, also when that is evicted', () => {
    const { cache } = newCache({ maxEntries: 1 });
    cache.put('a', 1, { tags: ['x'] });
    cache.put('b', 1);
    expect(cache.deleteTag('x')).toBe(0);
  });

  test('clear takes all', () => {
    const { cache } = newCache();
    cache.put('a', 1, { tags: ['x'] });
    cache.clear();
    expect([cache.size, cache.get('a'), cache.deleteTag('x')]).toEqual([0, notFound, 0]);
  });
});

describe('limits', () => {
  test('the least recently used go; a get is a use, a peek is none', () => {
    const { cache } = newCache({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) cache.put(key, key);
    cache.get('a');
    cache.peek('b');
    cache.put('d', 'd');
    expect([...cache.keys()]).toEqual(['c', 'a', 'd']);
  });

  test('a put and a touch of what is there are uses', () => {
    const { cache } = newCache({ maxEntries: 2 });
    cache.put('a', 1);
    cache.put('b', 1);
    cache.put('a', 2);
    cache.put('c', 1); // b goes
    cache.touch('a');
    cache.put('d', 1); // c goes
    expect([...cache.keys()]).toEqual(['a', 'd']);
  });

  test('weights are kept within the limit; what is too heavy is refused, and replaces what was there', () => {
    const { cache } = newCache<string, number>({ maxWeight: 10, weigh: (value) => value });
    expect([cache.put('a', 4), cache.put('b', 4), cache.put('c', 4)]).toEqual([true, true, true]);
    expect([[...cache.keys()], cache.stats().weight]).toEqual([['b', 'c'], 8]);
    cache.put('b', 1);
    expect(cache.stats().weight).toBe(5);
    expect([cache.put('b', 11), cache.has('b'), cache.stats().weight]).toEqual([false, false, 4]);
  });

  test.each([[0], [-1], [1.5], [Number.NaN], ['1']])('a weight of %p is refused, and changes nothing', (weight) => {
    const { cache } = newCache({ maxWeight: 10, weigh: (value) => value as number });
    cache.put('a', 1);
    const refused = { code: 'ERR_TTL_CACHE_VALUE', key: 'a', step: 'weigh', cause: expect.any(CacheOptionError) };
    expect(() => cache.put('a', weight)).toThrow(expect.objectContaining(refused));
    expect(cache.get('a')).toEqual(found(1));
  });

  test('entries of every kind and both limits together', () => {
    const { cache } = newCache<string, number>({ maxEntries: 2, maxWeight: 10, weigh: (value) => value });
    cache.put('a', 1);
    cache.put('b', 1);
    cache.put('c', 9);
    expect([...cache.keys()]).toEqual(['b', 'c']);
  });
});

describe('the removal listener', () => {
  test.each([
    ['replaced', {}],
    ['replaced', { maxEntries: 2000 }],
    ['replaced', { maxWeight: 2000, weigh: () => 1 }],
    ['evicted', { maxEntries: 1000 }],
    ['evicted', { maxWeight: 1000, weigh: (value: unknown) => value as number }],
    ['expired', {}],
    ['deleted', {}],
  ] as const)('may clear the cache, and fill it, when it hears of what was %s: %j', async (cause, options) => {
    let clears = 0;
    const { cache, clock } = newCache<number, number>({
      ...options,
      onRemoval: (_key, _value, what) => {
        if (what !== cause || clears === 3) return;
        clears++;
        cache.clear();
        for (let key = 0; key < 900; key++) cache.put(key, 1, { ttlMs: 50_000, tags: ['again'] });
      },
    });
    for (let key = 0; key < 900; key++) cache.put(key, 1, 10);
    for (let key = 0; key < 10; key++) cache.put(key, 2);
    for (let key = 1000; key < 1200; key++) cache.put(key, 3);
    cache.delete(5);
    await clock.advance(30_000);
    expect(clears).toBeGreaterThan(0);
    expect([...cache].every(([key, value]) => cache.peek(key).kind === 'found' && value <= 3)).toBe(true);
    const tagged = cache.deleteTag('again');
    expect(tagged).toBeGreaterThan(400);
    expect(cache.size).toBe([...cache].length);
    await clock.advance(90_000);
    expect([cache.size, cache.stats().weight]).toEqual([0, 0]);
  });

  test('hears of each entry after it has gone, with the cause', async () => {
    const heard: [unknown, unknown, RemovalCause, boolean][] = [];
    const { cache, clock } = newCache<string, number>({
      maxEntries: 2,
      onRemoval: (key, value, cause) => void heard.push([key, value, cause, cache.peek(key).kind === 'found']),
    });
    cache.put('a', 1);
    cache.put('a', 2);
    cache.put('b', 3);
    cache.put('c', 4);
    cache.delete('b');
    cache.put('d', 5, 10);
    await clock.advance(10);
    cache.get('d');
    cache.clear();
    expect(heard).toEqual([
      ['a', 1, 'replaced', true],
      ['a', 2, 'evicted', false],
      ['b', 3, 'deleted', false],
      ['d', 5, 'expired', false],
      ['c', 4, 'cleared', false],
    ]);
  });

  test('hears that what was over when it was replaced, deleted or evicted had expired', async () => {
    const heard: RemovalCause[] = [];
    const { cache, clock } = newCache({ maxEntries: 2, onRemoval: (_key, _value, cause) => void heard.push(cause) });
    cache.put('a', 1, 10);
    cache.put('b', 1, 10);
    await clock.advance(10);
    cache.put('a', 2);
    cache.put('c', 1);
    cache.put('d', 1, 5);
    await clock.advance(5);
    cache.delete('d');
    expect(heard).toEqual(['expired', 'expired', 'evicted', 'expired']);
  });

  test('that throws or rejects hurts nobody, and is reported', async () => {
    const problems: unknown[] = [];
    let isAsync = false;
    const { cache, clock } = newCache({
      onRemoval: (key) => {
        if (isAsync) return Promise.reject(new Error(`late ${key}`));
        throw new Error(`early ${key}`);
      },
      onProblem: (error, problem) => problems.push([(error as Error).message, problem]),
    });
    for (const key of ['a', 'b']) cache.put(key, 1, 10);
    await clock.advance(30_000); // the sweep goes on after the first
    expect(cache.size).toBe(0);
    isAsync = true;
    cache.put('c', 1);
    cache.delete('c');
    await clock.advance(0);
    expect(problems).toEqual([
      ['early a', { during: 'removal_listener', key: 'a' }],
      ['early b', { during: 'removal_listener', key: 'b' }],
      ['late c', { during: 'removal_listener', key: 'c' }],
    ]);
  });

  test('and its reporter may fail with anything, also late, and hurt nobody', async () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const textless: unknown = Object.create(null);
    const fail = (): never => {
      throw textless;
    };
    const plain = newCache({ onRemoval: fail }).cache;
    plain.put('a', 1);
    expect(plain.delete('a')).toBe(true);
    const failLate: () => unknown = () => Promise.reject(new Error('late'));
    const { cache } = newCache({ onRemoval: fail, onProblem: failLate });
    cache.put('a', 1);
    expect(cache.delete('a')).toBe(true);
    await new Promise((resolve) => setImmediate(resolve));
    const texts = warn.mock.calls.map(([text]) => String(text));
    warn.mockRestore();
    expect(texts).toHaveLength(3);
    expect(texts[2]).toContain('late');
  });

  test('may change the cache', () => {
    const { cache } = newCache<string, number>({
      maxEntries: 2,
      onRemoval: (key, value, cause) => {
        if (cause === 'evicted' && value < 3) cache.put(`again ${key}`, value + 1);
        if (cause === 'deleted') cache.delete('x2');
      },
    });
    cache.put('x1', 5, { tags: ['x'] });
    cache.put('x2', 5, { tags: ['x'] });
    expect(cache.deleteTag('x')).toBe(1); // the listener was faster with the other
    for (const key of ['a', 'b', 'c']) cache.put(key, 1);
    expect(cache.size).toBe(2);
  });

  test('without onProblem an error becomes a warning of the process', () => {
    const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
    const { cache } = newCache({
      label: 'users',
      onRemoval: () => {
        throw new Error('broken');
      },
    });
    cache.put('a', 1);
    cache.delete('a');
    expect(warn.mock.calls).toEqual([
      [expect.stringContaining('users'), expect.objectContaining({ code: 'TTL_CACHE_PROBLEM' })],
    ]);
  });
});

describe('bad input is refused at the door', () => {
  test.each<[unknown]>([[0], [-1], [Number.NaN], ['60s'], [null]])('a ttl of %p', (ttl) => {
    const { cache } = newCache();
    const ttlMs = ttl as number;
    for (const attempt of [
      () => cache.put('a', 1, { ttlMs }),
      () => cache.touch('a', ttlMs),
      () => new TtlCache({ ttlMs }),
    ]) {
      expect(attempt).toThrow(CacheOptionError);
    }
    expect(cache.size).toBe(0);
  });

  test.each([[0], [-1], [Number.NaN]])('a ttl of %p, as a number', (ttlMs) => {
    expect(() => newCache().cache.put('a', 1, ttlMs)).toThrow('`ttlMs` to be a number of milliseconds > 0');
  });

  test.each([[undefined], [null]])('a key of %p', async (none) => {
    const { cache } = newCache();
    const key = none as unknown as string;
    for (const attempt of [
      () => cache.get(key),
      () => cache.peek(key),
      () => cache.has(key),
      () => cache.put(key, 1),
      () => cache.touch(key),
      () => cache.ttl(key),
      () => cache.delete(key),
    ]) {
      expect(attempt).toThrow('`key`');
    }
    await expect(cache.fetch(key, () => 1)).rejects.toThrow('`key`');
  });

  test.each([
    [{ sweepIntervalMs: 0 }],
    [{ sweepIntervalMs: 2 ** 31 }],
    [{ maxEntries: 0 }],
    [{ maxEntries: 1.5 }],
    [{ maxWeight: 10 }],
    [{ weigh: (): number => 1 }],
    [{ maxWeight: -1, weigh: (): number => 1 }],
    [{ ttlJitter: 1 }],
    [{ ttlJitter: -0.1 }],
    [{ staleForMs: -1 }],
    [{ softTimeoutMs: Number.NaN }],
    [{ refreshAfterMs: '1' as never }],
    [{ errorTtlMs: -1 }],
    [{ loadTimeoutMs: 0 }],
    [{ values: 'copied' as never }],
    [{ onRemoval: 1 as never }],
    [{ onProblem: {} as never }],
    [{ random: 1 as never }],
    [{ clock: {} as never }],
    [{ clock: { now: () => 0 } as never }],
    [{ label: '' }],
    [null as never],
  ])('options %p', (options) => {
    expect(() => new TtlCache(options)).toThrow(CacheOptionError);
  });

  test.each([[{ tags: 'x' }], [{ tags: [''] }], [{ tags: [1] }], [{ staleForMs: -1 }], ['10'], [null]])(
    'options of a put: %p',
    (options) => {
      const { cache } = newCache();
      expect(() => cache.put('a', 1, options as never)).toThrow(CacheOptionError);
      expect(cache.size).toBe(0);
    },
  );

  test.each([[''], [1], [undefined]])('a tag of %p', (tag) => {
    expect(() => newCache().cache.deleteTag(tag as never)).toThrow('`tag`');
  });
});

test.each([[1], [-0.1], [Number.NaN], ['0.5']])(
  'a chance of %p is refused when it is drawn, and changes nothing',
  async (drawn) => {
    const { cache } = newCache({ ttlJitter: 0.5, random: () => drawn as number });
    expect(() => cache.put('a', 1)).toThrow('`random`');
    await expect(cache.fetch('a', () => 1)).rejects.toThrow('`random`');
    expect(cache.size).toBe(0);
  },
);

test('one warning when a cache without a limit grows above 100,000 entries, and none when it was meant', () => {
  const warn = jest.spyOn(process, 'emitWarning').mockImplementation(() => {});
  const { cache } = newCache<number>({ label: 'big' });
  const meant = newCache<number>({ maxEntries: Infinity }).cache;
  for (let key = 0; key < 100_000; key++) cache.put(key, key);
  expect(warn).not.toHaveBeenCalled();
  for (let key = 0; key <= 100_010; key++) {
    cache.put(key, key);
    meant.put(key, key);
  }
  expect(warn.mock.calls).toEqual([
    [expect.stringContaining('big'), expect.objectContaining({ code: 'TTL_CACHE_UNBOUNDED' })],
  ]);
});

describe('values', () => {
  test('shared: the object itself', () => {
    const { cache } = newCache();
    const value = { list: [1] };
    cache.put('a', value);
    expect(cache.get('a')).toEqual(found(value));
    expect(cache.peek('a')).toMatchObject({ value });
    expect((cache.get('a') as { value: unknown }).value).toBe(value);
  });

  test('frozen: deeply, and what has a class of its own is left alone', () => {
    const { cache } = newCache<string, { readonly list: number[]; readonly date: Date }>({ values: 'frozen' });
    const value = { list: [1], date: new Date(0) };
    cache.put('a', value);
    expect(() => value.list.push(2)).toThrow(TypeError);
    expect(Object.isFrozen(value.date)).toBe(false);
  });

  test('frozen: also below what was frozen already, and in a circle', () => {
    const { cache } = newCache({ values: 'frozen' });
    const inner: { self?: unknown } = {};
    inner.self = inner;
    cache.put('a', Object.freeze({ inner }));
    expect(Object.isFrozen(inner)).toBe(true);
  });

  test('cloned: a copy when put, and one for each who gets it, waiters of one load too', async () => {
    const { cache } = newCache<string, { n: number }>({ values: 'cloned' });
    const value = { n: 1 };
    cache.put('a', value);
    value.n = 2;
    const first = cache.get('a') as { value: { n: number } };
    first.value.n = 3;
    expect(cache.get('a')).toEqual(found({ n: 1 }));
    const [one, two] = await Promise.all([cache.fetch('b', () => ({ n: 1 })), cache.fetch('b', () => ({ n: 1 }))]);
    expect(one).toEqual(two);
    expect(one).not.toBe(two);
    expect([...cache.values()]).toEqual([{ n: 1 }, { n: 1 }]);
    const refused = { code: 'ERR_TTL_CACHE_VALUE', key: 'c', step: 'copy', cause: expect.any(DOMException) };
    expect(() => cache.put('c', (() => 1) as never)).toThrow(expect.objectContaining(refused));
  });
});

describe('close', () => {
  test('leaves no entry and no timer; then nothing is found, and put fails', async () => {
    const heard: unknown[] = [];
    const { cache, clock } = newCache({ onRemoval: (key, _value, cause) => heard.push([key, cause]) });
    cache.put('a', 1);
    expect(clock.allTimers).toBe(1);
    cache.close();
    cache.close();
    expect([clock.allTimers, cache.size, cache.get('a'), cache.isClosed]).toEqual([0, 0, notFound, true]);
    expect(heard).toEqual([['a', 'cleared']]);
    expect(() => cache.put('a', 1)).toThrow('closed');
    expect(() => cache.restore({ takenAtMs: 0, entries: [] })).toThrow('closed');
    await expect(cache.fetch('a', () => 1)).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_CLOSED' });
    expect([cache.delete('a'), cache.deleteTag('a'), [...cache]]).toEqual([false, 0, []]);
  });
});
