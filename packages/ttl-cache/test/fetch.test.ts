import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { inspect } from 'node:util';
import { describe, expect, jest, test } from '@jest/globals';
import {
  CacheOptionError,
  FetchAbortedError,
  LoadCycleError,
  type LoadContext,
  LoadTimeoutError,
} from '../src/index.js';
import { found, Gate, notFound, useCaches } from './support/caches.js';

const newCache = useCaches();
const down = new Error('down');
const fails = (): never => {
  throw down;
};

describe('one load for a key', () => {
  test('however many ask; its value is kept from the moment it came', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 100 });
    const gate = new Gate<number>();
    const all = Array.from({ length: 1000 }, () => cache.fetch('a', gate.loader));
    await clock.advance(50);
    gate.open(1);
    expect(new Set(await Promise.all(all))).toEqual(new Set([1]));
    expect([gate.calls, cache.ttl('a')]).toEqual([1, 100]);
    expect(cache.stats()).toMatchObject({ hits: 0, misses: 1000, coalesced: 999, loadSuccesses: 1, totalLoadMs: 50 });
    expect(await cache.fetch('a', fails)).toBe(1);
    expect(clock.allTimers).toBe(1); // of the sweep
  });

  test('its failure is everybody’s, is not run again for each, and is not kept', async () => {
    const { cache } = newCache();
    const gate = new Gate();
    const all = Promise.allSettled(Array.from({ length: 20 }, () => cache.fetch('a', gate.loader)));
    gate.fail(down);
    expect(new Set((await all).map((end): unknown => end.status === 'rejected' && end.reason))).toEqual(
      new Set([down]),
    );
    expect([gate.calls, cache.size]).toEqual([1, 0]);
    expect(await cache.fetch('a', () => 2)).toBe(2);
  });

  test('a loader that throws at once, or returns no promise, is like any other', async () => {
    const { cache } = newCache();
    await expect(cache.fetch('a', fails)).rejects.toBe(down);
    expect(await cache.fetch('b', () => undefined)).toBeUndefined();
    expect(cache.get('b')).toEqual(found(undefined));
  });

  test('is called with the key and its context, before fetch returns', async () => {
    const { cache } = newCache<number, string>();
    const loader = jest.fn(async (key: number, _context: unknown) => `#${key}`);
    const value = cache.fetch(7, loader);
    expect(loader).toHaveBeenCalledWith(7, expect.anything());
    expect(await value).toBe('#7');
  });

  test('runs in the async context of its caller; those who wait keep theirs', async () => {
    const tenant = new AsyncLocalStorage<string>();
    const { cache } = newCache<string, string | undefined>();
    const load = async (): Promise<string | undefined> => {
      await Promise.resolve();
      return tenant.getStore();
    };
    const ask = async (): Promise<unknown> => [await cache.fetch('a', load), tenant.getStore()];
    expect(await Promise.all([tenant.run('one', ask), tenant.run('two', ask)])).toEqual([
      ['one', 'one'],
      ['one', 'two'],
    ]);
  });
});

