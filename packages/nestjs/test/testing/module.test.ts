import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Inject, Injectable, Module } from '@nestjs/common';
import { TestingModule } from '@nestjs/testing';
import { child, GenServer, type ServerRef, systemClock } from '@rookery/genserver';
import { LeakError, ManualClock } from '@rookery/genserver/testing';
import { InjectServer, ShutdownState, Supervised, SupervisionModule, Supervisor } from '../../src/index.js';
import { SupervisionTestingModule } from '../../src/testing/index.js';
import { MemoryLogger } from '../support/apps.js';
import { treeOf } from '../support/trees.js';

@Injectable()
class Prices {
  of(item: string): number {
    return item.length;
  }
}

@Supervised()
class Till extends GenServer {
  constructor(@Inject(Prices) private readonly prices: Prices) {
    super();
  }
  price(item: string): number {
    return this.prices.of(item);
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Till], maxRestarts: 0 })
class Root {}

@Controller()
class PriceController {
  constructor(@InjectServer(Till) private readonly till: ServerRef<Till>) {}
  @Get()
  async price(): Promise<{ readonly price: number }> {
    return { price: await this.till.call.price('tea') };
  }
}

@Module({ providers: [Prices], exports: [Prices] })
class PricesModule {}

const modules: SupervisionTestingModule[] = [];

afterEach(async () => {
  for (const module of modules) await module.close();
  for (const module of modules.splice(0)) await module.assertNoLeaks();
});

function builderOf(options: Partial<Parameters<typeof SupervisionModule.forRoot>[0]> = {}) {
  const imports = [PricesModule, SupervisionModule.forRoot({ root: Root, ...options })];
  const metadata = { imports, providers: [Till], controllers: [PriceController] };
  return SupervisionTestingModule.createTestingModule(metadata).setLogger(new MemoryLogger());
}

async function compiled(builder: ReturnType<typeof builderOf>): Promise<SupervisionTestingModule> {
  const module = await builder.compile();
  modules.push(module);
  return module;
}

