import { describe, expect, test } from '@jest/globals';
import { Controller, Injectable, Module, type Provider, Scope } from '@nestjs/common';
import { type CheckContext, degraded } from '@rookery/health-check';
import { GenServer } from '@rookery/genserver';
import { Supervised, SupervisionModule, Supervisor } from '../../src/index.js';
import { HealthIndicator, HealthModule, type HealthModuleOptions } from '../../src/integrations/health/index.js';
import { bootError, NO_MACHINE, useHealthApps } from './support/apps.js';

const boot = useHealthApps();

function healthModule(options: HealthModuleOptions = {}) {
  return HealthModule.forRoot({ minGapMs: 0, builtIn: NO_MACHINE, ...options });
}

@Injectable()
class Database {
  isUp = true;
  @HealthIndicator({ name: 'database', tags: ['readiness'], intervalMs: 10_000 })
  ping({ signal }: CheckContext) {
    if (!this.isUp || signal.aborted) throw new Error('connection refused');
  }
}

describe('found and run are', () => {
  test('methods of providers, on the instance that the application has', async () => {
    const { app, health } = await boot({ imports: [healthModule()], providers: [Database] });
    expect((await health.checkNow()).checks['database']?.state).toBe('healthy');
    app.get(Database).isUp = false;
    const report = await health.checkNow('database');
    expect(report.checks['database']).toMatchObject({ state: 'unhealthy', reason: 'Error: connection refused' });
  });

  test('classes with a method `check`, controllers, what a factory or a value gives, and what is inherited', async () => {
    @HealthIndicator({ name: 'queue' })
    class Queue {
      check() {
        return degraded('slow');
      }
    }
    @Controller()
    class Shop {
      @HealthIndicator({ name: 'shop' })
      look() {}
    }
    class Base {
      @HealthIndicator({ name: 'base' })
      look() {}
    }
    class Derived extends Base {
      override look() {
        throw new Error('derived');
      }
    }
    class Made {
      @HealthIndicator({ name: 'made' })
      async look() {}
    }
    class Given {
      @HealthIndicator({ name: 'given', critical: false })
      look() {}
    }
    const providers = [
      Queue,
      Derived,
      { provide: 'made', useFactory: async () => new Made() },
      { provide: 'given', useValue: new Given() },
      { provide: 'same', useExisting: Queue },
    ];
    const { health } = await boot({ imports: [healthModule()], controllers: [Shop], providers });
    const { checks } = await health.checkNow();
    const states = Object.fromEntries(Object.entries(checks).map(([name, { state }]) => [name, state]));
    expect(states).toEqual({
      queue: 'degraded',
      base: 'unhealthy',
      made: 'healthy',
      given: 'healthy',
      shop: 'healthy',
    });
    expect(checks['given']?.critical).toBe(false);
  });

  test('those of the option, beside them; a provider that a test has replaced is not asked', async () => {
    const checks = [{ name: 'extra', check: () => {} }];
    const fake = { provide: Database, useValue: { isUp: true } };
    const { health } = await boot({ imports: [healthModule({ checks })], providers: [fake] });
    expect(Object.keys((await health.checkNow()).checks)).toEqual(['extra']);
  });

  test('tagged with a group of the application, and untagged ones in readiness', async () => {
    class Bank {
      @HealthIndicator({ name: 'bank', tags: ['payments'] })
      look() {}
      @HealthIndicator({ name: 'desk' })
      desk() {}
    }
    const groups = { payments: {} };
    const { health } = await boot({ imports: [healthModule({ groups })], providers: [Bank] });
    expect(['payments', 'readiness', 'liveness'].map((group) => Object.keys(health.group(group).checks))).toEqual([
      ['bank'],
      ['desk'],
      [],
    ]);
  });
});