describe('what happens to the key while it is loaded wins', () => {
  test('a put: the put value stays, and those who wait get it', async () => {
    const { cache } = newCache<string, number>();
    const gate = new Gate<number>();
    const waiting = cache.fetch('a', gate.loader);
    cache.put('a', 2);
    expect(await cache.fetch('a', fails)).toBe(2);
    gate.open(1);
    expect([await waiting, cache.get('a')]).toEqual([2, found(2)]);
  });

  test.each([
    ['delete', (cache: { delete: (key: string) => unknown }) => cache.delete('a')],
    ['clear', (cache: { clear: () => unknown }) => cache.clear()],
    ['deleteTag', (cache: { deleteTag: (tag: string) => unknown }) => cache.deleteTag('x')],
  ] as const)(
    '%s: those who wait get what was loaded, it is not kept, and nobody joins them any more',
    async (_, remove) => {
      const { cache } = newCache<string, number>();
      const old = new Gate<number>();
      const fresh = new Gate<number>();
      const before = cache.fetch('a', old.loader, { tags: ['x'] });
      remove(cache);
      const after = cache.fetch('a', fresh.loader, { tags: ['x'] });
      old.open(1);
      expect([await before, cache.has('a')]).toEqual([1, false]);
      fresh.open(2);
      expect([await after, cache.get('a')]).toEqual([2, found(2)]);
    },
  );

  test('deleteTag of a tag that only the loader knows', async () => {
    const { cache } = newCache<string, number>();
    const gate = new Gate<number>();
    const tagged = (key: string, context: LoadContext<number>): Promise<number> => {
      context.setTags([`of ${key}`]);
      return gate.loader(key, context);
    };
    const [one, two] = [cache.fetch('a', tagged), cache.fetch('b', tagged)];
    cache.deleteTag('of a');
    gate.open(1);
    expect([await one, await two, cache.has('a'), cache.has('b')]).toEqual([1, 1, false, true]);
    expect(cache.deleteTag('of b')).toBe(1);
  });

  test('a load that fails after a put gives what was put', async () => {
    const { cache } = newCache<string, number>({ errorTtlMs: 1000 });
    const gate = new Gate<number>();
    const waiting = cache.fetch('a', gate.loader);
    cache.put('a', 2);
    gate.fail(down);
    expect(await waiting).toBe(2);
    cache.delete('a');
    expect(await cache.fetch('a', () => 3)).toBe(3); // and is not remembered
  });

  test('a delete of a refused value does not come back as a stale one', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 1000 });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(10);
    const waiting = cache.fetch('a', gate.loader);
    cache.delete('a');
    gate.fail(down);
    await expect(waiting).rejects.toBe(down);
  });
});

