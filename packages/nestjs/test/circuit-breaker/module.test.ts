import { describe, expect, test } from '@jest/globals';
import { Controller, Get, Injectable, Module, NotFoundException } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  BreakerUnavailableError,
  type Breaker,
  CircuitBreaker as PlainCircuitBreaker,
  CircuitBreakerRef,
  CircuitBreakerRegistry,
  consecutive,
  countWindow,
} from '@rookery/circuit-breaker';
import { child, GenServer } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import { InjectServer, SupervisionModule, Supervisor } from '../../src/index.js';
import {
  BreakerSetupError,
  CircuitBreakerModule,
  CircuitBreakers,
  getCircuitBreakerRegistryToken,
  getCircuitBreakerToken,
  InjectCircuitBreaker,
  InjectCircuitBreakerRegistry,
  type NamedBreaker,
} from '../../src/integrations/circuit-breaker/index.js';
import { MemoryLogger } from '../support/apps.js';
import { gate, useCacheApps } from '../ttl-cache/support/apps.js';

const boot = useCacheApps();

const fail = (reason: unknown = new Error('down')) => Promise.reject(reason);

/** How many failures it takes to open. */
async function failuresToOpen(breaker: Breaker): Promise<number> {
  for (let failures = 1; failures <= 20; failures++) {
    await breaker.execute(() => fail()).catch(() => undefined);
    if (breaker.state === 'open') return failures;
  }
  return Infinity;
}

async function refusal(module: Parameters<typeof boot>[0]): Promise<Error> {
  const compiled = Test.createTestingModule(module).setLogger(new MemoryLogger()).compile();
  const app = await compiled.then((made) => made.init()).catch((error: unknown) => error);
  expect(app).toBeInstanceOf(Error);
  return app as Error;
}

