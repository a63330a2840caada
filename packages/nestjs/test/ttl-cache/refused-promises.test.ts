import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { Controller, Get, UseInterceptors } from '@nestjs/common';
import { LeakDetector } from '@rookery/genserver/testing';
import { Cached, CacheKeyError, TtlCacheInterceptor, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { useCacheApps } from './support/apps.js';

const boot = useCacheApps();
let leaks: LeakDetector;

beforeEach(() => {
  leaks = new LeakDetector();
});

/** Sees unhandled rejections. */
afterEach(() => leaks.assertNone());

const down = () => Promise.reject(new Error('down'));

test('an async key that rejects is refused, and leaves no unhandled rejection', async () => {
  class Shop {
    @Cached({ key: down as never })
    async all(): Promise<string> {
      return 'all';
    }
  }
  const { app } = await boot({ imports: [TtlCacheModule.forRoot()], providers: [Shop] });
  await expect(app.get(Shop).all()).rejects.toThrow(CacheKeyError);
});

test('so is a function of tags', async () => {
  class Shop {
    @Cached({ key: () => 'all', tags: down as never })
    async all(): Promise<string> {
      return 'all';
    }
  }
  const { app } = await boot({ imports: [TtlCacheModule.forRoot()], providers: [Shop] });
  await expect(app.get(Shop).all()).rejects.toThrow(/tags/);
});

test.each([
  ['an async varyBy', { varyBy: down as never }],
  ['parts of a variant', { varyBy: (() => ['a', down()]) as never }],
  ['tags', { varyBy: () => 'a', tags: down as never }],
])('so is, by an interceptor, %s', async (_, options) => {
  @Controller()
  @UseInterceptors(TtlCacheInterceptor(options))
  class Api {
    @Get()
    all(): string {
      return 'all';
    }
  }
  const { get } = await boot({ imports: [TtlCacheModule.forRoot()], controllers: [Api] });
  expect((await get('/', { headers: { connection: 'close' } })).status).toBe(500);
});
