import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable } from '@nestjs/common';
import { ManualClock } from '@rookery/genserver/testing';
import { TtlCache } from '@rookery/ttl-cache';
import type { Cache as CacheManager } from 'cache-manager';
import { Keyv } from 'keyv';
import { getCacheToken, toCacheManager, toKeyvStore, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { gate, useCacheApps } from './support/apps.js';

const boot = useCacheApps();

/** As `@nestjs/cache-manager` exports it. */
const CACHE_MANAGER = 'CACHE_MANAGER';

function manager() {
  const clock = new ManualClock();
  const cache = new TtlCache({ clock });
  const adapter: CacheManager = toCacheManager(cache); // what its users have typed
  return { clock, cache, adapter };
}

describe('in the shape of cache-manager', () => {
  test('is injected as CACHE_MANAGER by one line', async () => {
    @Injectable()
    class Shop {
      constructor(@Inject(CACHE_MANAGER) readonly cache: CacheManager) {}
    }
    const provider = { provide: CACHE_MANAGER, useFactory: toCacheManager, inject: [getCacheToken()] };
    const { app } = await boot({ imports: [TtlCacheModule.forRoot()], providers: [Shop, provider] });
    await app.get(Shop).cache.set('tea', 3);
    expect(await app.get(Shop).cache.get('tea')).toBe(3);
  });

  test('set, get and del, one and many', async () => {
    const { adapter } = manager();
    expect(await adapter.set('a', 1)).toBe(1);
    await adapter.mset([
      { key: 'b', value: 2 },
      { key: 'c', value: 3, ttl: 5 },
    ]);
    expect(await adapter.mget(['a', 'b', 'x'])).toEqual([1, 2, undefined]);
    expect(await adapter.del('a')).toBe(true);
    expect(await adapter.mdel(['b'])).toBe(true);
    expect(await adapter.mget(['a', 'b', 'c'])).toEqual([undefined, undefined, 3]);
    expect(await adapter.clear()).toBe(true);
    expect(await adapter.get('c')).toBeUndefined();
  });

  test('lives are milliseconds, 0 is for ever, none is the cache’s', async () => {
    const { clock, cache, adapter } = manager();
    await adapter.set('short', 1, 10);
    await adapter.set('default', 1);
    await adapter.set('ever', 1, 0);
    expect(['short', 'default', 'ever'].map((key) => cache.ttl(key))).toEqual([10, 60_000, Infinity]);
    expect(await adapter.ttl('ever')).toBeUndefined();
    expect(await adapter.ttl('default')).toBeGreaterThan(Date.now() + 50_000);
    await clock.advance(10);
    expect(await adapter.get('short')).toBeUndefined();
  });

  test('wrap loads once for all, keeps null, and not what failed', async () => {
    const { adapter } = manager();
    const { opened, open } = gate();
    let runs = 0;
    const load = () => opened.then(() => (runs++, null));
    const all = Promise.all([adapter.wrap('a', load), adapter.wrap('a', load)]);
    open();
    expect(await all).toEqual([null, null]);
    expect(await adapter.wrap('a', load)).toBeNull();
    expect(runs).toBe(1);
    await expect(adapter.wrap('b', () => Promise.reject(new Error('down')))).rejects.toThrow('down');
    expect(await adapter.wrap('b', () => 'up')).toBe('up');
  });

  test('wrap takes its ttl as a number, from the value, and in options', async () => {
    const { cache, adapter } = manager();
    await adapter.wrap('number', () => 7, 10);
    await adapter.wrap(
      'value',
      () => 7,
      (value) => value * 2,
    );
    await adapter.wrap('options', () => 7, { ttl: 20 });
    expect(['number', 'value', 'options'].map((key) => cache.ttl(key))).toEqual([10, 14, 20]);
    const raw = await adapter.wrap('options', () => 8, { raw: true });
    expect(raw).toEqual({ value: 7, expires: expect.any(Number) });
  });

  test('wrap gives what is near its end, and loads it anew behind', async () => {
    const { clock, adapter } = manager();
    let version = 1;
    const get = () => adapter.wrap('a', () => version, 10, 4);
    const refreshed: unknown[] = [];
    adapter.on('refresh', (event) => refreshed.push(event));
    await get();
    version = 2;
    await clock.advance(5);
    expect(await get()).toBe(1);
    expect(refreshed).toEqual([]);
    await clock.advance(2);
    expect(await get()).toBe(1);
    await clock.advance(0);
    expect(await get()).toBe(2);
    expect(refreshed).toEqual([{ key: 'a', value: 2 }]);
  });

  test('tells its listeners, until they leave', async () => {
    const { adapter } = manager();
    const heard: unknown[] = [];
    const listener = (event: unknown) => heard.push(event);
    adapter.on('set', listener);
    await adapter.set('a', 1);
    adapter.off('set', listener);
    await adapter.set('b', 1);
    expect(heard).toEqual([{ key: 'a', value: 1 }]);
  });
});

describe('as the store of a Keyv', () => {
  test('sets, gets, deletes and expires', async () => {
    const clock = new ManualClock();
    const keyv = new Keyv({ store: toKeyvStore(new TtlCache({ clock })) });
    await keyv.set('a', { b: 1 }, 10_000);
    expect(await keyv.get('a')).toEqual({ b: 1 });
    expect(await keyv.has('a')).toBe(true);
    expect(await keyv.get(['a', 'x'])).toEqual([{ b: 1 }, undefined]);
    await clock.advance(10_000);
    expect(await keyv.get('a')).toBeUndefined();
    await keyv.set('a', 1);
    expect(await keyv.delete('a')).toBe(true);
    expect(await keyv.has('a')).toBe(false);
  });

  test('two namespaces in one cache do not meet, not in clear and not in iterating', async () => {
    const cache = new TtlCache();
    const [one, two] = ['one', 'two'].map((namespace) => new Keyv({ store: toKeyvStore(cache), namespace })) as [
      Keyv,
      Keyv,
    ];
    await one.set('a', 1);
    await two.set('a', 2);
    const seen: unknown[] = [];
    for await (const entry of two.iterator?.(undefined) ?? []) seen.push(entry);
    expect(seen).toEqual([['a', 2]]);
    await one.clear();
    expect([await one.get('a'), await two.get('a')]).toEqual([undefined, 2]);
    cache.close();
  });

  test('keeps values as they are when Keyv does not serialize', async () => {
    const cache = new TtlCache();
    const keyv = new Keyv({ store: toKeyvStore(cache) });
    keyv.serialize = undefined;
    keyv.deserialize = undefined;
    const date = new Date(0);
    await keyv.set('a', date);
    expect(await keyv.get('a')).toBe(date);
    cache.close();
  });
});
