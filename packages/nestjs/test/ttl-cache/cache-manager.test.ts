import { afterEach, describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { ManualClock } from '@rookery/genserver/testing';
import { TtlCache } from '@rookery/ttl-cache';
import { type Cache as CacheManager, createCache } from 'cache-manager';
import { Keyv } from 'keyv';
import { getCacheToken, toCacheManager, toKeyvStore, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { gate, useCacheApps } from './support/apps.js';

const boot = useCacheApps();
const open: TtlCache[] = [];

afterEach(() => {
  for (const cache of open.splice(0)) cache.close();
});

function ttlCache(options: ConstructorParameters<typeof TtlCache>[0] = {}): TtlCache {
  const cache = new TtlCache({ onProblem: () => undefined, ...options });
  open.push(cache);
  return cache;
}

/** A Keyv as `CacheModule` of Nest makes it for what is given as `stores`. */
const keyvOf = (cache: TtlCache, options: object = {}) => new Keyv({ store: toKeyvStore(cache), ...options });

/** The real one, on its own store and on ours; and ours in its shape. */
const MANAGERS: [string, () => CacheManager][] = [
  ['cache-manager', () => createCache()],
  ['cache-manager on our Keyv store', () => createCache({ stores: [keyvOf(ttlCache())] })],
  ['ours', () => toCacheManager(ttlCache())],
];

describe.each(MANAGERS)('%s', (_, make) => {
  test('gives the same answers', async () => {
    const cache = make();
    const answers: unknown[] = [];
    const ask = async (answer: Promise<unknown>) => answers.push(await answer);
    await ask(cache.get('a'));
    await ask(cache.set('a', { b: 1 }));
    await ask(cache.get('a'));
    await ask(cache.set('none', null));
    await ask(cache.get('none'));
    await ask(
      cache.mset([
        { key: 'b', value: 2 },
        { key: 'c', value: 3, ttl: 60_000 },
      ]),
    );
    await ask(cache.mget(['b', 'x', 'c']));
    await ask(cache.del('b'));
    await ask(cache.del('never there'));
    await ask(cache.mdel(['c', 'never there']));
    await ask(cache.mget(['a', 'b', 'c']));
    await ask(cache.wrap('w', async () => 7, 60_000));
    await ask(cache.wrap('w', async () => 8));
    await ask(cache.wrap('w', async () => 8, { raw: true }).then((raw) => [raw?.value, typeof raw?.expires]));
    await ask(cache.ttl('x'));
    await ask(cache.clear());
    await ask(cache.get('a'));
    await ask(cache.disconnect());
    const [list] = answers.splice(5, 1) as [{ key: string }[]];
    expect(list.map(({ key }) => key)).toEqual(['b', 'c']);
    expect(answers).toEqual([
      undefined, { b: 1 }, { b: 1 }, null, null, [2, undefined, 3], true, true, true, [{ b: 1 }, undefined, undefined],
      7, 7, [7, 'number'], undefined, true, undefined, undefined,
    ]); // prettier-ignore
  });

  test('set with a ttl of 0 is for ever, wrap too; with another it says when', async () => {
    const cache = make();
    await cache.set('timed', 1, 60_000);
    const expires = (await cache.ttl('timed')) ?? 0;
    expect(expires - Date.now()).toBeGreaterThan(50_000);
    expect(expires - Date.now()).toBeLessThanOrEqual(60_000);
    await cache.set('ever', 1, 0);
    await cache.wrap('wrapped', () => 1, 0);
    const never = await Promise.all([cache.ttl('ever'), cache.get('ever'), cache.get('wrapped')]);
    expect(never).toEqual([undefined, 1, 1]);
  });

  test('wrap loads once for all who wait, and shares a failure', async () => {
    const cache = make();
    const { opened, open: release } = gate();
    let runs = 0;
    const load = () => opened.then(() => ++runs);
    const loads = Promise.all(Array.from({ length: 5 }, () => cache.wrap('a', load, 60_000)));
    const fail = () => opened.then(() => Promise.reject(new Error(`down ${++runs}`)));
    const failures = Promise.allSettled(Array.from({ length: 5 }, () => cache.wrap('b', fail, 60_000)));
    release();
    expect(new Set(await loads).size).toBe(1);
    expect(new Set((await failures).map((result) => String((result as PromiseRejectedResult).reason))).size).toBe(1);
    expect(runs).toBe(2);
  });

  test('wrap loads behind when little life is left, and tells how it went', async () => {
    const cache = make();
    await cache.wrap('a', () => 1, 10_000, 20_000);
    const heard: unknown[] = [];
    const events = [gate(), gate()];
    cache.on('refresh', (event) => {
      heard.push(event);
      events[heard.length - 1]?.open();
    });
    const error = new Error('down');
    expect(await cache.wrap('a', () => Promise.reject(error), 10_000, 20_000)).toBe(1);
    await events[0]?.opened;
    expect(await cache.wrap('a', async () => 2, 10_000, 20_000)).toBe(1);
    await events[1]?.opened;
    expect(await cache.get('a')).toBe(2);
    expect(heard).toEqual([
      { key: 'a', value: 1, error },
      { key: 'a', value: 2 },
    ]);
  });

  test('tells its listeners the same, until they leave', async () => {
    const cache = make();
    const heard: unknown[] = [];
    const names = ['get', 'mget', 'ttl', 'set', 'mset', 'del', 'mdel', 'clear'] as const;
    const listeners = names.map((name) => {
      const listener = (event?: { store?: string }) => {
        const { store: _store, ...rest } = event ?? {};
        heard.push([name, rest]);
      };
      cache.on(name as 'get', listener as never);
      return [name, listener] as const;
    });
    await cache.set('a', 1, 0);
    await cache.get('a');
    await cache.get('missing');
    await cache.mget(['a', 'x']);
    await cache.mset([{ key: 'b', value: 2, ttl: 60_000 }]);
    await cache.del('b');
    await cache.mdel(['a', 'x']);
    await cache.clear();
    // The real one tells of one `set` twice: once for its store, once for all of them.
    const told = heard.filter((event, i) => JSON.stringify(event) !== JSON.stringify(heard[i - 1]));
    expect(told).toEqual([
      ['set', { key: 'a', value: 1 }],
      ['get', { key: 'a', value: 1 }],
      ['mget', { keys: ['a', 'x'], values: [1, undefined] }],
      ['mset', { list: [{ key: 'b', value: 2, ttl: 60_000 }] }],
      ['del', { key: 'b' }],
      ['mdel', { keys: ['a', 'x'] }],
      ['clear', {}],
    ]);
    for (const [name, listener] of listeners) cache.off(name as 'get', listener as never);
    await cache.set('a', 1);
    await cache.get('a');
    expect(heard.length - told.length).toBeLessThanOrEqual(1);
  });
});

describe('lives', () => {
  test('none is the cache’s; a ttl of a function that gives none, too', async () => {
    const cache = ttlCache({ ttlMs: 7, clock: new ManualClock() });
    const manager: CacheManager = toCacheManager(cache);
    await manager.set('set', 1);
    await manager.set('undefined', 1, undefined);
    await manager.wrap('wrap', () => 1);
    await manager.wrap(
      'function',
      () => 1,
      () => undefined as never,
    );
    expect(['set', 'undefined', 'wrap', 'function'].map((key) => cache.ttl(key))).toEqual([7, 7, 7, 7]);
  });

  test('a Keyv gives its store none for none and for 0 alike: for ever is a matter of the cache', async () => {
    const [short, ever] = [ttlCache({ ttlMs: 7, clock: new ManualClock() }), ttlCache({ ttlMs: Infinity })];
    for (const cache of [short, ever]) {
      const manager = createCache({ stores: [keyvOf(cache, { namespace: undefined })] });
      await manager.set('none', 1);
      await manager.set('zero', 1, 0);
    }
    expect(['none', 'zero'].map((key) => short.ttl(key))).toEqual([7, 7]);
    expect(['none', 'zero'].map((key) => ever.ttl(key))).toEqual([Infinity, Infinity]);
  });

  test('the default of a Keyv, or of cache-manager, goes before that of the cache', async () => {
    const cache = ttlCache({ clock: new ManualClock() });
    await keyvOf(cache, { namespace: 'a', ttl: 11 }).set('key', 1);
    await createCache({ stores: [keyvOf(cache, { namespace: 'b' })], ttl: 12 }).set('key', 1);
    expect(['a:key', 'b:key'].map((key) => cache.ttl(key))).toEqual([11, 12]);
  });

  test.each([-1, NaN])('a ttl of %p is refused', async (ttl) => {
    const manager = toCacheManager(ttlCache());
    await expect(manager.set('a', 1, ttl)).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_INVALID_OPTION' });
    await expect(manager.wrap('a', () => 1, ttl)).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_INVALID_OPTION' });
  });

  test('what has expired is gone from both', async () => {
    const clock = new ManualClock();
    const cache = ttlCache({ clock });
    const manager = createCache({ stores: [keyvOf(cache)] });
    await manager.set('a', 1, 60_000);
    await clock.advance(60_000);
    expect(await manager.get('a')).toBeUndefined();
    expect(await manager.ttl('a')).toBeUndefined();
    expect(cache.size).toBe(0);
  });
});

test('a Keyv shares its cache with others, whatever their keys are', async () => {
  const cache = ttlCache();
  const keyv = keyvOf(cache, { namespace: 'ours' });
  for (const key of [1, Symbol('key'), 'theirs:a']) cache.put(key, 'theirs');
  await keyv.set('a', 1);
  const seen: unknown[] = [];
  for await (const entry of keyv.iterator?.(undefined) ?? []) seen.push(entry);
  expect(seen).toEqual([['a', 1]]);
  expect(await keyv.delete(['a', 'x'])).toBe(false);
  expect(await keyv.setMany([{ key: 'b', value: 2 }])).toEqual([true]);
  expect(await keyv.has(['b', 'x'])).toEqual([true, false]);
  await keyv.clear();
  await keyv.disconnect();
  expect(cache.size).toBe(3);
});

test('the switch from CACHE_MANAGER: what injects it, or the class Cache, does not change', async () => {
  /** As `@nestjs/cache-manager` has them. */
  const CACHE_MANAGER = 'CACHE_MANAGER';
  abstract class CacheClass {}

  @Injectable()
  class Shop {
    constructor(
      @Inject(CACHE_MANAGER) readonly cache: CacheManager,
      @Inject(CacheClass) readonly same: CacheManager,
    ) {}
  }
  const providers = [
    { provide: CACHE_MANAGER, useFactory: toCacheManager, inject: [getCacheToken()] },
    { provide: CacheClass, useExisting: CACHE_MANAGER },
  ];
  @Module({ providers, exports: providers.map(({ provide }) => provide) })
  class CachesModule {}
  const { app } = await boot({ imports: [TtlCacheModule.forRoot(), CachesModule], providers: [Shop] });
  const { cache, same } = app.get(Shop);
  await cache.set('tea', 3);
  expect(await same.wrap('tea', () => 4)).toBe(3);
  expect(same).toBe(cache);
});