describe('those who wait leave one by one', () => {
  test('one’s abort is its own; when the last has gone the loader is told', async () => {
    const { cache } = newCache();
    const gate = new Gate();
    const [one, two] = [new AbortController(), new AbortController()];
    const first = cache.fetch('a', gate.loader, { signal: one.signal });
    const second = cache.fetch('a', gate.loader, { signal: two.signal });
    one.abort(new Error('bored'));
    await expect(first).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_FETCH_ABORTED', cause: new Error('bored') });
    expect(gate.signals[0]?.aborted).toBe(false);
    two.abort();
    await expect(second).rejects.toBeInstanceOf(FetchAbortedError);
    expect(gate.signals[0]?.aborted).toBe(true);
    const again = cache.fetch('a', gate.loader); // a load of its own
    gate.open(3);
    expect([await again, gate.calls]).toEqual([3, 2]);
    expect(cache.stats()).toMatchObject({ loadFailures: 1, loadSuccesses: 1 });
  });

  test.each(['a', undefined])(
    'those who share a signal have one listener on it, and none in the end: key %p',
    async (key) => {
      const { cache } = newCache<string, number>();
      const gate = new Gate<number>();
      const { signal } = new AbortController();
      const all = Array.from({ length: 1000 }, (_, index) =>
        cache.fetch(key ?? String(index), gate.loader, { signal }),
      );
      expect(getEventListeners(signal, 'abort')).toHaveLength(1);
      gate.open(1);
      expect(new Set(await Promise.all(all))).toEqual(new Set([1]));
      expect(getEventListeners(signal, 'abort')).toEqual([]);
    },
  );

  test('those who share a signal all leave when it fires', async () => {
    const { cache } = newCache<string, number>();
    const gate = new Gate<number>();
    const leaving = new AbortController();
    const all = Array.from({ length: 1000 }, (_, index) =>
      cache.fetch(String(index % 10), gate.loader, { signal: leaving.signal }),
    );
    const ends = Promise.allSettled(all);
    leaving.abort('bored');
    for (const end of await ends) expect(end).toMatchObject({ reason: { code: 'ERR_TTL_CACHE_FETCH_ABORTED' } });
    expect([gate.signals.every(({ aborted }) => aborted), getEventListeners(leaving.signal, 'abort')]).toEqual([
      true,
      [],
    ]);
  });

  test('who has no signal keeps the load going', async () => {
    const { cache } = newCache();
    const gate = new Gate();
    const leaving = new AbortController();
    const first = cache.fetch('a', gate.loader, { signal: leaving.signal });
    const second = cache.fetch('a', gate.loader);
    leaving.abort();
    await expect(first).rejects.toBeInstanceOf(FetchAbortedError);
    gate.open(1);
    expect([await second, gate.signals[0]?.aborted]).toEqual([1, false]);
  });

  test('what an abandoned loader still gives is dropped, also when it fails', async () => {
    const { cache, clock } = newCache();
    for (const end of ['open', 'fail'] as const) {
      const gate = new Gate();
      const leaving = new AbortController();
      const waiting = cache.fetch('a', gate.loader, { signal: leaving.signal });
      leaving.abort();
      await expect(waiting).rejects.toBeInstanceOf(FetchAbortedError);
      gate[end](down);
      await clock.advance(0);
      expect(cache.size).toBe(0);
    }
  });

  test.each([[{ addEventListener: 1 }], [{ addEventListener: () => {} }], [new EventTarget()]])(
    'what is no signal is refused, and leaves the key free: %p',
    async (signal) => {
      const { cache } = newCache();
      await expect(cache.fetch('a', () => 1, { signal: signal as never })).rejects.toBeInstanceOf(CacheOptionError);
      expect(await cache.fetch('a', () => 2)).toBe(2);
    },
  );

  test('a signal that takes no listener, or a clock that sets no timer, fails the fetch and leaves the key free', async () => {
    const refusing = new AbortController().signal;
    const broken = jest.spyOn(refusing, 'addEventListener').mockImplementation(fails);
    const { cache, clock } = newCache<string, number>();
    await expect(cache.fetch('a', () => 1, { signal: refusing })).rejects.toBe(down);
    expect(broken).toHaveBeenCalledTimes(1);
    expect(await cache.fetch('a', () => 2)).toBe(2);
    const timer = jest.spyOn(clock, 'setTimer').mockImplementation(fails);
    const stale = newCache<string, number>({ ttlMs: 5, staleForMs: 100, softTimeoutMs: 5 });
    stale.cache.put('c', 1);
    await stale.clock.advance(5);
    const staleTimer = jest.spyOn(stale.clock, 'setTimer').mockImplementation(fails);
    await expect(cache.fetch('b', () => 1)).rejects.toBe(down);
    await expect(stale.cache.fetch('c', () => 1)).rejects.toBe(down);
    timer.mockRestore();
    staleTimer.mockRestore();
    expect([await cache.fetch('b', () => 2), await stale.cache.fetch('c', () => 2)]).toEqual([2, 2]);
  });

  test('a signal that has fired is no question', async () => {
    const { cache } = newCache();
    const loader = jest.fn(() => 1);
    await expect(cache.fetch('a', loader, { signal: AbortSignal.abort() })).rejects.toBeInstanceOf(FetchAbortedError);
    expect(loader).not.toHaveBeenCalled();
  });

  test('no listener stays on a signal that outlives the fetch', async () => {
    const { cache } = newCache();
    const { signal } = new AbortController();
    const [add, remove] = [jest.spyOn(signal, 'addEventListener'), jest.spyOn(signal, 'removeEventListener')];
    await cache.fetch('a', () => 1, { signal });
    expect([add.mock.calls.length, remove.mock.calls.length]).toEqual([1, 1]);
    expect(remove.mock.calls[0]?.[1]).toBe(add.mock.calls[0]?.[1]);
  });
});