describe('a testing module', () => {
  test('is a TestingModule of Nest, and starts nothing before init', async () => {
    const module = await compiled(builderOf());
    expect(module).toBeInstanceOf(TestingModule);
    expect(module.runtime.tree()).toEqual([]);
    await module.init();
    expect(await module.ref(Till).call.price('tea')).toBe(3);
  });

  test('takes the overrides of Nest, in one chain with its own', async () => {
    class OtherPrices {
      of(): number {
        return 8;
      }
    }
    @Module({ providers: [{ provide: Prices, useClass: OtherPrices }], exports: [Prices] })
    class OtherPricesModule {}
    const values = [
      builderOf()
        .overrideProvider(Prices)
        .useValue({ of: () => 7 })
        .overrideSettings({ random: () => 0.5 }),
      builderOf()
        .overrideProvider(Prices)
        .useFactory({ factory: () => ({ of: () => 7 }) })
        .startOnly(Till),
      builderOf()
        .overrideProvider(Prices)
        .useClass(OtherPrices)
        .overrideServer(Till)
        .useFake({ price: () => 9 }),
      builderOf().overrideModule(PricesModule).useModule(OtherPricesModule).startOnly(Till),
      builderOf().overrideGuard('none').useValue(1).overridePipe('none').useValue(1).startOnly(Till),
      builderOf().overrideFilter('none').useValue(1).overrideInterceptor('none').useValue(1).startOnly(Till),
    ];
    const prices: number[] = [];
    for (const value of values) {
      const module = await compiled(value);
      await module.init();
      prices.push(await module.ref(Till).call.price('tea'));
    }
    expect(prices).toEqual([7, 7, 9, 8, 3, 3]);
  });

  test('mocks what is missing, as Nest does', async () => {
    const imports = [SupervisionModule.forRoot({ root: Root })];
    const builder = SupervisionTestingModule.createTestingModule({ imports, providers: [Till] });
    const module = await compiled(builder.useMocker(() => ({ of: () => 5 })).setLogger(new MemoryLogger()));
    await module.init();
    expect(await module.ref(Till).call.price('tea')).toBe(5);
  });

  test('makes an HTTP application, whose tree it controls', async () => {
    const module = await compiled(builderOf());
    const app = module.createNestApplication();
    await app.listen(0, '127.0.0.1');
    const hung = module.hang(Till);
    const answer = fetch(await app.getUrl()).then((response) => response.json());
    while (hung.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
    await hung.release();
    expect(await answer).toEqual({ price: 3 });
    await app.close();
  });

  test('needs a supervision tree', async () => {
    const builder = SupervisionTestingModule.createTestingModule({ providers: [Prices] });
    await expect(builder.compile()).rejects.toMatchObject({ code: 'ERR_SUPERVISION_TESTING_NO_TREE' });
  });
});

describe('the settings of a test', () => {
  test('have a clock that stands still, also with forRootAsync', async () => {
    const settings = { shutdownTimeoutMs: 50, readinessDelayMs: 25 };
    const imports = [PricesModule, SupervisionModule.forRootAsync({ root: Root, useFactory: async () => settings })];
    const builder = SupervisionTestingModule.createTestingModule({ imports, providers: [Till] });
    const module = await compiled(builder.setLogger(new MemoryLogger()));
    await module.init();
    expect(module.clock).toBeInstanceOf(ManualClock);
    await module.clock.advance(123);
    expect(module.runtime.now()).toBe(123);
  });

  test('keep a manual clock that forRoot got', async () => {
    const clock = new ManualClock();
    expect((await compiled(builderOf({ clock }))).clock).toBe(clock);
  });

  test('wait for no load balancer, and end no process when the root gives up', async () => {
    const module = await compiled(builderOf({ readinessDelayMs: 1_000, onGiveUp: 'close' }));
    await module.init();
    expect(await module.crash(Till)).toMatchObject({ kind: 'gave_up', supervisors: ['Root'] });
    await module.close();
    expect(module.get(ShutdownState, { strict: false }).phase).toBe('stopped');
  });

  test('call a function that hears of giving up', async () => {
    const reasons: unknown[] = [];
    const module = await compiled(builderOf({ onGiveUp: (reason) => void reasons.push(reason) }));
    await module.init();
    await module.crash(Till);
    expect(reasons).toEqual([{ kind: 'shutdown' }]);
  });

  test('may be others', async () => {
    const builder = builderOf()
      .overrideSettings({ clock: systemClock })
      .overrideSettings({ random: () => 0.5 });
    const module = await compiled(builder);
    await module.init();
    expect(() => module.clock).toThrow(expect.objectContaining({ code: 'ERR_SUPERVISION_TESTING_NO_MANUAL_CLOCK' }));
    await module.close();
    await module.assertNoLeaks();
  });

  test('must make sense', () => {
    expect(() => builderOf().overrideSettings({ shutdownTimeoutMs: -1 })).toThrow(
      expect.objectContaining({ code: 'ERR_GENSERVER_INVALID_OPTION' }),
    );
  });
});

describe('assertNoLeaks', () => {
  async function leaksOf(module: SupervisionTestingModule): Promise<string> {
    const error = await module.assertNoLeaks().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(LeakError);
    return (error as LeakError).message;
  }

  test('says that the application is open, with what runs and who started it', async () => {
    const module = await compiled(builderOf());
    await module.init();
    const text = await leaksOf(module);
    expect(text).toMatch(/2 process\(es\)\n {2}└─ Root \(one_for_one\)\n {5}└─ Till/);
    expect(text).toMatch(/Root was started at TreeRunner\./);
    expect(text).toMatch(/the application is ready: await its close\(\) before/);
  });

  test('says who started what is left after the close, and where timers were set', async () => {
    const module = await compiled(builderOf());
    await module.init();
    await module.close();
    const stray = await module.runtime.start(child(Till, { name: 'stray', create: () => new Till(new Prices()) }));
    const timer = module.clock.setTimer(50, () => {});
    const text = await leaksOf(module);
    expect(text).toMatch(/stray was started at .*module\.test\.ts:\d+/);
    expect(text).toMatch(/1 timer\(s\)\n {2}due in 50 ms, set at .*module\.test\.ts:\d+/);
    expect(text).not.toMatch(/the application is/);
    timer.cancel();
    await module.runtime.stop(stray ?? 'stray');
  });

  test('finds listeners of runtime events', async () => {
    const imports = [SupervisionModule.forRoot({ root: treeOf() })];
    const builder = SupervisionTestingModule.createTestingModule({ imports });
    const module = await compiled(builder.setLogger(new MemoryLogger()));
    const unsubscribe = module.runtime.subscribe(() => {});
    expect(await leaksOf(module)).toMatch(/1 listener\(s\) of runtime events/);
    unsubscribe();
  });
});
