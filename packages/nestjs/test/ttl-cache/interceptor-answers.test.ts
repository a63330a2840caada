import { describe, expect, test } from '@jest/globals';
import {
  type CanActivate,
  Controller,
  type ExecutionContext,
  Get,
  Header,
  HttpCode,
  type INestApplication,
  Injectable,
  NotFoundException,
  Post,
  Redirect,
  Req,
  UseGuards,
  UseInterceptors,
  VersioningType,
} from '@nestjs/common';
import { APP_INTERCEPTOR } from '@nestjs/core';
import {
  CacheVariantError,
  TtlCacheInterceptor,
  type TtlCacheInterceptorOptions,
  TtlCacheModule,
} from '../../src/integrations/ttl-cache/index.js';
import { discardStream, isStream } from '../../src/integrations/ttl-cache/streams.js';
import { checkVariant } from '../../src/integrations/ttl-cache/variant.js';
import { PLATFORMS, useCacheApps } from './support/apps.js';

/** Finds out who asks from a header that no interceptor knows. */
@Injectable()
class Login implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: Record<string, string>; user?: unknown }>();
    if (request.headers['x-login'] !== undefined) request.user = { id: request.headers['x-login'] };
    return request.headers['x-login'] !== 'nobody';
  }
}

interface WithUser {
  readonly user?: { readonly id: string };
}

describe.each(PLATFORMS)('on %s', (_platform, platform) => {
  const boot = useCacheApps(platform);

  async function start(options: TtlCacheInterceptorOptions = {}) {
    let runs = 0;
    @Controller()
    @UseGuards(Login)
    @UseInterceptors(TtlCacheInterceptor(options))
    class Api {
      @Get('accepted')
      @HttpCode(202)
      @Header('x-answer', 'yes')
      @Header('content-type', 'text/plain; charset=utf-8')
      accepted(): string {
        return `run ${++runs}`;
      }
      @Get('json')
      json(): object {
        return { runs: ++runs, list: [1, null] };
      }
      @Get('moved')
      @Redirect()
      moved(): { url: string; statusCode: number } {
        return { url: `/run/${++runs}`, statusCode: 307 };
      }
      @Get('buffer')
      buffer(): Buffer {
        return Buffer.from(`run ${++runs}`);
      }
      @Get('missing')
      missing(): never {
        throw new NotFoundException(`run ${++runs}`);
      }
      @Get('who')
      who(@Req() { user }: WithUser): string {
        return `${user?.id ?? 'guest'} ${++runs}`;
      }
      @Post('search')
      search(): string {
        return `run ${++runs}`;
      }
    }
    const { get } = await boot({ imports: [TtlCacheModule.forRoot()], controllers: [Api], providers: [Login] });
    const ask = async (path: string, init: RequestInit = {}) => {
      const response = await get(path, { redirect: 'manual', ...init });
      const { status, headers } = response;
      const some = ['x-answer', 'content-type', 'location', 'content-length'].map((name) => headers.get(name));
      return { status, headers: some, body: await response.text() };
    };
    return { ask, runs: () => runs };
  }

  test.each(['/accepted', '/json', '/moved', '/buffer'])(
    '%s is the same the second time: status, headers, body',
    async (path) => {
      const { ask, runs } = await start();
      const first = await ask(path);
      expect(await ask(path)).toEqual(first);
      expect(runs()).toBe(1);
      expect(first.status).toBe({ '/accepted': 202, '/moved': 307 }[path] ?? 200);
    },
  );

  test('an HTTP exception is made anew each time, with its status', async () => {
    const { ask, runs } = await start();
    for (let i = 0; i < 2; i++) expect((await ask('/missing')).status).toBe(404);
    expect(runs()).toBe(2);
  });

  test('whom a guard has found out has an answer of his own, without varyBy', async () => {
    const { ask } = await start();
    const answers: string[] = [];
    for (const login of ['ada', 'bob', 'ada']) {
      answers.push((await ask('/who', { headers: { 'x-login': login } })).body);
    }
    expect(answers).toEqual(['ada 1', 'bob 2', 'ada 3']);
  });

  test.each(['x-api-key', 'proxy-authorization'])('a request with %s is not cached without varyBy', async (name) => {
    const { ask, runs } = await start();
    for (let i = 0; i < 2; i++) await ask('/json', { headers: { [name]: 'secret' } });
    expect(runs()).toBe(2);
  });

  test('guards refuse also what is cached', async () => {
    const { ask } = await start({ varyBy: () => 'all' });
    await ask('/who');
    expect((await ask('/who', { headers: { 'x-login': 'nobody' } })).status).toBe(403);
  });

  test('varyBy sees whom a guard has found out', async () => {
    const { ask } = await start({ varyBy: ({ user }) => (user as WithUser['user'])?.id ?? 'guest' });
    const answers: string[] = [];
    for (const login of ['ada', 'bob', 'ada']) {
      answers.push((await ask('/who', { headers: { 'x-login': login } })).body);
    }
    expect(answers).toEqual(['ada 1', 'bob 2', 'ada 1']);
  });

  test.each<[string, () => unknown]>([
    ['a promise', async () => 'a'],
    ['an object', () => ({ id: 1 })],
    ['NaN', () => NaN],
    ['null', () => null],
    ['an array with a promise in it', () => [Promise.resolve('a')]],
  ])('varyBy that gives %s shares nothing: the request fails', async (_, varyBy) => {
    const { ask, runs } = await start({ varyBy: varyBy as () => string });
    expect((await ask('/who')).status).toBe(500);
    expect(runs()).toBe(0);
  });

  test('varyBy that throws fails the request', async () => {
    const { ask, runs } = await start({
      varyBy: () => {
        throw new NotFoundException('tenant');
      },
    });
    expect((await ask('/who')).status).toBe(404);
    expect(runs()).toBe(0);
  });

  test('other methods are cached when they are asked for, by what varyBy gives', async () => {
    const { ask, runs } = await start({ methods: ['POST'], varyBy: ({ headers }) => headers['x-body']?.toString() });
    for (const body of ['a', 'b', 'a']) await ask('/search', { method: 'POST', headers: { 'x-body': body } });
    expect(runs()).toBe(2);
  });
});