describe('time limits', () => {
  test('a loader that never settles is given up after loadTimeoutMs; the key is free at once', async () => {
    const { cache, clock } = newCache({ loadTimeoutMs: 100 });
    const gate = new Gate();
    const waiting = cache.fetch('a', gate.loader);
    const end = waiting.catch((error: unknown) => error);
    await clock.advance(100);
    expect(await end).toBeInstanceOf(LoadTimeoutError);
    expect(gate.signals[0]?.reason).toBeInstanceOf(LoadTimeoutError);
    gate.open('late');
    await clock.advance(0);
    expect(cache.size).toBe(0);
    expect(await cache.fetch('a', () => 'fresh')).toBe('fresh');
  });

  test('also of a key that cannot be turned into text', async () => {
    const { cache, clock } = newCache<object>();
    const key = {
      [inspect.custom]: (): never => {
        throw new Error('no text');
      },
    };
    const end = cache.fetch(key, () => new Promise(() => {}), { loadTimeoutMs: 10 }).catch((error: unknown) => error);
    await clock.advance(10);
    expect(await end).toBeInstanceOf(LoadTimeoutError);
  });

  test('the default is 30 s; a fetch may say otherwise', async () => {
    const { cache, clock } = newCache();
    const ends: string[] = [];
    const never = (): Promise<never> => new Promise(() => {});
    cache.fetch('a', never).catch(() => ends.push('a'));
    cache.fetch('b', never, { loadTimeoutMs: 10 }).catch(() => ends.push('b'));
    cache.fetch('c', never, { loadTimeoutMs: Infinity }).catch(() => ends.push('c'));
    await clock.advance(29_999);
    expect(ends).toEqual(['b']);
    await clock.advance(1);
    expect(ends).toEqual(['b', 'a']);
  });

  test('close ends all that wait, and tells the loaders', async () => {
    const { cache } = newCache();
    const gate = new Gate();
    const { signal } = new AbortController();
    const all = Promise.allSettled([
      cache.fetch('a', gate.loader),
      cache.fetch('a', gate.loader, { signal }),
      cache.fetch('b', gate.loader),
    ]);
    cache.close();
    for (const end of await all) expect(end).toMatchObject({ reason: { code: 'ERR_TTL_CACHE_CLOSED' } });
    expect(gate.signals.map(({ aborted }) => aborted)).toEqual([true, true]);
  });
});

describe('errorTtlMs', () => {
  test('a failure is given again without a load, and then forgotten', async () => {
    const { cache, clock } = newCache({ errorTtlMs: 100 });
    const loader = jest.fn(fails);
    await expect(cache.fetch('a', loader)).rejects.toBe(down);
    await clock.advance(99);
    await expect(cache.fetch('a', loader)).rejects.toBe(down);
    expect([loader.mock.calls.length, cache.get('a'), cache.size]).toEqual([1, notFound, 0]);
    await clock.advance(1);
    await expect(cache.fetch('a', loader)).rejects.toBe(down);
    expect(loader).toHaveBeenCalledTimes(2);
    await clock.advance(60_000);
    expect(clock.allTimers).toBe(0); // swept
  });

  test.each([
    ['put', (cache: { put: (key: string, value: unknown) => unknown }) => cache.put('a', 1)],
    ['delete', (cache: { delete: (key: string) => unknown }) => cache.delete('a')],
    ['clear', (cache: { clear: () => unknown }) => cache.clear()],
  ] as const)('%s forgets it', async (_, change) => {
    const { cache } = newCache({ errorTtlMs: 100 });
    await expect(cache.fetch('a', fails)).rejects.toBe(down);
    change(cache);
    expect(await cache.fetch('a', () => 1)).toBe(1);
  });

  test('the oldest failures go when there are more than maxEntries', async () => {
    const { cache } = newCache({ errorTtlMs: 100, maxEntries: 2 });
    for (const key of ['a', 'b', 'c']) await expect(cache.fetch(key, fails)).rejects.toBe(down);
    expect(await cache.fetch('a', () => 1)).toBe(1);
    await expect(cache.fetch('c', () => 1)).rejects.toBe(down);
  });
});

