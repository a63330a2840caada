import { describe, expect, test } from '@jest/globals';
import { Injectable, Module } from '@nestjs/common';
import { REQUEST } from '@nestjs/core';
import { type PoolEvent, threads, type Threads, WorkerPool, WorkerPoolRef } from '@rookery/worker-pool';
import { SupervisionModule, Supervisor } from '../../src/index.js';
import {
  getPoolToken,
  InjectPool,
  type NamedPool,
  type Pool,
  PoolSetupError,
  WorkerPoolModule,
  WorkerPools,
} from '../../src/integrations/worker-pool/index.js';
import { useCacheApps } from '../ttl-cache/support/apps.js';

const boot = useCacheApps();

@Injectable()
class Reports {
  constructor(@InjectPool('reports') readonly pool: Pool) {}
}

describe('pools', () => {
  test('are injected by name, with their options and their name as label', async () => {
    const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'reports', size: 2 }] })];
    const { app } = await boot({ imports, providers: [Reports] });
    const { pool } = app.get(Reports);
    expect(pool).toBeInstanceOf(WorkerPool);
    expect(pool.getStats().total).toBe(2);
    expect((pool as WorkerPool).label).toBe('reports');
    expect(await pool.executeTask(() => 1)).toBe(1);
  });

  test('take options from factories, awaited', async () => {
    @Module({ providers: [{ provide: 'size', useValue: 3 }], exports: ['size'] })
    class Settings {}
    const useFactory = async (size: number) => ({ size });
    const pools = [{ name: 'reports', imports: [Settings], inject: ['size'], useFactory }];
    for (const module of [WorkerPoolModule.forRootAsync({ pools }), WorkerPoolModule.forFeatureAsync(pools)]) {
      const { app } = await boot({ imports: [module], providers: [Reports] });
      expect(app.get(Reports).pool.getStats().total).toBe(3);
    }
  });

  test('of forFeature are seen by the modules that import them, or by all', async () => {
    @Module({ imports: [WorkerPoolModule.forFeature([{ name: 'reports' }], { isGlobal: true })] })
    class Feature {}
    const { app } = await boot({ imports: [Feature], providers: [Reports] });
    expect(app.get(Reports).pool).toBeInstanceOf(WorkerPool);

    @Module({ imports: [WorkerPoolModule.forFeature([{ name: 'reports' }])] })
    class Hidden {}
    await expect(boot({ imports: [Hidden], providers: [Reports] })).rejects.toThrow(
      /Reports.*WorkerPool "reports" \(of WorkerPoolModule\.forRoot/s,
    );
  });

  test('can be replaced in tests by their token', () => {
    expect(getPoolToken('reports')).toBe(getPoolToken('reports'));
    expect(() => getPoolToken('')).toThrow(PoolSetupError);
  });

  test('are reported all, for people and counters', async () => {
    const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'a' }, { name: 'b', size: 1 }] })];
    const { app } = await boot({ imports });
    const pools = app.get(WorkerPools);
    await pools.get('b')?.executeTask(() => 1);
    expect(pools.get('c')).toBeUndefined();
    expect(pools.report()).toMatchObject([
      { name: 'a', engineKind: 'closures', stats: { total: 5, completed: 0 } },
      { name: 'b', engineKind: 'closures', stats: { total: 1, completed: 1 } },
    ]);
  });

  test('of threads are ready when the application is, and gone when it is closed', async () => {
    const events: PoolEvent[] = [];
    const engine = threads({ module: new URL('fixtures/work.mjs', import.meta.url), export: 'double' });
    const pools = [{ name: 'reports', engine, size: 1, onEvent: (event: PoolEvent) => void events.push(event) }];
    const { app } = await boot({ imports: [WorkerPoolModule.forRoot({ pools })] });
    const pool: Pool<Threads<number, number>> = app.get(getPoolToken('reports'));
    expect(await pool.executeTask(21)).toBe(42);
    await app.close();
    expect(events.map(({ kind }) => kind)).toEqual(['worker_started', 'worker_exited']);
  });
});

