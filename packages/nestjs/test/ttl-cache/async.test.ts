import { describe, expect, test } from '@jest/globals';
import { Injectable, Module, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ManualClock } from '@rookery/genserver/testing';
import { type Cache, TtlCache } from '@rookery/ttl-cache';
import {
  type AsyncCache,
  CacheSetupError,
  getCacheToken,
  InjectCache,
  TtlCacheModule,
} from '../../src/integrations/ttl-cache/index.js';
import { MemoryLogger } from '../support/apps.js';
import { useCacheApps } from './support/apps.js';

const boot = useCacheApps();

type AnyCache = Cache<unknown, unknown>;

@Injectable()
class Settings {
  readonly ttlMs = 5;
}

@Module({ providers: [Settings], exports: [Settings] })
class SettingsModule {}

const clock = new ManualClock();
const factory = {
  imports: [SettingsModule],
  inject: [Settings],
  useFactory: async ({ ttlMs }: Settings) => ({ ttlMs, clock }),
};

const lifeIn = (cache: AnyCache) => {
  cache.put('key', 1);
  return cache.ttl('key');
};

async function failing(imports: NonNullable<Parameters<typeof boot>[0]['imports']>): Promise<Error> {
  return (await boot({ imports }).catch((error: unknown) => error)) as Error;
}

describe('options from other providers', () => {
  test('of the default cache, for every module, and of those beside it', async () => {
    @Injectable()
    class Holder {
      constructor(
        @InjectCache() readonly byDefault: AnyCache,
        @InjectCache('made') readonly made: AnyCache,
        @InjectCache('plain') readonly plain: AnyCache,
      ) {}
    }
    @Module({ providers: [Holder] })
    class Feature {}
    const caches = [
      { ...factory, name: 'made', useFactory: ({ ttlMs }: Settings) => ({ ttlMs: ttlMs * 2, clock }) },
      { name: 'plain', ttlMs: 7, clock },
    ];
    const { app } = await boot({ imports: [TtlCacheModule.forRootAsync({ ...factory, caches }), Feature] });
    const { byDefault, made, plain } = app.get(Holder);
    expect([byDefault, made, plain].map(lifeIn)).toEqual([5, 10, 7]);
  });

  test('of a feature, seen by those who import it alone', async () => {
    @Injectable()
    class Holder {
      constructor(@InjectCache('own') readonly cache: AnyCache) {}
    }
    const feature = TtlCacheModule.forFeatureAsync([{ ...factory, name: 'own' }]);
    @Module({ imports: [feature], providers: [Holder] })
    class Feature {}
    const { app } = await boot({ imports: [Feature] });
    expect(lifeIn(app.get(Holder).cache)).toBe(5);
    @Module({ providers: [Holder] })
    class Other {}
    expect((await failing([Feature, Other])).message).toMatch(/TtlCache "own".*Other/s);
  });

  test('of a feature, with isGlobal for every module', async () => {
    @Injectable()
    class Holder {
      constructor(@InjectCache('shared') readonly cache: AnyCache) {}
    }
    @Module({ imports: [TtlCacheModule.forFeatureAsync([{ ...factory, name: 'shared' }], { isGlobal: true })] })
    class Feature {}
    const { app } = await boot({ imports: [Feature], providers: [Holder] });
    expect(lifeIn(app.get(Holder).cache)).toBe(5);
  });

  test.each([
    ['forRoot', TtlCacheModule.forRoot({ isGlobal: false })],
    ['forRootAsync', TtlCacheModule.forRootAsync({ ...factory, isGlobal: false })],
  ])('%s with isGlobal: false is for those who import it', async (_, module) => {
    @Injectable()
    class Holder {
      constructor(@InjectCache() readonly cache: AnyCache) {}
    }
    @Module({ providers: [Holder] })
    class Other {}
    expect((await failing([module, Other])).message).toContain('TtlCache "default"');
    const { app } = await boot({ imports: [module], providers: [Holder] });
    expect(app.get(Holder).cache).toBeInstanceOf(TtlCache);
  });

  test.each<[string, () => unknown, RegExp]>([
    ['that are wrong', () => ({ ttlMs: -1 }), /^TtlCacheModule\.forRootAsync, cache "default": Expected `ttlMs`/],
    ['with a name that does not exist', () => ({ max: 5 }), /cache "default": there is no option `max`.*maxEntries\?/],
    ['that are none', () => undefined, /cache "default": its options must be an object, got undefined/],
  ])('fail the boot, %s', async (_, useFactory, message) => {
    const error = await failing([TtlCacheModule.forRootAsync({ useFactory: useFactory as () => object })]);
    expect(error).toBeInstanceOf(CacheSetupError);
    expect(error.message).toMatch(message);
  });

  test('that only a request knows fail the boot', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {}
    @Module({ providers: [PerRequest], exports: [PerRequest] })
    class RequestModule {}
    const options = { imports: [RequestModule], inject: [PerRequest], useFactory: () => ({}) };
    const error = await failing([TtlCacheModule.forRootAsync(options)]);
    expect(error).toBeInstanceOf(CacheSetupError);
    expect(error.message).toMatch(/TtlCache "default".* injects a request-scoped provider/);
  });

  test('fail the boot with what the factory threw', async () => {
    const useFactory = () => Promise.reject(new Error('no settings'));
    expect((await failing([TtlCacheModule.forRootAsync({ useFactory })])).message).toBe('no settings');
  });

  test('can be replaced in tests by the token', async () => {
    const fake = new TtlCache({ ttlMs: 3, clock });
    const app = await Test.createTestingModule({ imports: [TtlCacheModule.forRootAsync(factory)] })
      .overrideProvider(getCacheToken())
      .useValue(fake)
      .setLogger(new MemoryLogger())
      .compile();
    expect(app.get(getCacheToken())).toBe(fake);
    await app.close();
  });

  test.each<[string, object, RegExp]>([
    ['no factory', {}, /`useFactory` must be a function/],
    ['inject that is no array', { useFactory: () => ({}), inject: Settings }, /`inject` must be an array/],
    ['useClass', { useClass: Settings }, /no option `useClass`.* Did you mean inject, with useFactory\?/],
    ['a ttl beside', { ...factory, ttlMs: 5 }, /no option `ttlMs`/],
    ['a second default', { ...factory, caches: [{ name: 'default' }] }, /keep one of the two/],
    ['isGlobal that is neither', { ...factory, isGlobal: 'yes' }, /`isGlobal` must be true or false/],
    [
      'an option beside a factory',
      { ...factory, caches: [{ name: 'a', ...factory, ttlMs: 1 }] },
      /cache "a": .*`ttlMs`/,
    ],
    ['inject alone', { ...factory, caches: [{ name: 'a', inject: [] }] }, /cache "a": `useFactory` must be/],
  ])('refused as the module is declared: %s', (_, options, message) => {
    const make = () => TtlCacheModule.forRootAsync(options as Parameters<typeof TtlCacheModule.forRootAsync>[0]);
    expect(make).toThrow(CacheSetupError);
    expect(make).toThrow(message);
  });

  test('refused as the module is declared: no list', () => {
    expect(() => TtlCacheModule.forFeatureAsync(factory as unknown as AsyncCache[])).toThrow(/must be an array/);
    expect(() => TtlCacheModule.forFeature([], null as never)).toThrow(/options must be an object/);
  });
});

