import { describe, expect, test } from '@jest/globals';
import {
  All,
  type CanActivate,
  Controller,
  type ExecutionContext,
  type INestApplication,
  Inject,
  Injectable,
  Module,
  UnauthorizedException,
  VersioningType,
} from '@nestjs/common';
import { APP_GUARD } from '@nestjs/core';
import { of } from 'rxjs';
import { HealthModule, type HealthModuleOptions } from '../../src/integrations/health/index.js';
import { NO_MACHINE, PLATFORMS, useHealthApps } from './support/apps.js';

const PATHS = ['/livez', '/readyz', '/startupz', '/health'];

function withChecks(options: HealthModuleOptions = {}) {
  const checks = [{ name: 'database', check: () => {} }];
  return { imports: [HealthModule.forRoot({ minGapMs: 0, builtIn: NO_MACHINE, checks, ...options })] };
}

/** Who asks with this header is an administrator. */
@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext) {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string | undefined> }>();
    if (headers['authorization'] === undefined) throw new UnauthorizedException('Who are you?');
    return of(headers['authorization'] === 'admin');
  }
}

describe.each(PLATFORMS)('on %s', (_, platform) => {
  const boot = useHealthApps(platform);

  test('four paths are answered from what is known, and are kept by nobody', async () => {
    const { get, codes, health } = await boot(withChecks());
    await health.checkNow();
    expect(await codes(...PATHS)).toEqual([200, 200, 200, 200]);
    const response = await get('/readyz');
    expect([response.headers.get('content-type'), response.headers.get('cache-control')]).toEqual([
      'application/json; charset=utf-8',
      'no-store',
    ]);
    expect(await response.json()).toEqual({ group: 'readiness', state: 'healthy', ok: true });
    expect(await (await get('/health')).json()).toMatchObject({ group: 'overall' });
    const head = await get('/readyz', { method: 'HEAD' });
    expect([head.status, await head.text()]).toEqual([200, '']);
  });

  test('liveness is 200 and readiness 503 when a dependency is down', async () => {
    const check = () => ({ kind: 'unhealthy', reason: 'no connection' }) as const;
    const { codes, health } = await boot(withChecks({ checks: [{ name: 'database', check }] }));
    await health.checkNow();
    expect(await codes(...PATHS)).toEqual([200, 503, 503, 503]);
  });

  const prefixed = (app: INestApplication) => {
    app.setGlobalPrefix('api');
    app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' });
  };

  test('neither the global prefix nor versions move them', async () => {
    const { codes } = await boot(withChecks(), prefixed);
    expect(await codes('/livez', '/api/livez', '/v1/livez')).toEqual([200, 404, 404]);
  });

  test.each<[string, HealthModuleOptions, string]>([
    ['the prefix', { globalPrefix: true }, '/api/livez'],
    ['a version', { version: '2' }, '/v2/livez'],
    ['both', { globalPrefix: true, version: '2' }, '/api/v2/livez'],
  ])('asked for, %s does', async (_name, options, path) => {
    const { codes } = await boot(withChecks(options), prefixed);
    expect(await codes('/livez', path)).toEqual([404, 200]);
  });

  test('a version that is a header is one of the request', async () => {
    const { get } = await boot(withChecks({ version: '2' }), (app: INestApplication) =>
      app.enableVersioning({ type: VersioningType.HEADER, header: 'x-version' }),
    );
    const [right, wrong] = [{ 'x-version': '2' }, { 'x-version': '1' }];
    expect((await get('/livez', { headers: right })).status).toBe(200);
    expect((await get('/livez', { headers: wrong })).status).toBe(404);
  });

  test('paths are as the option says, also of an own group, or left out', async () => {
    const groups = { payments: { tags: ['payments'] } };
    const paths = {
      liveness: '/ops/alive',
      startup: false,
      payments: { path: '/ops/pay', format: 'terminus' },
    } as const;
    const { codes, get } = await boot(withChecks({ groups, paths }));
    expect(await codes('/ops/alive', '/livez', '/startupz', '/ops/pay')).toEqual([200, 404, 404, 200]);
    expect(await (await get('/ops/pay')).json()).toMatchObject({ status: 'ok', info: {} });
  });

  test('no route of a controller takes them away, and no guard of the application shuts them', async () => {
    @Controller()
    class CatchAll {
      @All('*')
      all() {
        return 'caught';
      }
    }
    const shut = { provide: APP_GUARD, useValue: { canActivate: () => false } };
    const { codes } = await boot({ ...withChecks(), controllers: [CatchAll], providers: [shut] });
    expect(await codes('/livez', '/other')).toEqual([200, 403]);
  });

  test('guards of a path are asked with the request of the platform, and say how they refuse', async () => {
    const paths = { overall: { path: '/health', guards: [AdminGuard] } };
    const { get, codes, health } = await boot(withChecks({ paths, details: 'authorized' }));
    await health.checkNow();
    const as = (authorization: string) => get('/health', { headers: { authorization } });
    expect(await codes('/livez', '/health')).toEqual([200, 401]);
    expect(await (await get('/health')).json()).toMatchObject({ message: 'Who are you?', statusCode: 401 });
    const refused = await as('bob');
    expect([refused.status, await refused.json()]).toEqual([
      403,
      { statusCode: 403, message: 'Forbidden resource', error: 'Forbidden' },
    ]);
    expect(await (await as('admin')).json()).toMatchObject({ checks: { database: { state: 'healthy' } } });
    expect(await (await get('/readyz')).json()).not.toHaveProperty('checks'); // no guard, no details
  });

  test('`authorize` decides about details alone; a failure of it means no', async () => {
    const authorize = ({ headers }: { headers: Record<string, string | undefined> }): boolean => {
      if (headers['x-who'] === undefined) throw new Error('who?');
      return headers['x-who'] === 'ops';
    };
    const { get, health, logger } = await boot(withChecks({ authorize, details: 'authorized' }));
    await health.checkNow();
    const seen = async (headers?: Record<string, string>) => {
      const response = await get('/readyz', headers && { headers });
      return [response.status, 'checks' in ((await response.json()) as object)];
    };
    expect(await seen({ 'x-who': 'ops' })).toEqual([200, true]);
    expect(await seen({ 'x-who': 'eve' })).toEqual([200, false]);
    expect(await seen()).toEqual([200, false]);
    expect(logger.lines.join('\n')).toContain('`authorize` failed, so the probe is answered without details');
  });
});

