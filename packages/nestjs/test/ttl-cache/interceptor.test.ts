import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import {
  Controller,
  Get,
  HttpCode,
  HttpException,
  type INestApplication,
  Injectable,
  Param,
  Post,
  Res,
  Sse,
  StreamableFile,
  UseInterceptors,
  VersioningType,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import { ManualClock } from '@rookery/genserver/testing';
import type { Cache } from '@rookery/ttl-cache';
import { from, type Observable } from 'rxjs';
import {
  CacheSetupError,
  getCacheToken,
  TtlCacheInterceptor,
  TtlCacheModule,
} from '../../src/integrations/ttl-cache/index.js';
import { gate, PLATFORMS, useCacheApps } from './support/apps.js';

@Injectable()
class Backend {
  runs = 0;
  answer: () => unknown = () => 'answer';

  ask(): unknown {
    this.runs++;
    return this.answer();
  }
}

/** As decorators of others do that put a function of their own before the method. */
const Renamed: MethodDecorator = (_target, _name, descriptor) => {
  Object.defineProperty(descriptor.value, 'name', { value: 'wrapper' });
};

@Controller()
@UseInterceptors(TtlCacheInterceptor({ ttlMs: 10, tags: ['api'] }))
class Api {
  constructor(readonly backend: Backend) {}

  @Get('plain/:id')
  plain(@Param('id') _id: string): unknown {
    return this.backend.ask();
  }

  @HttpCode(200)
  @Post('plain/:id')
  post(): unknown {
    return this.backend.ask();
  }

  @Get('own-response')
  ownResponse(@Res() response: { send: (body: string) => void }): void {
    response.send(String(this.backend.ask()));
  }

  @Renamed
  @Get('renamed')
  renamed(@Res() response: { send: (body: string) => void }): void {
    response.send(String(this.backend.ask()));
  }

  @Get('passthrough')
  passthrough(@Res({ passthrough: true }) response: { header: (name: string, value: string) => void }): unknown {
    response.header('x-set', 'yes');
    return this.backend.ask();
  }

  @Sse('events')
  events(): Observable<{ data: string }> {
    return from([{ data: String(this.backend.ask()) }]);
  }
}

@Controller('tenant')
@UseInterceptors(
  TtlCacheInterceptor({
    varyBy: ({ headers }) => (headers['x-private'] === undefined ? [headers['x-tenant']?.toString()] : undefined),
  }),
)
class TenantApi {
  constructor(readonly backend: Backend) {}

  @Get()
  plain(): unknown {
    return this.backend.ask();
  }
}

describe.each(PLATFORMS)('on %s', (_platform, platform) => {
  const boot = useCacheApps(platform);

  async function start() {
    const clock = new ManualClock();
    const { app, get } = await boot({
      imports: [TtlCacheModule.forRoot({ clock })],
      controllers: [Api, TenantApi],
      providers: [Backend],
    });
    const text = async (path: string, init?: RequestInit) => (await get(path, init)).text();
    return { clock, get, text, backend: app.get(Backend), cache: app.get<Cache<unknown, unknown>>(getCacheToken()) };
  }

  describe('an answer', () => {
    test('is cached by URL until it expires', async () => {
      const { clock, text, backend } = await start();
      for (const path of ['/plain/1', '/plain/1', '/plain/1?q=2', '/plain/2']) await text(path);
      expect(backend.runs).toBe(3);
      await clock.advance(10);
      await text('/plain/1');
      expect(backend.runs).toBe(4);
    });

    test('is made once for all who ask meanwhile', async () => {
      const { text, backend, cache } = await start();
      const { opened, open } = gate();
      backend.answer = () => opened.then(() => 'slow');
      const asked = Array.from({ length: 20 }, () => text('/plain/1'));
      while (cache.stats().coalesced < 19) await new Promise(setImmediate);
      open();
      expect(new Set(await Promise.all(asked))).toEqual(new Set(['slow']));
      expect(backend.runs).toBe(1);
    });

    test.each([null, undefined])('of %s is cached', async (value) => {
      const { text, backend } = await start();
      backend.answer = () => value;
      await text('/plain/1');
      await text('/plain/1');
      expect(backend.runs).toBe(1);
    });

    test('that is an error is not cached', async () => {
      const { get, backend } = await start();
      backend.answer = () => {
        throw new HttpException('tea', 418);
      };
      expect((await get('/plain/1')).status).toBe(418);
      expect((await get('/plain/1')).status).toBe(418);
      expect(backend.runs).toBe(2);
    });

    test('is found by its tags', async () => {
      const { text, cache } = await start();
      await text('/plain/1');
      expect(cache.deleteTag('api')).toBe(1);
    });
  });

  test('as APP_INTERCEPTOR it caches the whole application, versions of a URL apart', async () => {
    const controller = (version: string) => {
      @Controller({ path: 'versioned', version })
      class Versioned {
        runs = 0;
        @Get()
        answer(): string {
          return `${version}:${++this.runs}`;
        }
      }
      return Versioned;
    };
    const interceptor = { provide: APP_INTERCEPTOR, useClass: TtlCacheInterceptor() };
    const controllers = [controller('1'), controller('2')];
    const imports = [TtlCacheModule.forRoot()];
    const versions = (app: INestApplication) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    const { get } = await boot({ imports, controllers, providers: [interceptor] }, versions);
    const answers: string[] = [];
    for (const version of ['1', '2', '1', '2']) {
      answers.push(await (await get('/versioned', { headers: { 'x-version': version } })).text());
    }
    expect(answers).toEqual(['1:1', '2:1', '1:1', '2:1']);
  });

  describe('who may share an answer', () => {
    test.each(['authorization', 'cookie'])('without varyBy a request with %s is not cached', async (header) => {
      const { text, backend } = await start();
      await text('/plain/1', { headers: { [header]: 'a' } });
      await text('/plain/1', { headers: { [header]: 'a' } });
      expect(backend.runs).toBe(2);
    });

    test('those for whom varyBy gives the same', async () => {
      const { text, backend } = await start();
      for (const tenant of ['a', 'b', 'a', 'b'])
        await text('/tenant', { headers: { 'x-tenant': tenant, cookie: tenant } });
      expect(backend.runs).toBe(2);
    });

    test('nobody where varyBy gives undefined', async () => {
      const { text, backend } = await start();
      for (let i = 0; i < 2; i++) await text('/tenant', { headers: { 'x-private': 'yes' } });
      expect(backend.runs).toBe(2);
    });
  });

  describe('left alone', () => {
    test('other methods than GET and HEAD', async () => {
      const { get, backend } = await start();
      for (const method of ['POST', 'POST', 'HEAD', 'HEAD']) await get('/plain/1', { method });
      expect(backend.runs).toBe(3);
    });

    test.each(['/own-response', '/renamed', '/passthrough', '/events'])('%s', async (path) => {
      const { get, backend } = await start();
      const first = await get(path);
      const second = await get(path);
      expect(await second.text()).toBe(await first.text());
      expect(second.headers.get('x-set')).toBe(first.headers.get('x-set'));
      expect(backend.runs).toBe(2);
    });

    test('streams, of which each caller gets one of its own', async () => {
      const { text, backend, cache } = await start();
      const { opened, open } = gate();
      backend.answer = () => opened.then(() => new StreamableFile(Readable.from([Buffer.from('stream')])));
      const asked = Array.from({ length: 3 }, () => text('/plain/1'));
      while (cache.stats().coalesced < 2) await new Promise(setImmediate);
      open();
      expect(await Promise.all(asked)).toEqual(['stream', 'stream', 'stream']);
      expect(await text('/plain/1')).toBe('stream');
      expect(backend.runs).toBe(4);
    });
  });
});

describe('refused as it is declared', () => {
  test.each<[string, object, RegExp]>([
    ['a ttl of 0', { ttlMs: 0 }, /^TtlCacheInterceptor: Expected `ttlMs`/],
    ['a varyBy that is none', { varyBy: 'user' }, /`varyBy` must be a function/],
    ['POST without varyBy', { methods: ['POST'] }, /answers to POST .* give `varyBy`/],
    ['methods in small letters', { methods: ['get'] }, /`methods` must be/],
    ['an option that does not exist', { key: 'a' }, /there is no option `key`/],
  ])('%s', (_, options, message) => {
    expect(() => TtlCacheInterceptor(options)).toThrow(CacheSetupError);
    expect(() => TtlCacheInterceptor(options)).toThrow(message);
  });
});
