import { describe, expect, test } from '@jest/globals';
import { Inject, Injectable, Module, type OnModuleInit } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { ManualClock } from '@rookery/genserver/testing';
import {
  HealthModule,
  type HealthModuleAsyncOptions,
  type HealthModuleOptions,
  HealthService,
} from '../../src/integrations/health/index.js';
import { MemoryLogger } from '../support/apps.js';
import { bootError, NO_MACHINE, useHealthApps } from './support/apps.js';

const boot = useHealthApps();

describe('HealthService', () => {
  test('does all that a health check does', async () => {
    const { health } = await boot({ imports: [HealthModule.forRoot({ builtIn: NO_MACHINE })] });
    const changed: string[] = [];
    const stop = health.subscribe(({ kind }) => changed.push(kind));
    health.add({ name: 'a', check: () => {} });
    await health.checkNow('a');
    expect([health.check('a')?.state, health.group('readiness').ok, health.stats().checks]).toEqual([
      'healthy',
      true,
      1,
    ]);
    expect([health.remove('a'), changed.length > 0]).toEqual([true, true]);
    stop();
    health.beginShutdown();
    expect([health.phase, health.address]).toEqual(['unready', undefined]);
    expect(await health.shutdown({ delayMs: 0 })).toMatchObject({ kind: 'drained' });
  });

  test('is injected everywhere, or with isGlobal: false where the module is imported', async () => {
    @Injectable()
    class Watcher {
      constructor(@Inject(HealthService) readonly health: HealthService) {}
    }
    @Module({ providers: [Watcher] })
    class Feature {}
    const { app, health } = await boot({ imports: [HealthModule.forRoot({ builtIn: NO_MACHINE }), Feature] });
    expect(app.get(Watcher, { strict: false }).health).toBe(health);
    const error = await bootError({ imports: [HealthModule.forRoot({ isGlobal: false }), Feature] });
    expect(error).toMatchObject({ message: expect.stringContaining('resolve dependencies of the Watcher') });
  });

  test('asked before the application has started says so', async () => {
    class Early implements OnModuleInit {
      constructor(@Inject(HealthService) private readonly health: HealthService) {}
      onModuleInit(): void {
        this.health.getHealth();
      }
    }
    const error = await bootError({ imports: [HealthModule.forRoot()], providers: [Early] });
    expect(error).toMatchObject({ code: 'ERR_NEST_HEALTH_NOT_STARTED' });
  });

  test('is there without HTTP, and closed with the application', async () => {
    const imports = [HealthModule.forRoot({ builtIn: NO_MACHINE, checks: [{ name: 'a', check: () => {} }] })];
    const app = await Test.createTestingModule({ imports }).setLogger(new MemoryLogger()).compile();
    await app.init();
    const health = app.get(HealthService);
    expect((await health.checkNow()).state).toBe('healthy');
    await app.close();
    await expect(health.checkNow()).rejects.toMatchObject({ code: 'ERR_HEALTH_CHECK_CLOSED' });
  });
});

describe('without a tree', () => {
  test('a shutdown takes readiness down, waits, then closes; liveness stays', async () => {
    const clock = new ManualClock();
    const module = HealthModule.forRoot({ clock, shutdownDelayMs: 400, builtIn: NO_MACHINE });
    const { app, codes, health } = await boot({ imports: [module] });
    let isClosed = false;
    const closed = app.close().then(() => (isClosed = true));
    while (clock.pendingTimers === 0) await new Promise((resolve) => setImmediate(resolve));
    expect([await codes('/livez', '/readyz'), health.phase]).toEqual([[200, 503], 'unready']);
    await clock.advance(399);
    expect([isClosed, health.phase]).toEqual([false, 'unready']);
    await clock.advance(1);
    await closed;
    expect(health.probe('liveness').statusCode).toBe(200);
  });
});

describe('forRootAsync', () => {
  test('has its settings from what is injected', async () => {
    class Settings {
      readonly port = 0;
    }
    @Module({ providers: [Settings], exports: [Settings] })
    class SettingsModule {}
    const module = HealthModule.forRootAsync({
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: async ({ port }: Settings) => ({ port, host: '127.0.0.1', builtIn: NO_MACHINE }),
    });
    const { health, codes } = await boot({ imports: [module] });
    expect([health.address?.address, await codes('/livez')]).toEqual(['127.0.0.1', [404]]);
  });

  test('settings that make no sense fail the boot', async () => {
    const imports = [HealthModule.forRootAsync({ useFactory: () => ({ timeoutMs: -1 }) })];
    expect(await bootError({ imports })).toMatchObject({ code: 'ERR_NEST_HEALTH_SETUP' });
  });

  test.each<[string, unknown, RegExp]>([
    ['no factory', {}, /`useFactory` must be a function/],
    ['a class', { useClass: class {} }, /no option `useClass`.*inject, with useFactory/],
    ['an inject that is no list', { useFactory: () => ({}), inject: 'x' }, /`inject` must be an array/],
  ])('refuses %s', (_, options, message) => {
    expect(() => HealthModule.forRootAsync(options as HealthModuleAsyncOptions)).toThrow(message);
  });
});