describe('two caches of one name', () => {
  test('for every module fail the boot', async () => {
    @Module({ imports: [TtlCacheModule.forRoot({ ttlMs: 1 })] })
    class Feature {}
    const error = await failing([TtlCacheModule.forRoot({ ttlMs: 2 }), Feature]);
    expect(error).toBeInstanceOf(CacheSetupError);
    expect(error.message).toMatch(
      /^TtlCacheModule: TtlCache "default".* two global modules give it.* call forRoot once/,
    );
  });

  test('imported by one module fail the boot, which names the module', async () => {
    const caches = () => TtlCacheModule.forFeature([{ name: 'own' }]);
    @Module({ imports: [caches(), caches()] })
    class Feature {}
    expect((await failing([Feature])).message).toMatch(/^Feature: TtlCache "own".* two of its imports give it/);
  });

  test('one of them for every module: who imports the other gets that', async () => {
    @Injectable()
    class Near {
      constructor(@InjectCache('own') readonly cache: AnyCache) {}
    }
    @Injectable()
    class Far extends Near {}
    @Module({ imports: [TtlCacheModule.forFeature([{ name: 'own', ttlMs: 1, clock }])], providers: [Near] })
    class Feature {}
    const everywhere = TtlCacheModule.forRoot({ caches: [{ name: 'own', ttlMs: 2, clock }] });
    const { app } = await boot({ imports: [everywhere, Feature], providers: [Far] });
    expect([app.get(Near), app.get(Far)].map(({ cache }) => lifeIn(cache))).toEqual([1, 2]);
  });
});

test.each(['', 5, null])('the name %p is refused where a cache is injected', (name) => {
  expect(() => InjectCache(name as string)).toThrow(CacheSetupError);
});