describe('staleForMs', () => {
  test('when a load fails, fetch gives what has expired, and get never does', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 100 });
    cache.put('a', 1);
    await clock.advance(10);
    expect([cache.get('a'), cache.peek('a'), cache.has('a'), cache.ttl('a'), [...cache]]).toEqual([
      notFound,
      notFound,
      false,
      undefined,
      [],
    ]);
    const both = Promise.all([cache.fetch('a', fails), cache.fetch('a', fails)]);
    expect(await both).toEqual([1, 1]);
    expect(cache.stats()).toMatchObject({ staleHits: 2, misses: 3 });
    await clock.advance(100);
    await expect(cache.fetch('a', fails)).rejects.toBe(down);
  });

  test('a hard end beats a load that is under way', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 20 });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(15);
    const waiting = cache.fetch('a', gate.loader);
    await clock.advance(15);
    gate.fail(down);
    await expect(waiting).rejects.toBe(down);
  });

  test('with errorTtlMs the stale value is given without trying again', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 100, errorTtlMs: 50 });
    const loader = jest.fn(fails);
    cache.put('a', 1);
    await clock.advance(10);
    for (let i = 0; i < 3; i++) expect(await cache.fetch('a', loader)).toBe(1);
    expect(loader).toHaveBeenCalledTimes(1);
  });

  test('after softTimeoutMs the stale value is given, and the load goes on', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 100, softTimeoutMs: 20 });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(10);
    const slow = cache.fetch('a', gate.loader);
    await clock.advance(5);
    const later = cache.fetch('a', gate.loader);
    await clock.advance(15);
    expect(await slow).toBe(1);
    gate.open(2);
    expect([await later, cache.get('a'), gate.calls]).toEqual([2, found(2), 1]);
    expect(cache.stats()).toMatchObject({ staleHits: 1 });
  });

  test('a soft timeout with nothing stale left waits on', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 15, softTimeoutMs: 20 });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(10);
    const slow = cache.fetch('a', gate.loader);
    await clock.advance(20);
    gate.open(2);
    expect(await slow).toBe(2);
  });

  test('softTimeoutMs 0 gives the stale value at once, and loads behind', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 100, softTimeoutMs: 0 });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(10);
    expect([await cache.fetch('a', gate.loader), await cache.fetch('a', gate.loader)]).toEqual([1, 1]);
    gate.open(2);
    await clock.advance(0);
    expect([cache.get('a'), gate.calls]).toEqual([found(2), 1]);
  });
});

describe('refreshAfterMs', () => {
  test('an older value is given at once and loaded anew behind it, once, on access only', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 100, refreshAfterMs: 50 });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(49);
    await cache.fetch('a', gate.loader);
    expect(gate.calls).toBe(0);
    await clock.advance(1);
    expect([await cache.fetch('a', gate.loader), await cache.fetch('a', gate.loader), gate.calls]).toEqual([1, 1, 1]);
    gate.open(2);
    await clock.advance(0);
    expect([cache.get('a'), cache.ttl('a')]).toEqual([found(2), 100]);
  });

  test('that fails leaves the value, is reported, and waits for errorTtlMs', async () => {
    const problems: unknown[] = [];
    const { cache, clock } = newCache<string, number>({
      ttlMs: 100,
      refreshAfterMs: 50,
      errorTtlMs: 10,
      onProblem: (error, problem) => problems.push([error, problem]),
    });
    const loader = jest.fn(fails);
    cache.put('a', 1);
    await clock.advance(50);
    for (let i = 0; i < 3; i++) {
      expect(await cache.fetch('a', loader)).toBe(1);
      await clock.advance(0);
    }
    expect([loader.mock.calls.length, cache.get('a')]).toEqual([1, found(1)]);
    expect(problems).toEqual([[down, { during: 'refresh', key: 'a' }]]);
    await clock.advance(10);
    expect(await cache.fetch('a', () => 2)).toBe(1);
    await clock.advance(0);
    expect(cache.get('a')).toEqual(found(2));
  });

  test('that hangs is given up, and the value stays to its end', async () => {
    const { cache, clock } = newCache<string, number>({
      ttlMs: 100,
      refreshAfterMs: 10,
      loadTimeoutMs: 20,
      onProblem: () => {},
    });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(10);
    expect(await cache.fetch('a', gate.loader)).toBe(1);
    await clock.advance(20);
    expect([gate.signals[0]?.aborted, cache.get('a')]).toEqual([true, found(1)]);
  });

  test('who finds the value expired joins the load', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 100, refreshAfterMs: 50 });
    const gate = new Gate<number>();
    cache.put('a', 1);
    await clock.advance(99);
    await cache.fetch('a', gate.loader);
    await clock.advance(1);
    const waiting = cache.fetch('a', gate.loader, { signal: new AbortController().signal });
    gate.open(2);
    expect([await waiting, gate.calls]).toEqual([2, 1]);
  });
});

