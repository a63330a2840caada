import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { Controller, Get, HttpException, Injectable, Param, Scope } from '@nestjs/common';
import {
  PoolStoppedError,
  QueueFullError,
  TaskAbortedError,
  TaskTimeoutError,
  threads,
  WorkerPool,
} from '@rookery/worker-pool';
import { ManualClock } from '@rookery/genserver/testing';
import { SupervisionModule, Supervisor } from '../../src/index.js';
import {
  getPoolToken,
  InPool,
  type Pool,
  PoolArgumentError,
  PoolSetupError,
  WorkerPoolModule,
} from '../../src/integrations/worker-pool/index.js';
import { gate, useCacheApps } from '../ttl-cache/support/apps.js';

const boot = useCacheApps();

@Injectable()
class Reports {
  readonly order: string[] = [];
  readonly gates = new Map<string, ReturnType<typeof gate>>();

  @InPool('reports', { timeoutMs: 100 })
  async render(id: string): Promise<string> {
    this.order.push(id);
    await this.gates.get(id)?.opened;
    return `report ${id}`;
  }

  @InPool('reports', { key: (id: string) => id.charAt(0), priority: (id: string) => Number(id.charAt(1)) })
  async ranked(id: string): Promise<void> {
    this.order.push(id);
  }

  @InPool('reports')
  async until(signal: AbortSignal): Promise<AbortSignal> {
    this.gates.get('until')?.open();
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    return signal;
  }

  @InPool('reports')
  async fails(): Promise<never> {
    throw new RangeError('bad report');
  }

  hold(id: string): () => void {
    const made = gate();
    this.gates.set(id, made);
    return made.open;
  }
}

async function start(options: object = {}) {
  const clock = new ManualClock();
  const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'reports', size: 1, clock, ...options }] })];
  const { app } = await boot({ imports, providers: [Reports] });
  return { clock, reports: app.get(Reports), pool: app.get<Pool>(getPoolToken('reports')) };
}

describe('a method in a pool', () => {
  test('runs with its own this and arguments, no more at a time than the pool has slots', async () => {
    const { reports, pool } = await start();
    const open = reports.hold('1');
    const both = Promise.all([reports.render('1'), reports.render('2')]);
    expect(reports.order).toEqual(['1']);
    expect(pool.getStats()).toMatchObject({ busy: 1, queued: 1 });
    open();
    expect(await both).toEqual(['report 1', 'report 2']);
  });

  test('runs in the async context of its caller, whether it waited or not', async () => {
    const context = new AsyncLocalStorage<string>();
    class Reader {
      @InPool('reports')
      async read(opened?: Promise<void>): Promise<string | undefined> {
        await opened;
        return context.getStore();
      }
    }
    const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'reports', size: 1 }] })];
    const { app } = await boot({ imports, providers: [Reader] });
    const { opened, open } = gate();
    const asks = ['ada', 'bob'].map((who) => context.run(who, () => app.get(Reader).read(opened)));
    context.run('none', open);
    expect(await Promise.all(asks)).toEqual(['ada', 'bob']);
  });

  test('has its own time limit', async () => {
    const { reports, clock } = await start();
    const open = reports.hold('1');
    const answer = reports.render('1').catch((error: unknown) => error);
    await clock.advance(100);
    expect(await answer).toBeInstanceOf(TaskTimeoutError);
    open();
  });

  test('waits its turn by key and priority, made of the arguments', async () => {
    const { reports } = await start();
    const open = reports.hold('1');
    const calls = [reports.render('1'), ...['a1', 'b5', 'b9', 'c7'].map((id) => reports.ranked(id))];
    open();
    await Promise.all(calls);
    expect(reports.order).toEqual(['1', 'c7', 'b5', 'b9', 'a1']);
  });

  test('rejects with what it throws, or with what the pool says', async () => {
    const { reports, pool } = await start({ queue: { limit: 0 } });
    await expect(reports.fails()).rejects.toThrow(new RangeError('bad report'));
    const open = reports.hold('1');
    const running = reports.render('1');
    await expect(reports.render('2')).rejects.toBeInstanceOf(QueueFullError);
    open();
    await running;
    await pool.drain();
    await expect(reports.render('3')).rejects.toBeInstanceOf(PoolStoppedError);
  });

  test('ends for a caller whose signal fires, and hears of it by a signal in the place of it', async () => {
    const { reports } = await start();
    reports.hold('until');
    const caller = new AbortController();
    const call = reports.until(caller.signal);
    await reports.gates.get('until')?.opened;
    caller.abort(new Error('gone'));
    await expect(call).rejects.toBeInstanceOf(TaskAbortedError);
    await expect(call).rejects.toMatchObject({ cause: new Error('gone') });
  });

  test('rejects with the reason of the signal when that is an answer for HTTP', async () => {
    const { reports } = await start();
    const left = new HttpException('left', 499);
    await expect(reports.until(AbortSignal.abort(left))).rejects.toBe(left);
  });

  test.each(['key', 'priority'] as const)('does not run when its %s is a promise', async (option) => {
    class Odd {
      runs = 0;
      @InPool('reports', { [option]: async () => Promise.reject(new Error('late')) })
      async run(): Promise<void> {
        this.runs++;
      }
    }
    const { app } = await boot({
      imports: [WorkerPoolModule.forRoot({ pools: [{ name: 'reports' }] })],
      providers: [Odd],
    });
    await expect(app.get(Odd).run()).rejects.toBeInstanceOf(PoolArgumentError);
    expect(app.get(Odd).runs).toBe(0);
  });

  test('is one of a controller or of a request-scoped provider, too, and other decorators find what they know', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @InPool('reports')
      async run(): Promise<string> {
        return 'ran';
      }
    }
    @Controller()
    class Api {
      constructor(private readonly perRequest: PerRequest) {}

      @Get(':id')
      @InPool('reports')
      async get(@Param('id') id: string): Promise<string> {
        return `${id} ${await this.perRequest.run()}`;
      }
    }
    Reflect.defineMetadata('design:paramtypes', [PerRequest], Api);
    const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'reports', size: 2 }] })];
    const { app, get } = await boot({ imports, controllers: [Api], providers: [PerRequest] });
    expect(await (await get('/7')).text()).toBe('7 ran');
    expect(app.get<Pool>(getPoolToken('reports')).getStats().completed).toBe(2);
    expect(Api.prototype.get.name).toBe('get');
  });

  test('of a supervised pool is a task of the tree', async () => {
    @Supervisor({ strategy: 'one_for_one', children: [WorkerPool.childSpec({ name: 'reports' })] })
    class Root {}
    const imports = [
      SupervisionModule.forRoot({ root: Root }),
      WorkerPoolModule.forRoot({ pools: [{ name: 'reports', supervised: true }] }),
    ];
    const { app } = await boot({ imports, providers: [Root, Reports] });
    expect(await app.get(Reports).render('1')).toBe('report 1');
  });

  test('just runs in an instance that Nest has not made', async () => {
    expect(await new Reports().render('1')).toBe('report 1');
  });
});