describe('breakers', () => {
  test('are injected by name, each with its own options, and are called by it', async () => {
    @Injectable()
    class Shop {
      constructor(
        @InjectCircuitBreaker('payments') readonly payments: Breaker,
        @InjectCircuitBreaker('stock') readonly stock: Breaker,
      ) {}
    }
    const breakers = [{ name: 'payments', failureThreshold: 2 }, { name: 'stock' }];
    const { app } = await boot({ imports: [CircuitBreakerModule.forRoot({ breakers })], providers: [Shop] });
    const { payments, stock } = app.get(Shop);
    expect([await failuresToOpen(payments), stock.state]).toEqual([2, 'closed']);
    expect(await failuresToOpen(stock)).toBe(5);
    await expect(payments.call(() => 1)).rejects.toThrow(/^payments is open/);
  });

  test('have what holds for all, save where they say something else', async () => {
    const clock = new ManualClock();
    const breakers: NamedBreaker[] = [
      { name: 'usual' },
      { name: 'own', failureThreshold: 1 },
      { name: 'other', strategy: consecutive(4) },
      { name: 'undefined', failureThreshold: undefined as never },
    ];
    const { app } = await boot({
      imports: [CircuitBreakerModule.forRoot({ clock, timeoutMs: 100, failureThreshold: 3, breakers })],
    });
    const counts = breakers.map(({ name }) => failuresToOpen(app.get<Breaker>(getCircuitBreakerToken(name))));
    expect(await Promise.all(counts)).toEqual([3, 1, 4, 3]);
    await clock.advance(100);
    expect(
      app
        .get(CircuitBreakers)
        .report()
        .map(({ state }) => state),
    ).toEqual(Array(4).fill('half_open'));
  });

  test('with a threshold of their own are not held to the strategy of all', async () => {
    const breakers = [{ name: 'own', failureThreshold: 2 }];
    const options = { strategy: countWindow({ size: 100, minimumCalls: 50 }), breakers };
    const { app } = await boot({ imports: [CircuitBreakerModule.forRoot(options)] });
    expect(await failuresToOpen(app.get<Breaker>(getCircuitBreakerToken('own')))).toBe(2);
  });

  test('of forFeature are for who imports it, with what holds for all', async () => {
    @Injectable()
    class Holder {
      constructor(@InjectCircuitBreaker('own') readonly breaker: Breaker) {}
    }
    @Module({ imports: [CircuitBreakerModule.forFeature({ breakers: [{ name: 'own' }] })], providers: [Holder] })
    class Feature {}
    const { app } = await boot({ imports: [CircuitBreakerModule.forRoot({ failureThreshold: 2 }), Feature] });
    expect(await failuresToOpen(app.get(Holder).breaker)).toBe(2);
    class Outside extends Holder {}
    const error = await refusal({ imports: [CircuitBreakerModule.forRoot(), Feature], providers: [Outside] });
    expect(error.message).toContain('CircuitBreaker "own" (of CircuitBreakerModule.forRoot');
  });

  test('of forFeature need no forRoot, and with isGlobal every module sees them', async () => {
    @Injectable()
    class Holder {
      constructor(@InjectCircuitBreaker('own') readonly breaker: Breaker) {}
    }
    @Module({ imports: [CircuitBreakerModule.forFeature({ breakers: [{ name: 'own' }], isGlobal: true })] })
    class Feature {}
    const { app } = await boot({ imports: [Feature], providers: [Holder] });
    expect(await failuresToOpen(app.get(Holder).breaker)).toBe(5);
  });

  test('do not count what a client did wrong, unless they classify themselves', async () => {
    const breakers: NamedBreaker[] = [
      { name: 'usual', failureThreshold: 1 },
      { name: 'own', failureThreshold: 1, classifyError: () => 'failure' },
    ];
    const { app } = await boot({ imports: [CircuitBreakerModule.forRoot({ breakers })] });
    const states: string[] = [];
    for (const { name } of breakers) {
      const breaker = app.get<Breaker>(getCircuitBreakerToken(name));
      await breaker.execute(() => fail(new NotFoundException())).catch(() => undefined);
      states.push(breaker.state);
    }
    expect(states).toEqual(['closed', 'open']);
  });

  test('serve the requests that are open when the application closes, and end after that', async () => {
    const [asked, answer, closing] = [gate(), gate(), gate()];
    @Controller()
    class Slow {
      constructor(@InjectCircuitBreaker('slow') readonly breaker: Breaker) {}
      @Get()
      async slow(): Promise<string> {
        asked.open();
        await answer.opened;
        return this.breaker.call(() => 'called');
      }
      beforeApplicationShutdown() {
        closing.open();
      }
    }
    const imports = [CircuitBreakerModule.forRoot({ breakers: [{ name: 'slow' }] })];
    const { app, get } = await boot({ imports, controllers: [Slow] });
    const { breaker } = app.get(Slow);
    const registry = app.get<CircuitBreakerRegistry>(getCircuitBreakerRegistryToken());
    const keyed = registry.get('host');
    const response = get('/', { headers: { connection: 'close' } });
    await asked.opened;
    const closed = app.close();
    await closing.opened; // after the modules were destroyed
    answer.open();
    expect(await (await response).text()).toBe('called');
    await closed;
    await expect(breaker.call(() => 1)).rejects.toThrow(BreakerUnavailableError);
    await expect(keyed.call(() => 1)).rejects.toThrow(BreakerUnavailableError);
  });
});