describe('a boot fails, and says which class, which method and what to do', () => {
  const failure = (...providers: readonly Provider[]) =>
    bootError({ imports: [healthModule()], providers: [...providers] });
  const says = (message: RegExp) => ({ code: 'ERR_NEST_HEALTH_SETUP', message: expect.stringMatching(message) });

  test('when two checks have one name', async () => {
    class Other {
      @HealthIndicator({ name: 'database' })
      look() {}
    }
    const message =
      /^@HealthIndicator on Other\.look \(module RootTestModule\): @HealthIndicator on Database\.ping .* has the name "database", too: give/;
    expect(await failure(Database, Other)).toMatchObject(says(message));
  });

  test('when a provider is in two modules', async () => {
    @Module({ providers: [Database] })
    class Second {}
    const error = await bootError({ imports: [healthModule(), Second], providers: [Database] });
    expect(error).toMatchObject({
      message: expect.stringMatching(
        /\(module Second\).*\(module RootTestModule\)|\(module RootTestModule\).*\(module Second\)/,
      ),
    });
  });

  test('when the interval is below the timeout', async () => {
    class Slow {
      @HealthIndicator({ name: 'slow', intervalMs: 10, timeoutMs: 20 })
      look() {}
    }
    expect(await failure(Slow)).toMatchObject(
      says(/^@HealthIndicator on Slow\.look .*`intervalMs` of the check `slow`.*at least its timeoutMs \(20\)/),
    );
  });

  test('when the provider is request-scoped, by way of another', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {}
    @Injectable()
    class PerTenant {
      constructor(readonly tenant: Tenant) {}
      @HealthIndicator({ name: 'tenant' })
      look() {}
    }
    expect(await failure(Tenant, PerTenant)).toMatchObject(
      says(/^@HealthIndicator on PerTenant\.look .*request-scoped \(PerTenant → Tenant\).*inject what lives/),
    );
  });

  test('when it is transient', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Fleeting {
      @HealthIndicator({ name: 'fleeting' })
      look() {}
    }
    expect(await failure(Fleeting)).toMatchObject(
      says(/^@HealthIndicator on Fleeting\.look .*transient.*default scope/),
    );
  });

  test('when it is a server of the tree', async () => {
    @Supervised()
    class Lobby extends GenServer {
      @HealthIndicator({ name: 'lobby' })
      look() {}
    }
    @Supervisor({ strategy: 'one_for_one', children: [Lobby] })
    class Root {}
    const error = await bootError({
      imports: [SupervisionModule.forRoot({ root: Root }), healthModule()],
      providers: [Lobby, Root],
    });
    expect(error).toMatchObject({
      message: expect.stringMatching(/^@HealthIndicator on Lobby\.look .*@InjectServer\(Lobby\)/),
    });
  });
});

describe('refused as the class is declared', () => {
  const declare =
    (options: unknown, target: object = { look() {} }, name = 'look') =>
    () =>
      (HealthIndicator(options as never) as MethodDecorator)(
        target,
        name,
        Object.getOwnPropertyDescriptor(target, name) as never,
      );

  test.each<[string, () => void, RegExp]>([
    ['no name', declare({}), /^@HealthIndicator on Object\.look: it needs a `name`/],
    ['no options', declare(undefined), /the options must be an object, got undefined/],
    ['an option that is none', declare({ name: 'a', interval: 5 }), /no option `interval`.*Did you mean intervalMs/],
    ['a property', declare({ name: 'a' }, { look: 5 }), /only methods can be checks/],
    [
      'a static method',
      declare({ name: 'a' }, Object.assign(class Shop {}, { look: () => {} })),
      /a static method belongs to no provider/,
    ],
  ])('%s', (_, make, message) => {
    expect(make).toThrow(message);
  });

  test('a class without `check`', () => {
    class Empty {}
    const decorate = () => (HealthIndicator({ name: 'a' }) as (type: unknown) => void)(Empty);
    expect(decorate).toThrow(/^@HealthIndicator on Empty\.check: the class has no method `check`/);
  });
});