describe('a boot', () => {
  test('fails for a pool that is not there: the error names class, method and remedy', async () => {
    await expect(boot({ providers: [Reports] })).rejects.toThrow(
      /Reports.*pool of @InPool on Reports\.\w+.*WorkerPool "reports" \(of WorkerPoolModule\.forRoot, or of a forFeature/s,
    );
  });

  test.each([false, true])('fails for a pool of threads, supervised: %s', async (isSupervised) => {
    const engine = threads({ module: new URL('fixtures/work.mjs', import.meta.url), export: 'double' });
    @Supervisor({ strategy: 'one_for_one', children: [WorkerPool.childSpec({ name: 'reports', engine })] })
    class Root {}
    const imports = isSupervised
      ? [
          SupervisionModule.forRoot({ root: Root }),
          WorkerPoolModule.forRoot({ pools: [{ name: 'reports', supervised: true }] }),
        ]
      : [WorkerPoolModule.forRoot({ pools: [{ name: 'reports', engine, size: 1 }] })];
    await expect(boot({ imports, providers: [Root, Reports] })).rejects.toThrow(
      /@InPool on Reports\.render: pool "reports" has threads.* a pool of closures.*@InjectPool\('reports'\)/,
    );
  });

  test.each([
    ['useFactory', { provide: Reports, useFactory: () => new Reports() }],
    ['useValue', { provide: Reports, useValue: new Reports() }],
  ])('warns of a method that no pool bounds, as %s made the instance', async (_, provider) => {
    const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'reports' }] })];
    const { logger } = await boot({ imports, providers: [provider] });
    const warnings = logger.lines.filter((line) => line.startsWith('warn'));
    expect(warnings).toEqual([expect.stringMatching(/Reports\.\w+ of RootTestModule does not run in a pool/)]);
  });
});

describe('a declaration that makes no sense is refused', () => {
  const on =
    (options: unknown, pool: unknown = 'reports') =>
    () => {
      class Odd {
        async run(): Promise<void> {}
      }
      const descriptor = Object.getOwnPropertyDescriptor(Odd.prototype, 'run') as TypedPropertyDescriptor<
        () => Promise<void>
      >;
      InPool(pool as string, options as object)(Odd.prototype, 'run', descriptor);
    };

  test.each([
    ['no name', on({}, ''), /it needs the name of a pool/],
    ['options that are none', on(5), /must be an object/],
    ['an unknown option', on({ timeout: 1 }), /no option `timeout`.*Did you mean timeoutMs/],
    ['a timeoutMs of NaN', on({ timeoutMs: NaN }), /@InPool on Odd\.run: Expected `timeoutMs`/],
    ['a priority out of range', on({ priority: 101 }), /`priority` must be an integer from -100 to 100/],
    ['a key that is no function', on({ key: 'tenant' }), /`key` must be a function/],
    [
      'a static method',
      () => InPool('reports')(class Odd {}, 'run', { value: async () => undefined }),
      /static method/,
    ],
    [
      'an accessor',
      () => InPool('reports')(class {}.prototype, 'run', { get: () => async () => undefined }),
      /only methods/,
    ],
  ])('%s', (_, declare, message) => {
    expect(declare).toThrow(PoolSetupError);
    expect(declare).toThrow(message);
  });

  test('or does not compile', () => {
    const declare = InPool('reports', { key: (id: number) => id });
    const fits = declare<(id: number) => Promise<string>>;
    // @ts-expect-error the key takes a number, the method a string
    const other = declare<(id: string) => Promise<string>>;
    // @ts-expect-error a method that gives no promise
    const none = declare<(id: number) => string>;
    expect([fits, other, none]).toEqual([declare, declare, declare]);
  });
});