describe('guards', () => {
  const boot = useHealthApps();

  test('are those that a module provides, or are made with what is injected; one that fails is 500, and logged', async () => {
    class Secret {
      readonly word = 'sesame';
    }
    @Module({ providers: [Secret], exports: [Secret] })
    class Secrets {}
    const asked: string[] = [];
    @Injectable()
    class Broken implements CanActivate {
      constructor(@Inject(Secret) private readonly secret: Secret) {}
      canActivate(context: ExecutionContext): boolean {
        asked.push(`${this.secret.word} ${context.getClass().name} ${context.getType()}`);
        throw new Error('no session store');
      }
    }
    const provided = { provide: AdminGuard, useValue: { canActivate: () => Promise.resolve(true) } };
    const paths = { overall: { path: '/health', guards: [Broken] } };
    const module = HealthModule.forRoot({ builtIn: NO_MACHINE, paths, guards: [AdminGuard] });
    Object.assign(module, { imports: [Secrets] });
    const { codes, logger } = await boot({ imports: [module], providers: [provided] });
    expect(await codes('/livez', '/health')).toEqual([200, 500]);
    expect(asked).toEqual(['sesame HealthProbes http']);
    expect(logger.lines.join('\n')).toContain('error A guard of a probe failed');
  });
});

describe('a port of its own', () => {
  const boot = useHealthApps();

  test('has the paths, and that of the application has none of them', async () => {
    const { codes, health } = await boot(withChecks({ port: 0, host: '127.0.0.1' }));
    await health.checkNow();
    const own = async (path: string, method = 'GET') => {
      const response = await fetch(`http://127.0.0.1:${health.address?.port}${path}`, {
        method,
        headers: { connection: 'close' },
      });
      return [response.status, response.headers.get('allow')];
    };
    expect(await codes('/livez')).toEqual([404]);
    expect([await own('/livez?verbose'), await own('/readyz/'), await own('/health', 'HEAD')]).toEqual(
      [1, 2, 3].map(() => [200, null]),
    );
    expect([await own('/'), await own('/livez', 'POST')]).toEqual([
      [404, null],
      [405, 'GET, HEAD'],
    ]);
  });

  test('is closed with the application', async () => {
    const { app, health } = await boot(withChecks({ port: 0 }));
    const { port } = health.address ?? {};
    await app.close();
    expect(health.address).toBeUndefined();
    await expect(fetch(`http://127.0.0.1:${port}/livez`)).rejects.toThrow('fetch failed');
  });
});