describe('a boot fails', () => {
  test('when a pool of threads cannot start: the error says which, and why', async () => {
    const engine = threads({ module: new URL('fixtures/missing.mjs', import.meta.url), export: 'double' });
    const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'reports', engine }] })];
    await expect(boot({ imports })).rejects.toMatchObject({
      code: 'ERR_NEST_WORKER_POOL_SETUP',
      message: expect.stringMatching(/^WorkerPoolModule\.forRoot, pool "reports": it cannot start\. .*missing\.mjs/s),
      cause: { code: 'ERR_WORKER_POOL_MODULE' },
    });
  });

  test('when a name is taken elsewhere in the application', async () => {
    const imports = [
      WorkerPoolModule.forRoot({ pools: [{ name: 'reports' }] }),
      WorkerPoolModule.forFeature([{ name: 'reports' }]),
    ];
    await expect(boot({ imports })).rejects.toThrow(/there is another pool "reports".* rename one of them/);
  });

  test('when a factory gives options that make no sense', async () => {
    const pools = [{ name: 'reports', useFactory: () => ({ size: 0 }) }];
    await expect(boot({ imports: [WorkerPoolModule.forRootAsync({ pools })] })).rejects.toThrow(
      /pool "reports": Expected `size` to be an integer >= 1, got `0`/,
    );
  });

  test('when a factory is request-scoped', async () => {
    const useFactory = (): object => ({});
    const pools = [{ name: 'reports', inject: [REQUEST], useFactory }];
    await expect(boot({ imports: [WorkerPoolModule.forRootAsync({ pools })] })).rejects.toThrow(/request-scoped/);
  });
});

describe('a supervised pool', () => {
  @Supervisor({ strategy: 'one_for_one', children: [WorkerPool.childSpec({ name: 'reports', size: 3 })] })
  class Root {}

  const pools: NamedPool[] = [{ name: 'reports', supervised: true }];

  test('is a child of the tree, injected by the same decorator', async () => {
    const imports = [SupervisionModule.forRoot({ root: Root }), WorkerPoolModule.forRoot({ pools })];
    const { app } = await boot({ imports, providers: [Root, Reports] });
    const { pool } = app.get(Reports);
    expect(pool).toBeInstanceOf(WorkerPoolRef);
    expect(await pool.executeTask(() => pool.getStats().total)).toBe(3);
  });

  test.each([
    ['without a tree', [], /has no supervision tree: import SupervisionModule\.forRoot/],
    ['without such a child', [Root], /no child of the supervision tree has that name.*WorkerPool\.childSpec/],
  ])('%s fails the boot', async (_, roots, message) => {
    const trees = roots.map((root) => SupervisionModule.forRoot({ root }));
    const other: NamedPool[] = [{ name: 'other', supervised: true }];
    const imports = [...trees, WorkerPoolModule.forRoot({ pools: other })];
    await expect(boot({ imports, providers: roots })).rejects.toThrow(message);
  });
});

describe('options that make no sense are refused at once', () => {
  const pool = (options: object) => () => WorkerPoolModule.forFeature([{ name: 'a', ...options }]);

  test.each([
    ['no options', () => WorkerPoolModule.forRoot(undefined as never), /its options must be an object/],
    ['no pools', () => WorkerPoolModule.forRoot({} as never), /the pools must be an array/],
    ['an unknown option', () => WorkerPoolModule.forRoot({ pools: [], size: 1 } as never), /no option `size`/],
    ['no name', () => WorkerPoolModule.forRoot({ pools: [{} as NamedPool] }), /needs a `name`/],
    ['a name twice', () => WorkerPoolModule.forFeature([{ name: 'a' }, { name: 'a' }]), /two pools are named "a"/],
    ['isGlobal', () => WorkerPoolModule.forFeature([], { isGlobal: 1 as never }), /`isGlobal` must be true or false/],
    ['a size of 0', pool({ size: 0 }), /pool "a": Expected `size` to be an integer >= 1, got `0`/],
    ['a drainMs of NaN', pool({ drainMs: NaN }), /pool "a": Expected `drainMs`/],
    ["another pool's option", pool({ concurrency: 3 }), /no option `concurrency`.* Did you mean size\?/],
    ['supervised with options', pool({ supervised: true, size: 1 }), /stands beside the name alone/],
    ['a factory in forFeature', pool({ useFactory: () => ({}) }), /use forRootAsync or forFeatureAsync/],
    [
      'a factory that is none',
      () => WorkerPoolModule.forFeatureAsync([{ name: 'a', useFactory: 1 as never }]),
      /`useFactory` must be a function/,
    ],
  ])('%s', (_, declare, message) => {
    expect(declare).toThrow(PoolSetupError);
    expect(declare).toThrow(message);
  });
});