describe('the loader’s context', () => {
  test('skip: those who wait get the result, it is not kept; also when taken apart', async () => {
    const { cache } = newCache<string, number>();
    const value = await cache.fetch('a', (_key, { skip }) => {
      skip();
      return 1;
    });
    expect([value, cache.size]).toEqual([1, 0]);
  });

  test('setTtl and setTags win over the options', async () => {
    const { cache } = newCache<string, number>();
    await cache.fetch(
      'a',
      (_key, { setTtl, setTags }) => {
        setTtl(5);
        setTags(['own']);
        return 1;
      },
      { ttlMs: 10, tags: ['given'] },
    );
    await cache.fetch('b', () => 1, { ttlMs: 10, tags: ['given'] });
    expect([cache.ttl('a'), cache.ttl('b'), cache.deleteTag('given'), cache.deleteTag('own')]).toEqual([5, 10, 1, 1]);
  });

  test('a wrong ttl or tag fails the load', async () => {
    const { cache } = newCache<string, number>();
    const bad = cache.fetch('a', (_key, context) => {
      context.setTtl(0);
      return 1;
    });
    await expect(bad).rejects.toBeInstanceOf(CacheOptionError);
  });

  test('stale: what is there, though over or old', async () => {
    const { cache, clock } = newCache<string, number>({ ttlMs: 10, staleForMs: 100, refreshAfterMs: 5 });
    const seen: unknown[] = [];
    const loader = (_key: string, context: LoadContext<number>): number => {
      seen.push(context.stale);
      return seen.length;
    };
    await cache.fetch('a', loader);
    await clock.advance(5);
    await cache.fetch('a', loader);
    await clock.advance(20);
    await cache.fetch('a', loader);
    expect(seen).toEqual([notFound, found(1), found(2)]);
  });

  test('a value that is too heavy is given and not kept', async () => {
    const { cache } = newCache<string, number>({ maxWeight: 10, weigh: (value) => value });
    expect([await cache.fetch('a', () => 11), cache.size]).toEqual([11, 0]);
  });
});

const heavy = new Error('heavy');
const noCopy = (): number => 1;

describe.each([
  [
    'weighed',
    {
      maxWeight: 10,
      weigh: (value: unknown) =>
        value === noCopy
          ? ((): never => {
              throw heavy;
            })()
          : 1,
    },
    { step: 'weigh', cause: heavy },
  ],
  ['copied', { values: 'cloned' }, { step: 'copy', cause: expect.any(DOMException) }],
] as const)('what cannot be %s is no better than what could not be loaded', (_, options, facts) => {
  const refused = { code: 'ERR_TTL_CACHE_VALUE', key: 'a', ...facts };

  test('the load fails with an error that names the key, is counted as failed, and leaves nothing', async () => {
    const { cache } = newCache({ ...options, onProblem: () => {} });
    const both = await Promise.allSettled([cache.fetch('a', () => noCopy), cache.fetch('a', () => noCopy)]);
    expect(both).toEqual([{ status: 'rejected', reason: expect.objectContaining(refused) }, both[0]]);
    expect(cache.stats()).toMatchObject({ loadSuccesses: 0, loadFailures: 1, entries: 0, weight: 0 });
    expect(await cache.fetch('a', () => 2)).toBe(2);
  });

  test('a stale value is given instead', async () => {
    const { cache, clock } = newCache({ ...options, ttlMs: 10, staleForMs: 100 });
    cache.put('a', 1);
    await clock.advance(10);
    expect(await cache.fetch('a', () => noCopy)).toBe(1);
    expect(cache.stats()).toMatchObject({ staleHits: 1, loadFailures: 1 });
  });

  test('errorTtlMs remembers it', async () => {
    const { cache, clock } = newCache({ ...options, errorTtlMs: 100 });
    await expect(cache.fetch('a', () => noCopy)).rejects.toMatchObject(refused);
    await expect(cache.fetch('a', () => 2)).rejects.toMatchObject(refused);
    await clock.advance(100);
    expect(await cache.fetch('a', () => 2)).toBe(2);
  });

  test('a refresh behind leaves the value, and is reported', async () => {
    const problems: unknown[] = [];
    const onProblem = (error: unknown): unknown => problems.push(error);
    const { cache, clock } = newCache({ ...options, refreshAfterMs: 5, onProblem });
    cache.put('a', 1);
    await clock.advance(5);
    expect(await cache.fetch('a', () => noCopy)).toBe(1);
    await clock.advance(0);
    expect([cache.get('a'), problems]).toEqual([found(1), [expect.objectContaining(refused)]]);
  });
});

