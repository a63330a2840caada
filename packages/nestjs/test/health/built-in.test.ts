import { describe, expect, test } from '@jest/globals';
import { CircuitBreaker } from '@rookery/circuit-breaker';
import { Runtime } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import { TtlCache } from '@rookery/ttl-cache';
import { WorkerPool } from '@rookery/worker-pool';
import { SupervisionModule, Supervisor } from '../../src/index.js';
import { type BuiltInIndicators, HealthModule } from '../../src/integrations/health/index.js';
import { getCacheToken, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { bootError, NO_MACHINE, useHealthApps } from './support/apps.js';

const boot = useHealthApps();

function healthModule(builtIn: BuiltInIndicators) {
  return HealthModule.forRoot({ minGapMs: 0, builtIn: { ...NO_MACHINE, ...builtIn } });
}

const POOL = Symbol('the pool of images');

test('event loop and heap are looked at unless the option says otherwise', async () => {
  const { health } = await boot({ imports: [HealthModule.forRoot()] });
  expect(Object.keys(health.getHealth().checks)).toEqual(['event-loop', 'heap']);
  expect(Object.keys(health.group('liveness').checks)).toEqual(['event-loop']);
  const options = { eventLoop: { name: 'loop' }, heap: false } as const;
  const { health: other } = await boot({ imports: [HealthModule.forRoot({ builtIn: options })] });
  expect(Object.keys(other.getHealth().checks)).toEqual(['loop']);
});

describe('what is injected is looked at', () => {
  test('a worker pool: as much waits as runs', async () => {
    const pool = new WorkerPool({ size: 1 });
    const open: (() => void)[] = [];
    const imports = [healthModule({ pools: { of: { images: POOL }, saturation: { unhealthyAt: 3 } } })];
    const { health } = await boot({ imports, providers: [{ provide: POOL, useValue: pool }] });
    const add = () => pool.executeTask(() => new Promise<void>((resolve) => open.push(resolve)));
    expect((await health.checkNow()).checks['pools']).toMatchObject({
      state: 'healthy',
      data: { images: { total: 1, busy: 0, queued: 0, overdue: 0 } },
    });
    const tasks = [add(), add()];
    expect((await health.checkNow()).checks['pools']).toMatchObject({
      state: 'degraded',
      reason: '1 tasks wait for the pool images, which runs 1',
    });
    tasks.push(add());
    expect((await health.checkNow()).checks['pools']?.state).toBe('unhealthy');
    while (open.length > 0 || pool.getStats().busy > 0) {
      open.shift()?.();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await Promise.all(tasks);
    expect((await health.checkNow()).checks['pools']?.state).toBe('healthy');
    await pool.stop();
  });

  test('a circuit breaker, by its class: open is degraded, and readiness stays up', async () => {
    class Bank extends CircuitBreaker {}
    const bank = new Bank();
    const imports = [healthModule({ breakers: { of: { bank: Bank } } })];
    const { health, codes } = await boot({ imports, providers: [{ provide: Bank, useValue: bank }] });
    expect((await health.checkNow()).checks['breakers']).toMatchObject({ state: 'healthy', data: { bank: 'closed' } });
    bank.forceOpen();
    expect((await health.checkNow()).checks['breakers']).toMatchObject({
      state: 'degraded',
      reason: 'the breaker bank is open',
    });
    expect(await codes('/readyz')).toEqual([200]);
    bank.auto();
    expect((await health.checkNow()).checks['breakers']?.state).toBe('healthy');
  });

  test('a cache that does not get to sweep', async () => {
    const clock = new (class extends ManualClock {
      heldMs = 0;
      override now() {
        return super.now() + this.heldMs;
      }
    })();
    const caches = [{ name: 'profiles', clock, ttlMs: 1_000, sweepIntervalMs: 1_000 }];
    const imports = [
      TtlCacheModule.forRoot({ caches }),
      healthModule({ caches: { of: { profiles: getCacheToken('profiles') } } }),
    ];
    const { app, health } = await boot({ imports });
    app.get<TtlCache>(getCacheToken('profiles')).put('key', 1);
    expect((await health.checkNow()).checks['caches']?.state).toBe('healthy');
    clock.heldMs = 10_000; // time has passed, and no timer has run
    expect((await health.checkNow()).checks['caches']).toMatchObject({
      state: 'degraded',
      reason: expect.stringMatching(/^the sweep of profiles is \d+ ms behind$/),
    });
  });

  test('refs to children of the tree, before it is up and when it is', async () => {
    @Supervisor({
      strategy: 'one_for_one',
      children: [
        WorkerPool.childSpec({ name: 'images' }),
        TtlCache.childSpec({ name: 'profiles' }),
        CircuitBreaker.childSpec({ name: 'bank' }),
      ],
    })
    class Root {}
    const clock = new ManualClock();
    const provide = (token: string, useFactory: (runtime: Runtime) => unknown) => ({
      provide: token,
      useFactory,
      inject: [Runtime],
    });
    const builtIn = {
      ...NO_MACHINE,
      pools: { of: { images: 'images-ref' } },
      caches: { of: { profiles: 'profiles-ref' } },
      breakers: { of: { bank: 'bank-ref' } },
    };
    const imports = [SupervisionModule.forRoot({ root: Root, clock }), HealthModule.forRoot({ builtIn })];
    const providers = [
      Root,
      provide('images-ref', (runtime) => WorkerPool.ref(runtime, 'images')),
      provide('profiles-ref', (runtime) => TtlCache.ref(runtime, 'profiles')),
      provide('bank-ref', (runtime) => CircuitBreaker.ref(runtime, 'bank')),
    ];
    const { health } = await boot({ imports, providers });
    await clock.advance(0);
    const { checks } = health.getHealth();
    expect(['pools', 'caches', 'breakers'].map((name) => checks[name]?.state)).toEqual([
      'healthy',
      'healthy',
      'healthy',
    ]);
  });
});

test.each<[string, BuiltInIndicators, RegExp]>([
  [
    'a token that nobody provides',
    { pools: { of: { images: POOL } } },
    /^HealthModule, builtIn\.pools\.of\.images: nothing is injected by Symbol\(the pool of images\): provide it/,
  ],
  [
    'what is no pool',
    { pools: { of: { images: {} as never } } },
    /^HealthModule, builtIn\.pools: .*`pools\.images\.getStats`/,
  ],
  [
    'a limit that makes no sense',
    { heap: { used: { degradedAt: -1 } } },
    /^HealthModule, builtIn\.heap: .*`used\.degradedAt`/,
  ],
])('a boot fails for %s', async (_, builtIn, message) => {
  expect(await bootError({ imports: [healthModule(builtIn)] })).toMatchObject({
    code: 'ERR_NEST_HEALTH_SETUP',
    message: expect.stringMatching(message),
  });
});
