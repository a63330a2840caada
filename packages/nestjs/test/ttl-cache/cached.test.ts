import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Injectable, Module, Param, Scope, SetMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ManualClock } from '@rookery/genserver/testing';
import type { Cache } from '@rookery/ttl-cache';
import {
  Cached,
  CacheKeyError,
  CacheSetupError,
  getCacheToken,
  TtlCacheModule,
} from '../../src/integrations/ttl-cache/index.js';
import { MemoryLogger } from '../support/apps.js';
import { gate, useCacheApps } from './support/apps.js';

const boot = useCacheApps();

@Injectable()
class Profiles {
  loads = 0;
  answer: () => Promise<string | null> = async () => 'ada';

  @SetMetadata('below', 1)
  @Cached({ key: (id: string) => `profile:${id}`, ttlMs: 10, staleForMs: 5, tags: (id) => [`user:${id}`] })
  @SetMetadata('above', 2)
  async byId(_id: string): Promise<string | null> {
    this.loads++;
    return this.answer();
  }
}

async function start() {
  const clock = new ManualClock();
  const { app } = await boot({ imports: [TtlCacheModule.forRoot({ clock })], providers: [Profiles] });
  return { clock, profiles: app.get(Profiles), cache: app.get<Cache<unknown, unknown>>(getCacheToken()) };
}

describe('a cached method', () => {
  test('runs once for each key, until its result expires', async () => {
    const { clock, profiles } = await start();
    await profiles.byId('1');
    expect(await profiles.byId('1')).toBe('ada');
    await profiles.byId('2');
    expect(profiles.loads).toBe(2);
    await clock.advance(10);
    await profiles.byId('1');
    expect(profiles.loads).toBe(3);
  });

  test('runs once for all who call while it runs', async () => {
    const { profiles } = await start();
    const { opened, open } = gate();
    profiles.answer = () => opened.then(() => 'ada');
    const calls = Array.from({ length: 20 }, () => profiles.byId('1'));
    open();
    expect(new Set(await Promise.all(calls))).toEqual(new Set(['ada']));
    expect(profiles.loads).toBe(1);
  });

  test('that gives null is cached', async () => {
    const { profiles } = await start();
    profiles.answer = async () => null;
    await profiles.byId('1');
    expect(await profiles.byId('1')).toBeNull();
    expect(profiles.loads).toBe(1);
  });

  test('that fails is not cached, and a stale value stands in for its failure', async () => {
    const { clock, profiles } = await start();
    const fail = () => Promise.reject(new Error('down'));
    profiles.answer = fail;
    await expect(profiles.byId('1')).rejects.toThrow('down');
    profiles.answer = async () => 'ada';
    expect(await profiles.byId('1')).toBe('ada');
    await clock.advance(12);
    profiles.answer = fail;
    expect(await profiles.byId('1')).toBe('ada');
    await clock.advance(10);
    await expect(profiles.byId('1')).rejects.toThrow('down');
  });

  test('is forgotten by key and by tag', async () => {
    const { profiles, cache } = await start();
    await profiles.byId('1');
    expect(cache.delete('profile:1')).toBe(true);
    await profiles.byId('1');
    expect(cache.deleteTag('user:1')).toBe(1);
  });

  test('without a key does not run', async () => {
    const clock = new ManualClock();
    class Ids {
      @Cached({ key: (id?: string) => id as string })
      async find(id?: string): Promise<string | undefined> {
        return id;
      }
    }
    const { app } = await boot({ imports: [TtlCacheModule.forRoot({ clock })], providers: [Ids] });
    await expect(app.get(Ids).find()).rejects.toThrow(CacheKeyError);
    await expect(app.get(Ids).find()).rejects.toThrow(/@Cached Ids\.find was undefined/);
  });

  test('keeps its name, its length, and what decorators above and below wrote', () => {
    const { byId } = Profiles.prototype;
    expect([byId.name, byId.length]).toEqual(['byId', 1]);
    expect([Reflect.getMetadata('below', byId), Reflect.getMetadata('above', byId)]).toEqual([1, 2]);
  });

  test('of an instance made without Nest just runs', async () => {
    const profiles = new Profiles();
    await profiles.byId('1');
    await profiles.byId('1');
    expect(profiles.loads).toBe(2);
  });

  test('leaves no trace of the cache in what is printed or compared', async () => {
    const { profiles } = await start();
    const symbols = Object.getOwnPropertySymbols(profiles);
    expect(symbols).toHaveLength(1);
    expect(symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(profiles, symbol))).toEqual([]);
  });
});