test('what is skipped is not weighed, but copied for each who gets it', async () => {
  const weighing = newCache<string, number>({ maxWeight: 10, weigh: fails });
  expect(await weighing.cache.fetch('a', (_key, { skip }) => (skip(), 1))).toBe(1);
  const { cache } = newCache({ values: 'cloned' });
  const skipped = cache.fetch('a', (_key, { skip }) => (skip(), noCopy));
  await expect(skipped).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_VALUE' });
});

describe('a loader that waits for itself gets an error', () => {
  test('directly, before and after an await', async () => {
    const { cache } = newCache<string, number>();
    await expect(cache.fetch('a', () => cache.fetch('a', () => 1))).rejects.toMatchObject({ path: ['a', 'a'] });
    const later = async (): Promise<number> => {
      await Promise.resolve();
      return cache.fetch('a', () => 1);
    };
    await expect(cache.fetch('a', later)).rejects.toBeInstanceOf(LoadCycleError);
  });

  test('through another key', async () => {
    const { cache } = newCache<string, number>();
    const cycle = cache.fetch('a', () => cache.fetch('b', () => cache.fetch('a', () => 1)));
    await expect(cycle).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_LOAD_CYCLE', path: ['a', 'b', 'a'] });
  });

  test('through a load that another has begun', async () => {
    const { cache } = newCache<string, number>();
    const crossing = (other: string) => async (): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      return cache.fetch(other, () => 1);
    };
    const ends = await Promise.allSettled([cache.fetch('a', crossing('b')), cache.fetch('b', crossing('a'))]);
    expect(ends.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });

  test('through a load that it asked for twice, when one of the two was aborted', async () => {
    const { cache } = newCache<string, number>();
    const first = cache.fetch('a', async () => {
      const controller = new AbortController();
      const loader = async (): Promise<number> => {
        await new Promise((resolve) => setImmediate(resolve));
        return cache.fetch('a', () => 1);
      };
      const leaving = cache.fetch('b', loader, { signal: controller.signal }).catch(() => 0);
      const staying = cache.fetch('b', loader);
      controller.abort();
      await leaving;
      return staying;
    });
    await expect(first).rejects.toBeInstanceOf(LoadCycleError);
  });

  test('through a key that was deleted meanwhile, instead of beginning again and again', async () => {
    const { cache } = newCache<string, number>();
    let calls = 0;
    const again = (key: string): Promise<number> => {
      calls++;
      cache.delete(key);
      return cache.fetch(key, again);
    };
    await expect(cache.fetch('a', again)).rejects.toMatchObject({ path: ['a', 'a'] });
    const later = async (key: string): Promise<number> => {
      await Promise.resolve();
      return again(key);
    };
    await expect(cache.fetch('b', later)).rejects.toMatchObject({ path: ['b', 'b'] });
    expect(calls).toBe(2);
  });

  test.each([
    ['at once', 2, (work: () => Promise<number>) => work()],
    ['later', 4, async (work: () => Promise<number>) => (await Promise.resolve(), await work())],
  ])('the same through another key, %s', async (_, most, when) => {
    const { cache } = newCache<string, number>();
    let calls = 0;
    const other = { a: 'b', b: 'a' } as const;
    const again = (key: 'a' | 'b'): Promise<number> => {
      calls++;
      return when(() => {
        cache.delete(key);
        return cache.fetch(other[key], () => again(other[key]));
      });
    };
    await expect(cache.fetch('a', () => again('a'))).rejects.toBeInstanceOf(LoadCycleError);
    expect(calls).toBeLessThanOrEqual(most);
  });

  test('but not a loader whose key was deleted, in whose context a load that it does not wait for fetches the key', async () => {
    const { cache } = newCache<string, number>();
    const gate = new Gate<number>();
    let other: Promise<number> | undefined;
    const first = cache.fetch('a', (key, context) => {
      other = cache.fetch('b', async () => {
        await new Promise((resolve) => setImmediate(resolve));
        cache.delete('a');
        return cache.fetch('a', () => 2);
      });
      return gate.loader(key, context);
    });
    for (let turns = 0; turns < 3; turns++) await new Promise((resolve) => setImmediate(resolve));
    gate.open(1);
    expect([await first, await other]).toEqual([2, 2]); // what is there now wins
  });

  test('through another cache, with the names of both', async () => {
    const { cache: users } = newCache<string, number>({ label: 'users' });
    const { cache: teams } = newCache<string, number>({ label: 'teams' });
    const user = async (): Promise<number> => teams.fetch('t', team);
    const team = async (): Promise<number> => users.fetch('u', user);
    await expect(users.fetch('u', user)).rejects.toMatchObject({ path: ['u (users)', 't (teams)', 'u (users)'] });
    expect(await users.fetch('x', () => teams.fetch('x', () => 1))).toBe(1); // the same key of another cache
  });

  test('through any way of waiting', async () => {
    const { cache } = newCache<string, number>();
    const ways: ((promise: Promise<number>) => unknown)[] = [
      (promise) => promise,
      async (promise) => (await promise) + 1,
      (promise) => promise.then((value) => value),
      (promise) => promise.catch((error: unknown) => Promise.reject(error)),
      (promise) => promise.finally(() => {}),
      (promise) => Promise.all([promise, Promise.resolve(1)]),
      (promise) => Promise.race([promise, new Promise(() => {})]),
    ];
    for (const wait of ways) {
      const cycle = cache.fetch('a', () => wait(cache.fetch('b', () => cache.fetch('a', fails))) as Promise<number>);
      await expect(cycle).rejects.toBeInstanceOf(LoadCycleError);
    }
  });

  test.each([
    ['not at all', () => {}],
    ['but for its failure', (promise: Promise<number>) => void promise.catch(() => {})],
  ])('but not one that begins a load of another key and waits for it %s', async (_, use) => {
    const { cache } = newCache<string, number>();
    const gate = new Gate<number>();
    let other: Promise<number> | undefined;
    const first = cache.fetch('a', (key, context) => {
      other = cache.fetch('b', async () => (await cache.fetch('a', fails)) + 1);
      use(other);
      return gate.loader(key, context);
    });
    gate.open(1);
    expect([await first, await other]).toEqual([1, 2]);
  });

  test('but two loaders may wait for a third, and one for several', async () => {
    const { cache } = newCache<string, number>();
    const third = async (): Promise<number> => {
      await new Promise((resolve) => setImmediate(resolve));
      return 3;
    };
    const both = (): Promise<number> => cache.fetch('c', third);
    expect(await Promise.all([cache.fetch('a', both), cache.fetch('b', both)])).toEqual([3, 3]);
    const sum = async (): Promise<number> => (await cache.fetch('d', third)) + (await cache.fetch('e', third));
    expect(await cache.fetch('f', sum)).toBe(6);
  });

  test('and one whose own load is over may fetch its key', async () => {
    const { cache, clock } = newCache<string, number>({ loadTimeoutMs: 10 });
    let late: Promise<number> | undefined;
    const gate = new Gate<number>();
    const first = cache.fetch('a', async (key, context) => {
      await gate.loader(key, context);
      late = cache.fetch('a', () => 2);
      return 1;
    });
    const end = first.catch((error: unknown) => error);
    await clock.advance(10);
    expect(await end).toBeInstanceOf(LoadTimeoutError);
    gate.open(1);
    await clock.advance(0);
    expect(await late).toBe(2);
  });
});

describe('bad input is refused', () => {
  test.each<[object]>([
    [{ ttlMs: 0 }],
    [{ staleForMs: -1 }],
    [{ refreshAfterMs: Number.NaN }],
    [{ softTimeoutMs: -1 }],
    [{ loadTimeoutMs: 0 }],
    [{ errorTtlMs: -1 }],
    [{ tags: 'x' }],
    [{ signal: {} }],
  ])('%p', async (options) => {
    const { cache } = newCache();
    await expect(cache.fetch('a', () => 1, options)).rejects.toBeInstanceOf(CacheOptionError);
    expect(cache.stats()).toMatchObject({ misses: 0 });
  });

  test('a loader that is no function', async () => {
    await expect(newCache().cache.fetch('a', 'x' as never)).rejects.toThrow('`loader`');
  });
});
