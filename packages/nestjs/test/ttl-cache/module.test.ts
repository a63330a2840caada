import { describe, expect, jest, test } from '@jest/globals';
import { Controller, Get, Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ManualClock } from '@rookery/genserver/testing';
import { type Cache, CacheClosedError, TtlCache } from '@rookery/ttl-cache';
import { SupervisionModule, Supervisor } from '../../src/index.js';
import {
  CacheSetupError,
  getCacheToken,
  InjectCache,
  type NamedCache,
  TtlCacheModule,
} from '../../src/integrations/ttl-cache/index.js';
import { MemoryLogger } from '../support/apps.js';
import { gate, useCacheApps } from './support/apps.js';

const boot = useCacheApps();

type AnyCache = Cache<unknown, unknown>;

describe('caches', () => {
  test('are injected by name, and expire by their own options', async () => {
    @Injectable()
    class Prices {
      constructor(
        @InjectCache() readonly byDefault: AnyCache,
        @InjectCache('prices') readonly prices: AnyCache,
      ) {}
    }
    const clock = new ManualClock();
    const imports = [TtlCacheModule.forRoot({ clock, ttlMs: 10, caches: [{ name: 'prices', clock, ttlMs: 20 }] })];
    const { app } = await boot({ imports, providers: [Prices] });
    const { byDefault, prices } = app.get(Prices);
    byDefault.put('tea', 1);
    prices.put('tea', 2);
    await clock.advance(10);
    expect(byDefault.get('tea')).toEqual({ kind: 'not_found' });
    expect(prices.get('tea')).toEqual({ kind: 'found', value: 2 });
  });

  test('read the clock once a turn, if their options say so', async () => {
    @Injectable()
    class Holder {
      constructor(
        @InjectCache('exact') readonly exact: AnyCache,
        @InjectCache('still') readonly still: AnyCache,
      ) {}
    }
    const imports = [TtlCacheModule.forFeature([{ name: 'exact' }, { name: 'still', timePerTurn: true }])];
    const { app } = await boot({ imports, providers: [Holder] });
    const { exact, still } = app.get(Holder);
    const readings = (cache: AnyCache): number => {
      cache.put('key', 1);
      const now = jest.spyOn(performance, 'now');
      for (let i = 0; i < 10; i++) cache.get('key');
      const { length } = now.mock.calls;
      now.mockRestore();
      return length;
    };
    expect([readings(exact), readings(still)]).toEqual([10, 1]);
  });

  test('of forFeature belong to the module that imports them, even with equal names', async () => {
    const holder = () => {
      @Injectable()
      class Holder {
        constructor(@InjectCache('own') readonly cache: AnyCache) {}
      }
      @Module({ imports: [TtlCacheModule.forFeature([{ name: 'own' }])], providers: [Holder] })
      class Feature {}
      return { Holder, Feature };
    };
    const [one, two] = [holder(), holder()];
    const { app } = await boot({ imports: [one.Feature, two.Feature] });
    app.get(one.Holder).cache.put('key', 1);
    expect(app.get(two.Holder).cache.has('key')).toBe(false);
  });

  test('of forFeature with isGlobal are seen by every module', async () => {
    @Injectable()
    class Holder {
      constructor(@InjectCache('shared') readonly cache: AnyCache) {}
    }
    @Module({ imports: [TtlCacheModule.forFeature([{ name: 'shared' }], { isGlobal: true })] })
    class Feature {}
    const { app } = await boot({ imports: [Feature], providers: [Holder] });
    expect(app.get(Holder).cache).toBeInstanceOf(TtlCache);
  });

  test('serve the requests that are open when the application closes, and are closed after that', async () => {
    const [asked, answer, closing] = [gate(), gate(), gate()];
    @Controller()
    class Slow {
      constructor(@InjectCache() readonly cache: AnyCache) {}
      @Get()
      async slow(): Promise<boolean> {
        asked.open();
        await answer.opened;
        return this.cache.put('key', 1);
      }
      beforeApplicationShutdown() {
        closing.open();
      }
    }
    const { app, get } = await boot({ imports: [TtlCacheModule.forRoot()], controllers: [Slow] });
    const { cache } = app.get(Slow);
    const response = get('/', { headers: { connection: 'close' } });
    await asked.opened;
    const closed = app.close();
    await closing.opened; // after the modules were destroyed
    answer.open();
    expect(await (await response).text()).toBe('true');
    await closed;
    expect(() => cache.put('key', 2)).toThrow(CacheClosedError);
  });
});

describe('a supervised cache', () => {
  @Supervisor({ strategy: 'one_for_one', children: [TtlCache.childSpec({ name: 'profiles', ttlMs: 7 })] })
  class Root {}

  test('is the one in the tree', async () => {
    const caches: NamedCache[] = [{ name: 'profiles', supervised: true }];
    const clock = new ManualClock();
    const imports = [SupervisionModule.forRoot({ root: Root, clock }), TtlCacheModule.forRoot({ clock, caches })];
    const { app } = await boot({ imports, providers: [Root] });
    const cache = app.get<AnyCache>(getCacheToken('profiles'));
    expect(cache.put('key', 1)).toBe(true);
    expect(cache.ttl('key')).toBe(7);
  });

  test('without a tree fails the boot, and says what to do', async () => {
    const imports = [TtlCacheModule.forRoot({ caches: [{ name: 'profiles', supervised: true }] })];
    const compiled = Test.createTestingModule({ imports }).setLogger(new MemoryLogger()).compile();
    await expect(compiled).rejects.toThrow(/cache "profiles": it is `supervised`.* import SupervisionModule\.forRoot/);
  });
});

describe('refused at boot', () => {
  test.each<[string, unknown[], RegExp]>([
    ['a ttl of 0', [{ name: 'a', ttlMs: 0 }], /^TtlCacheModule\.forFeature, cache "a": Expected `ttlMs`/],
    ['a cache without a name', [{ ttlMs: 1 }], /needs a `name`/],
    ['two caches of one name', [{ name: 'a' }, { name: 'a' }], /two caches are named "a"/],
    ['options of a supervised cache', [{ name: 'a', supervised: true, ttlMs: 1 }], /TtlCache\.childSpec/],
    ['a factory', [{ name: 'a', useFactory: () => ({}) }], /use forRootAsync or forFeatureAsync/],
    [
      'an option that does not exist',
      [{ name: 'a', ttl: 5 }],
      /no option `ttl`: .* Did you mean ttlMs, in milliseconds\?/,
    ],
  ])('%s', (_, caches, message) => {
    const make = () => TtlCacheModule.forFeature(caches as NamedCache[]);
    expect(make).toThrow(CacheSetupError);
    expect(make).toThrow(message);
  });

  test('options of the default cache in two places', () => {
    expect(() => TtlCacheModule.forRoot({ ttlMs: 1, caches: [{ name: 'default' }] })).toThrow(/keep one of the two/);
  });
});