describe('refused as the module is declared', () => {
  test.each<[string, unknown, RegExp]>([
    ['no options', null, /^HealthModule\.forRoot: the options must be an object, got null/],
    ['an option that is none', { indicators: {} }, /no option `indicators`.*Did you mean builtIn/],
    [
      'an interval below the timeout',
      { intervalMs: 5, timeoutMs: 10, checks: [{ name: 'a', check: () => {} }] },
      /`intervalMs`/,
    ],
    ['a check that is no function', { checks: [{ name: 'a', check: 5 }] }, /`check` of the check `a`.*a function/],
    ['details that are none', { details: 'sometimes' }, /`details`/],
    [
      'a path without a slash',
      { paths: { liveness: 'livez' } },
      /`paths\.liveness` must be a path such as "\/readyz", or false, got "livez"/,
    ],
    ['a path that is a pattern', { paths: { liveness: '/:id' } }, /`paths\.liveness`/],
    [
      'a path of a group that is none',
      { paths: { live: '/x' } },
      /a group "live", and there is none: there are liveness, /,
    ],
    ['an option of a path that is none', { paths: { liveness: { path: '/x', guard: 1 } } }, /no option `guard`/],
    ['a guard that is none', { guards: [{}] }, /`guards` must be an array of guards/],
    ['a port that is none', { port: 70_000 }, /`port` must be an integer from 0 to 65535, got 70000/],
    ['a host without a port', { host: '::1' }, /`host` must be an address, beside `port`/],
    ['a prefix on a port of its own', { port: 0, globalPrefix: true }, /`port` of its own has neither/],
    ['a delay that is none', { shutdownDelayMs: NaN }, /`shutdownDelayMs`/],
    ['a built-in check that is none', { builtIn: { disk: true } }, /builtIn: there is no option `disk`/],
    ['pools without `of`', { builtIn: { pools: {} } }, /`builtIn\.pools\.of` must be an object/],
    ['a name that is none', { name: '' }, /`name` must be a non-empty string/],
    ['isGlobal that is no boolean', { isGlobal: 'yes' }, /`isGlobal` must be true or false/],
  ])('%s', (_, options, message) => {
    const make = () => HealthModule.forRoot(options as HealthModuleOptions);
    expect(make).toThrow(message);
    expect(make).toThrow(expect.objectContaining({ code: 'ERR_NEST_HEALTH_SETUP' }));
  });
});

describe('a boot fails', () => {
  test('when the module is there twice', async () => {
    @Module({ imports: [HealthModule.forRoot()] })
    class Feature {}
    const error = await bootError({ imports: [HealthModule.forRoot({ name: 'other' }), Feature] });
    expect(error).toMatchObject({ message: expect.stringMatching(/in the application 2 times: import forRoot once/) });
  });

  test('when two groups have one path', async () => {
    const error = await bootError({ imports: [HealthModule.forRoot({ paths: { startup: '/readyz' } })] });
    expect(error).toMatchObject({
      message: expect.stringMatching(/readiness and startup have the same path \/readyz/),
    });
  });

  test('when a guard cannot be made', async () => {
    class Missing {}
    @Injectable()
    class Guard {
      constructor(@Inject(Missing) readonly missing: Missing) {}
      canActivate() {
        return true;
      }
    }
    const error = await bootError({ imports: [HealthModule.forRoot({ guards: [Guard] })] });
    expect(error).toMatchObject({
      message: expect.stringMatching(/the guard Guard cannot be made: .*Missing.*Provide it/s),
    });
  });

  test('when it has a version, and the application has none', async () => {
    const error = await bootError({ imports: [HealthModule.forRoot({ version: '1' })] });
    expect(error).toMatchObject({ message: expect.stringMatching(/call app\.enableVersioning\(\)/) });
  });

  test('when the port of its own is taken', async () => {
    const { health } = await boot({
      imports: [HealthModule.forRoot({ port: 0, host: '127.0.0.1', builtIn: NO_MACHINE })],
    });
    const port = health.address?.port ?? 0;
    const error = await bootError({
      imports: [HealthModule.forRoot({ port, host: '127.0.0.1', builtIn: NO_MACHINE })],
    });
    expect(error).toMatchObject({
      message: expect.stringMatching(/cannot listen on 127\.0\.0\.1, port \d+ \(.*EADDRINUSE/),
    });
  });
});