describe('registries', () => {
  test('are injected, the default one too, and their breakers have what holds for all', async () => {
    @Injectable()
    class Hosts {
      constructor(
        @InjectCircuitBreakerRegistry() readonly byDefault: CircuitBreakerRegistry,
        @InjectCircuitBreakerRegistry('hosts') readonly hosts: CircuitBreakerRegistry,
      ) {}
    }
    const registries = [{ name: 'hosts', maxBreakers: 1, failureThreshold: 1 }];
    const { app } = await boot({
      imports: [CircuitBreakerModule.forRoot({ failureThreshold: 2, registries })],
      providers: [Hosts],
    });
    const { byDefault, hosts } = app.get(Hosts);
    expect(await failuresToOpen(byDefault.get('a'))).toBe(2);
    hosts.get('a');
    expect(await failuresToOpen(hosts.get('b'))).toBe(1);
    expect(hosts.size).toBe(1);
    expect(app.get(CircuitBreakers).registry('hosts')).toBe(hosts);
  });

  test('the default one has options of its own when it is listed', async () => {
    const registries = [{ name: 'default', failureThreshold: 1 }];
    const { app } = await boot({ imports: [CircuitBreakerModule.forRoot({ failureThreshold: 2, registries })] });
    const registry = app.get<CircuitBreakerRegistry>(getCircuitBreakerRegistryToken());
    expect(await failuresToOpen(registry.get('a'))).toBe(1);
  });
});

test('CircuitBreakers tells of all there are', async () => {
  const breakers = [{ name: 'payments', failureThreshold: 1 }];
  const { app } = await boot({ imports: [CircuitBreakerModule.forRoot({ breakers })] });
  const all = app.get(CircuitBreakers);
  await failuresToOpen(all.get('payments') as Breaker);
  all.registry()?.get('api.example.com').shadow();
  expect(all.report()).toEqual([
    {
      name: 'payments',
      registry: undefined,
      state: 'open',
      mode: 'auto',
      stats: expect.objectContaining({ trips: 1 }),
    },
    { name: 'api.example.com', registry: 'default', state: 'closed', mode: 'shadow', stats: expect.anything() },
  ]);
  expect([all.get('nobody'), all.registry('nobody')]).toEqual([undefined, undefined]);
  expect(() => JSON.stringify(all.report())).not.toThrow();
});

describe('a supervised breaker', () => {
  const payments = PlainCircuitBreaker.childSpec({ name: 'payments', failureThreshold: 1 });
  class Clerk extends GenServer {}

  @Supervisor({ strategy: 'one_for_one', children: [payments, child(Clerk, { name: 'clerk' })] })
  class Root {}

  const tree = () => SupervisionModule.forRoot({ root: Root });
  const supervised = (name: string) => CircuitBreakerModule.forRoot({ breakers: [{ name, supervised: true }] });

  test('is the one in the tree', async () => {
    @Injectable()
    class Shop {
      constructor(
        @InjectCircuitBreaker('payments') readonly breaker: CircuitBreakerRef,
        @InjectServer(payments) readonly ref: CircuitBreakerRef,
      ) {}
    }
    const { app } = await boot({ imports: [tree(), supervised('payments')], providers: [Root, Shop] });
    const { breaker, ref } = app.get(Shop);
    expect(await failuresToOpen(breaker)).toBe(1);
    expect(ref.state).toBe('open');
    expect(app.get(CircuitBreakers).report()).toMatchObject([{ name: 'payments', state: 'open' }]);
    await app.close();
    await expect(breaker.call(() => 1)).rejects.toThrow(BreakerUnavailableError);
  });

  test.each([
    ['without a tree', [supervised('payments')], /the application has no supervision tree: import SupervisionModule/],
    ['that is in no list', [tree(), supervised('paiments')], /no child of the supervision tree has that name/],
    [
      'whose name is that of another kind',
      [tree(), supervised('clerk')],
      /the child of that name is no circuit breaker/,
    ],
  ])('%s fails the boot, and says what to do', async (_, imports, message) => {
    const error = await refusal({ imports, providers: [Root] });
    expect(error).toBeInstanceOf(BreakerSetupError);
    expect(error.message).toMatch(message);
  });
});

