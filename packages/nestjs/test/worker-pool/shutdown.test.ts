import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Controller, Get, Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { GenServer, Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { PoolStoppedError, WorkerPool } from '@rookery/worker-pool';
import { Supervised, SupervisionModule, Supervisor } from '../../src/index.js';
import { getPoolToken, InPool, type Pool, WorkerPoolModule } from '../../src/integrations/worker-pool/index.js';
import { gate, useCacheApps } from '../ttl-cache/support/apps.js';

const boot = useCacheApps();
const log: string[] = [];
let leaks: LeakDetector;
/** A rejection as a value. */
const itself = (error: unknown): unknown => error;

beforeEach(() => {
  log.length = 0;
  leaks = new LeakDetector();
});

@Supervised()
class Ledger extends GenServer {
  override init(): void {
    this.self.trapExit(true);
  }

  book(entry: string): string {
    log.push(`booked ${entry}`);
    return entry;
  }

  override terminate(): void {
    log.push('tree stops');
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Ledger] })
class Root {}

/** Of the modules of a test, the last that Nest asks: what it does not see the pools have not waited for. */
@Injectable()
class Orders {
  readonly end = gate();

  constructor(private readonly runtime: Runtime) {}

  @InPool('orders')
  async place(id: string): Promise<string> {
    await this.end.opened;
    return this.runtime.ref(Ledger, 'Ledger').call.book(id);
  }
}
Reflect.defineMetadata('design:paramtypes', [Runtime], Orders);

describe.each([
  ['before', [SupervisionModule.forRoot({ root: Root })], []],
  ['after', [], [SupervisionModule.forRoot({ root: Root })]],
])('with the tree imported %s the pools', (_, before, after) => {
  test('tasks end before the tree stops, and need it until then; new ones are refused meanwhile', async () => {
    const imports = [...before, WorkerPoolModule.forRoot({ pools: [{ name: 'orders' }] }), ...after];
    const { app } = await boot({ imports, providers: [Root, Ledger, Orders] });
    const orders = app.get(Orders);
    const placed = orders.place('1');
    const pool = app.get<Pool>(getPoolToken('orders'));
    const closed = app.close();
    while (!(pool as WorkerPool).isStopped) await new Promise(setImmediate);
    await expect(orders.place('2')).rejects.toBeInstanceOf(PoolStoppedError);
    orders.end.open();
    expect(await placed).toBe('1');
    await closed;
    expect(log).toEqual(['booked 1', 'tree stops']);
  });
});

test('a request that is open when the application closes may still give tasks', async () => {
  const [asked, go] = [gate(), gate()];
  @Controller()
  class Api {
    @Get()
    async get(): Promise<string> {
      asked.open();
      await go.opened;
      return this.inPool();
    }

    @InPool('orders')
    async inPool(): Promise<string> {
      return 'served';
    }

    beforeApplicationShutdown(): void {
      go.open();
    }
  }
  const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'orders' }] })];
  const { app, get } = await boot({ imports, controllers: [Api] });
  const answer = get('/');
  await asked.opened;
  await app.close();
  expect(await (await answer).text()).toBe('served');
});

test('tasks that do not end in half of the deadline are aborted, which is logged, and the tree stops', async () => {
  const clock = new ManualClock();
  const imports = [
    SupervisionModule.forRoot({ root: Root, clock, shutdownTimeoutMs: 1_000 }),
    WorkerPoolModule.forRoot({ pools: [{ name: 'orders', clock }] }),
  ];
  const { app, logger } = await boot({ imports, providers: [Root, Ledger, Orders] });
  const placed = app.get(Orders).place('1').catch(itself);
  const pool = app.get<WorkerPool>(getPoolToken('orders'));
  const closed = app.close();
  while (!pool.isStopped) await new Promise(setImmediate);
  await clock.advance(499);
  expect(pool.getStats().stopped).toBe(0);
  await clock.advance(1);
  expect(await placed).toBeInstanceOf(PoolStoppedError);
  await closed;
  expect(log).toEqual(['tree stops']);
  expect(logger.lines).toContainEqual(
    'warn Pool "orders" closed: 0 tasks finished, 1 aborted, 1 running on, as nothing stops a function',
  );
});

test('a pool has less time where its drainMs says so, and needs no tree', async () => {
  const clock = new ManualClock();
  const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'orders', clock, drainMs: 20 }] })];
  const { app } = await boot({ imports });
  const pool = app.get<WorkerPool>(getPoolToken('orders'));
  const running = pool.executeTask(() => gate().opened).catch(itself);
  const closed = app.close();
  while (!pool.isStopped) await new Promise(setImmediate);
  await clock.advance(20);
  expect(await running).toBeInstanceOf(PoolStoppedError);
  await closed;
});

test('a supervised pool drains when the tree stops it, in its place', async () => {
  @Supervised()
  class First extends GenServer {
    override init(): void {
      this.self.trapExit(true);
    }

    override terminate(): void {
      log.push('first stops');
    }
  }
  @Supervisor({ strategy: 'one_for_one', children: [First, WorkerPool.childSpec({ name: 'orders' })] })
  class Tree {}
  @Injectable()
  class Hook implements OnApplicationShutdown {
    onApplicationShutdown(): void {
      end.open();
    }
  }
  const end = gate();
  const imports = [
    SupervisionModule.forRoot({ root: Tree }),
    WorkerPoolModule.forRoot({ pools: [{ name: 'orders', supervised: true }] }),
  ];
  const { app } = await boot({ imports, providers: [Tree, First, Hook] });
  const running = app.get<Pool>(getPoolToken('orders')).executeTask(async () => {
    await end.opened;
    log.push('task done');
  });
  await new Promise(setImmediate);
  await app.close();
  await running;
  expect(log).toEqual(['task done', 'first stops']);
});

afterEach(async () => {
  await leaks.assertNone();
});