describe('interceptors that share a cache', () => {
  const boot = useCacheApps();

  test('of two controllers with one URL give each its own answers', async () => {
    const versions = ['1', '2'].map((version) => {
      @Controller({ path: 'versioned', version })
      @UseInterceptors(TtlCacheInterceptor())
      class Versioned {
        @Get()
        answer(): string {
          return version;
        }
      }
      return Versioned;
    });
    const prepare = (app: INestApplication) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' });
    const { get } = await boot({ imports: [TtlCacheModule.forRoot()], controllers: versions }, prepare);
    for (const version of ['1', '2', '1', '2']) {
      expect(await (await get('/versioned', { headers: { 'x-version': version } })).text()).toBe(version);
    }
  });

  test('may stand before the application, a controller and its method, the same ones and others', async () => {
    let runs = 0;
    const Same = TtlCacheInterceptor();
    @Controller()
    @UseInterceptors(Same, TtlCacheInterceptor({ varyBy: () => 'all' }))
    class Api {
      @Get()
      @UseInterceptors(Same)
      answer(): string {
        return `run ${++runs}`;
      }
    }
    const providers = [{ provide: APP_INTERCEPTOR, useClass: TtlCacheInterceptor() }];
    const { get } = await boot({ imports: [TtlCacheModule.forRoot()], controllers: [Api], providers });
    for (let i = 0; i < 2; i++) expect(await (await get('/')).text()).toBe('run 1');
  });
});

test.each<[unknown]>([[undefined], ['a'], [''], [0], [true], [['a', 1, false, null, undefined]]])(
  '%p tells callers apart',
  (variant) => {
    expect(checkVariant(variant)).toBe(variant);
  },
);

test('what does not is named in the error', () => {
  expect(() => checkVariant(Promise.resolve('a'))).toThrow(CacheVariantError);
  expect(() => checkVariant(Promise.resolve('a'))).toThrow(
    /gave an object \(Promise\), which does not tell callers apart/,
  );
  expect(() => checkVariant(NaN)).toThrow(/gave NaN/);
});

describe('what can be read only once', () => {
  test.each<[string, object, boolean]>([
    ['a web stream', new ReadableStream(), true],
    ['a Response', new Response('a'), true],
    ['a Buffer', Buffer.from('a'), false],
    ['a Map', new Map(), false],
    ['an array', [], false],
  ])('%s', (_, value, is) => {
    expect(isStream(value)).toBe(is);
  });

  test.each<[string, (source: ReadableStream) => object]>([
    ['a web stream', (source) => source],
    ['a Response', (source) => new Response(source)],
  ])('%s that nobody will read is cancelled', (_, make) => {
    let isCancelled = false;
    discardStream(make(new ReadableStream({ cancel: () => void (isCancelled = true) })));
    expect(isCancelled).toBe(true);
  });
});