describe('cached methods of', () => {
  test('two applications do not meet', async () => {
    const [one, two] = [await start(), await start()];
    await one.profiles.byId('1');
    await two.profiles.byId('1');
    expect([one.profiles.loads, two.profiles.loads]).toEqual([1, 1]);
  });

  test('request-scoped providers and of controllers share their cache over requests', async () => {
    let runs = 0;
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @Cached({ key: (id: string) => `per-request:${id}` })
      async find(_id: string): Promise<number> {
        return ++runs;
      }
    }
    @Controller()
    class Api {
      constructor(readonly perRequest: PerRequest) {}
      @Get('provider/:id')
      provider(@Param('id') id: string) {
        return this.perRequest.find(id);
      }
      @Cached({ key: (id: string) => `api:${id}` })
      @Get('controller/:id')
      async controller(@Param('id') _id: string): Promise<number> {
        return ++runs;
      }
    }
    const { get } = await boot({ imports: [TtlCacheModule.forRoot()], providers: [PerRequest], controllers: [Api] });
    const texts: string[] = [];
    for (const path of ['/provider/1', '/provider/1', '/controller/1', '/controller/1']) {
      texts.push(await (await get(path)).text());
    }
    expect(texts).toEqual(['1', '1', '2', '2']);
  });

  test('a subclass and its base use each their cache', async () => {
    class Base {
      @Cached({ cache: 'a', key: () => 'base' })
      async base(): Promise<string> {
        return 'base';
      }
    }
    class Sub extends Base {
      @Cached({ cache: 'b', key: () => 'sub' })
      async sub(): Promise<string> {
        return 'sub';
      }
    }
    const imports = [TtlCacheModule.forRoot({ caches: [{ name: 'a' }, { name: 'b' }] })];
    const { app } = await boot({ imports, providers: [Sub] });
    await app.get(Sub).base();
    await app.get(Sub).sub();
    const keys = ['a', 'b'].map((name) => [...app.get<Cache<unknown, unknown>>(getCacheToken(name)).keys()]);
    expect(keys).toEqual([['base'], ['sub']]);
  });
});

describe('refused', () => {
  test('at boot, a cache that is not there: the error names class, method, cache and remedy', async () => {
    class Shop {
      @Cached({ cache: 'missing', key: () => 'all' })
      async all(): Promise<string[]> {
        return [];
      }
    }
    @Module({ providers: [Shop] })
    class ShopModule {}
    const compiled = Test.createTestingModule({ imports: [TtlCacheModule.forRoot(), ShopModule] })
      .setLogger(new MemoryLogger())
      .compile();
    const error = (await compiled.catch((reason: unknown) => reason)) as Error;
    expect(error.message).toContain('@Cached on Shop.all');
    expect(error.message).toContain('"missing"');
    expect(error.message).toContain('TtlCacheModule.forRoot');
  });

  test.each<[string, object, RegExp]>([
    ['a ttl of 0', { key: () => 1, ttlMs: 0 }, /^@Cached on Shop\.all: Expected `ttlMs`/],
    ['no key', {}, /^@Cached on Shop\.all: it needs a `key`/],
    ['tags that are none', { key: () => 1, tags: [''] }, /^@Cached on Shop\.all: `tags`/],
    ['a cache without a name', { key: () => 1, cache: '' }, /^@Cached on Shop\.all: `cache`/],
    [
      'an option that does not exist',
      { key: () => 1, ttl: 5 },
      /^@Cached on Shop\.all: there is no option `ttl`: .*ttlMs/,
    ],
  ])('as the class is declared, %s', (_, options, message) => {
    const declare = () => {
      class Shop {
        @Cached(options as { key: () => string })
        async all(): Promise<string[]> {
          return [];
        }
      }
      return Shop;
    };
    expect(declare).toThrow(CacheSetupError);
    expect(declare).toThrow(message);
  });

  test('a static method', () => {
    const declare = () => {
      class Shop {
        readonly name = 'shop';
        @Cached({ key: () => 1 })
        static async all(): Promise<string[]> {
          return [];
        }
      }
      return Shop;
    };
    expect(declare).toThrow(/@Cached on Shop\.all: a static method/);
  });
});

test('the key is typed by the arguments, and only async methods are cached', () => {
  class Typed {
    @Cached({ key: (id: string) => id })
    async withMore(id: string, _more: number): Promise<string> {
      return id;
    }

    // @ts-expect-error The key is made of a string, the method is called with a number.
    @Cached({ key: (id: string) => id })
    async other(id: number): Promise<number> {
      return id;
    }

    // @ts-expect-error Who calls it would get a promise where the type says number.
    @Cached({ key: (id: number) => id })
    sync(id: number): number {
      return id;
    }
  }
  expect(new Typed().sync(1)).toBe(1);
});
