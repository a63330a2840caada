import { describe, expect, test } from '@jest/globals';
import { type CacheProblem, RemovalLoopError, type TtlCache } from '../src/index.js';
import { found, useCaches } from './support/caches.js';

const makeCache = useCaches();

interface Heard {
  readonly removed: string[];
  readonly problems: { readonly error: unknown; readonly problem: CacheProblem }[];
}

/** A cache whose listener changes it. */
function cacheThat(
  react: (cache: TtlCache<string, number>, key: string, value: number, cause: string) => void,
  limits: { readonly maxEntries?: number } = {},
): Heard & { readonly cache: TtlCache<string, number> } {
  const heard: Heard = { removed: [], problems: [] };
  const { cache } = makeCache<string, number>({
    ...limits,
    onRemoval: (key, value, cause) => {
      heard.removed.push(key);
      react(cache, key, value, cause);
    },
    onProblem: (error, problem) => void heard.problems.push({ error, problem }),
  });
  return { ...heard, cache };
}

test('what a listener removes is told after the listener has returned, before the call that began it returns', () => {
  const order: string[] = [];
  const { cache } = cacheThat((own, key) => {
    order.push(`told of ${key}`);
    if (key === 'a') order.push(`deleted b: ${own.delete('b')}`, 'returned');
  });
  cache.put('a', 1);
  cache.put('b', 2);
  cache.delete('a');
  order.push('done');
  expect(order).toEqual(['told of a', 'deleted b: true', 'returned', 'told of b', 'done']);
});

test('a chain of removals, each made by the listener, may be as long as the cache: the stack does not grow', () => {
  const COUNT = 100_000;
  const { cache, removed, problems } = cacheThat((own, _key, next) => void own.delete(`${next}`), {
    maxEntries: Infinity,
  });
  for (let i = 0; i < COUNT; i++) cache.put(`${i}`, i + 1);
  cache.delete('0');
  expect([cache.size, removed.length, removed.at(-1), problems]).toEqual([0, COUNT, `${COUNT - 1}`, []]);
});

describe('a listener that puts again what it hears of', () => {
  test.each<[string, number, (cache: TtlCache<string, number>) => void]>([
    ['an evicted entry, in room for one', 1, (cache) => cache.put('z', 1)],
    ['an evicted entry, in room for three', 3, (cache) => cache.put('z', 1)],
    ['a replaced one', Infinity, (cache) => cache.put('a', 2)],
    ['a deleted one, and its successors', Infinity, (cache) => cache.put('a', 2)],
  ])('%s: its put is refused in the end, and reported; the cache is whole', (_, maxEntries, change) => {
    const { cache, removed, problems } = cacheThat((own, key, value) => void own.put(key, value), { maxEntries });
    for (const key of ['a', 'b', 'c'].slice(0, Math.min(maxEntries, 3))) cache.put(key, 1);
    change(cache);
    expect(problems).toEqual([
      { error: expect.any(RemovalLoopError), problem: { during: 'removal_listener', key: removed.at(-1) } },
    ]);
    expect(problems[0]?.error).toMatchObject({
      code: 'ERR_TTL_CACHE_REMOVAL_LOOP',
      cache: 'ttl-cache',
      key: removed.at(-1),
      removals: 1000,
    });
    expect(removed).toHaveLength(1000); // nothing has gone that was not told of
    expect(cache.size).toBe(Math.min(maxEntries, 3));
    for (const [key, value] of cache) expect(cache.get(key)).toEqual(found(value));
  });

  test('a restore there is refused as well', () => {
    const entries = (key: string): { readonly key: string; readonly value: number }[] => [{ key, value: 1 }];
    const { cache, problems } = cacheThat(
      (own, key) => void own.restore({ takenAtMs: Date.now(), entries: entries(key) }),
      { maxEntries: 1 },
    );
    cache.put('a', 1);
    cache.put('b', 1);
    expect(problems.map(({ error }) => (error as RemovalLoopError).code)).toEqual(['ERR_TTL_CACHE_REMOVAL_LOOP']);
  });

  test('who keeps some keys by putting them back is not refused: the next one has to go', () => {
    const pinned = new Set(['a', 'b']);
    const { cache, removed, problems } = cacheThat(
      (own, key, value, cause) => {
        if (cause === 'evicted' && pinned.has(key)) own.put(key, value);
      },
      { maxEntries: 3 },
    );
    for (const key of ['a', 'b', 'c', 'd']) cache.put(key, 1);
    expect([[...cache.keys()], removed, problems]).toEqual([['d', 'a', 'b'], ['a', 'b', 'c'], []]);
  });

  test('the next call from outside begins anew', () => {
    const { cache, problems } = cacheThat((own, key, value) => void own.put(key, value), { maxEntries: 1 });
    cache.put('a', 1);
    cache.put('b', 1);
    cache.put('c', 1);
    expect(problems).toHaveLength(2);
    expect(cache.size).toBe(1);
  });

  test('two caches that pass on to each other what they evict come to an end, too', () => {
    const problems: unknown[] = [];
    const onProblem = (error: unknown): void => void problems.push(error);
    const left = makeCache<string, number>({
      maxEntries: 1,
      onProblem,
      onRemoval: (key, value) => right.put(key, value),
    }).cache;
    const right: TtlCache<string, number> = makeCache<string, number>({
      maxEntries: 1,
      onProblem,
      onRemoval: (key, value) => left.put(key, value),
    }).cache;
    for (const key of ['a', 'b', 'c']) left.put(key, 1);
    expect(problems).toEqual([expect.any(RemovalLoopError)]);
    expect([left.size, right.size]).toEqual([1, 1]);
  });
});