describe('refused as they are declared:', () => {
  test.each<[string, object, RegExp]>([
    [
      'a threshold of 0',
      { breakers: [{ name: 'a', failureThreshold: 0 }] },
      /^CircuitBreakerModule\.forRoot, breaker "a": Expected `failureThreshold`/,
    ],
    [
      'one that holds for all',
      { failureThreshold: NaN },
      /^CircuitBreakerModule\.forRoot: Expected `failureThreshold`/,
    ],
    ['a breaker without a name', { breakers: [{ failureThreshold: 1 }] }, /a breaker needs a `name`/],
    ['null for a breaker', { breakers: [null] }, /a breaker needs a `name`/],
    ['no list', { breakers: { name: 'a' } }, /`breakers` must be an array/],
    ['two of one name', { breakers: [{ name: 'a' }, { name: 'a' }] }, /two of `breakers` are named "a"/],
    ['two registries of one name', { registries: [{ name: 'a' }, { name: 'a' }] }, /two of `registries` are named "a"/],
    ['options of a supervised one', { breakers: [{ name: 'a', supervised: true, timeoutMs: 1 }] }, /childSpec/],
    ['supervised: false', { breakers: [{ name: 'a', supervised: false }] }, /childSpec/],
    ['a factory', { breakers: [{ name: 'a', useFactory: () => ({}) }] }, /use forRootAsync or forFeatureAsync/],
    ['options of others', { resetTimeout: 5 }, /no option `resetTimeout`: .* Did you mean timeoutMs\?/],
    ['timeout', { breakers: [{ name: 'a', timeout: 5 }] }, /Did you mean callTimeoutMs/],
    ['maxBreakers of 0', { registries: [{ name: 'a', maxBreakers: 0 }] }, /registry "a": Expected `maxBreakers`/],
    ['isGlobal', { isGlobal: 'yes' }, /`isGlobal` must be true or false/],
  ])('%s', (_, options, message) => {
    const make = () => CircuitBreakerModule.forRoot(options);
    expect(make).toThrow(BreakerSetupError);
    expect(make).toThrow(message);
  });

  test('no options at all, of a feature', () => {
    expect(() => CircuitBreakerModule.forFeature(undefined as never)).toThrow(
      /^CircuitBreakerModule\.forFeature: .*object/,
    );
    expect(() => CircuitBreakerModule.forFeature([{ name: 'a' }] as never)).toThrow(/no option `0`/);
  });

  test('names that are none', () => {
    expect(() => InjectCircuitBreaker('')).toThrow(BreakerSetupError);
    expect(() => getCircuitBreakerRegistryToken(5 as never)).toThrow(/must be a non-empty string/);
  });
});

describe('refused at boot:', () => {
  test('two breakers of one name, in whatever modules', async () => {
    const feature = () => CircuitBreakerModule.forFeature({ breakers: [{ name: 'a' }] });
    @Module({ imports: [feature()] })
    class One {}
    @Module({ imports: [feature()] })
    class Two {}
    const error = await refusal({ imports: [One, Two] });
    expect(error).toBeInstanceOf(BreakerSetupError);
    expect(error.message).toMatch(/breaker "a": there is another breaker "a" in the application.* make it once/);
  });

  test('options that make no sense with those that hold for all', async () => {
    const breakers = [{ name: 'a', timeoutMs: 1000 }];
    const error = await refusal({
      imports: [CircuitBreakerModule.forRoot({ timeoutMs: 10, openTime: { maxMs: 100 }, breakers })],
    });
    expect(error.message).toMatch(/^CircuitBreakerModule\.forRoot, breaker "a": Expected `openTime\.maxMs`/);
  });
});

test('one module that two import is one breaker', async () => {
  const feature = CircuitBreakerModule.forFeature({ breakers: [{ name: 'a' }] });
  @Module({ imports: [feature] })
  class One {}
  @Module({ imports: [feature] })
  class Two {}
  const { app } = await boot({ imports: [One, Two] });
  expect(app.get(CircuitBreakers).report()).toHaveLength(1);
});
