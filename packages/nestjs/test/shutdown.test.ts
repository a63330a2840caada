import { describe, expect, test } from '@jest/globals';
import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  type OnApplicationBootstrap,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type Provider,
} from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { type ExitReason, GenServer, Runtime } from '@rookery/genserver';
import { ManualClock, settle } from '@rookery/genserver/testing';
import { ShutdownState, Supervised, SupervisionModule, Supervisor } from '../src/index.js';
import { MemoryLogger, useApps } from './support/apps.js';

const boot = useApps();

const ends: string[] = [];

@Supervised()
class Ledger extends GenServer {
  override init(): void {
    ends.length = 0;
    this.self.trapExit(true);
  }
  override terminate({ kind }: ExitReason): void {
    ends.push(kind);
  }
  crash(): void {
    throw new Error('crashed on purpose');
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Ledger], maxRestarts: 0 })
class Root {}

@Injectable()
class Watcher implements OnApplicationBootstrap, OnModuleDestroy, BeforeApplicationShutdown, OnApplicationShutdown {
  readonly seen: string[] = [];

  constructor(@Inject(ShutdownState) readonly state: ShutdownState) {
    this.#see('constructor');
    state.subscribe((phase) => void this.seen.push(`=> ${phase}`));
  }
  onApplicationBootstrap(): void {
    this.#see('bootstrap');
  }
  onModuleDestroy(): void {
    this.#see('destroy');
  }
  beforeApplicationShutdown(): void {
    this.#see('before');
  }
  onApplicationShutdown(): void {
    this.#see('shutdown');
  }
  #see(hook: string): void {
    this.seen.push(`${hook}: ${this.state.phase} ${this.state.isReady}`);
  }
}

describe('ShutdownState', () => {
  test('is ready while the tree is up, and not any more when Nest begins to close', async () => {
    const { app } = await boot(Root, { providers: [Ledger, Watcher] });
    const watcher = app.get(Watcher);
    await app.close();
    expect(watcher.seen).toEqual([
      'constructor: starting false',
      '=> ready',
      'bootstrap: ready true',
      '=> stopping',
      'destroy: stopping false',
      'before: stopping false',
      'shutdown: stopping false',
      '=> stopped',
    ]);
  });

  test('is not ready any more when the root has given up', async () => {
    const { app, runtime } = await boot(Root, { providers: [Ledger] }, { onGiveUp: () => {} });
    runtime.ref(Ledger, 'Ledger').cast.crash();
    await settle(runtime);
    expect(app.get(ShutdownState).phase).toBe('stopping');
  });

  test('logs what a listener throws, and tells the others; none is told after it has stopped to listen', async () => {
    const { app, logger } = await boot(Root, { providers: [Ledger] });
    const state = app.get(ShutdownState);
    const heard: string[] = [];
    const stop = state.subscribe(() => void heard.push('stopped listener'));
    state.subscribe(() => {
      throw new Error('no balancer');
    });
    state.subscribe((phase) => void heard.push(phase));
    stop();
    await app.close();
    expect(heard).toEqual(['stopping', 'stopped']);
    expect(logger.lines.join('\n')).toMatch(/error A listener of ShutdownState failed at "stopping"/);
  });
});

test('readinessDelayMs is waited before connections are refused, as part of the deadline', async () => {
  const clock = new ManualClock();
  const { app } = await boot(Root, { providers: [Ledger] }, { clock, readinessDelayMs: 400, shutdownTimeoutMs: 1000 });
  const state = app.get(ShutdownState);
  const closed = app.close();
  await clock.advance(399);
  expect([state.phase, ends]).toEqual(['stopping', []]);
  await clock.advance(1);
  await closed;
  expect([state.phase, ends]).toEqual(['stopped', ['shutdown']]);
});

describe('a hook of another provider that takes long', () => {
  type Gate = { readonly opened: Promise<void>; open(): void };
  function gate(): Gate {
    let open!: () => void;
    const opened = new Promise<void>((resolve) => (open = resolve));
    return { opened, open: () => open() };
  }

  test('takes of the time that readinessDelayMs gives to balancers, as readiness has gone down before it', async () => {
    const clock = new ManualClock();
    const { opened, open } = gate();
    const queue = { provide: 'queue', useValue: { onModuleDestroy: () => opened } };
    const options = { clock, readinessDelayMs: 400, shutdownTimeoutMs: 1000 };
    const { app } = await boot(Root, { providers: [Ledger, queue] }, options);
    const closed = app.close();
    await clock.advance(300);
    open();
    await clock.advance(99);
    expect(ends).toEqual([]);
    await clock.advance(1);
    await closed;
    expect(ends).toEqual(['shutdown']);
  });

  test.each([
    ['onModuleDestroy', 500],
    ['beforeApplicationShutdown', 500],
    ['onApplicationShutdown', 750],
  ])(
    'is waited for until its part of the deadline, and its failure is logged after that, too: %s',
    async (hook, untilMs) => {
      const clock = new ManualClock();
      const { opened, open } = gate();
      const slow = {
        provide: 'slow',
        useValue: { [hook]: () => opened.then(() => Promise.reject(new Error('too late'))) },
      };
      const { app, logger } = await boot(Root, { providers: [Ledger, slow] }, { clock, shutdownTimeoutMs: 1000 });
      const closed = app.close();
      await clock.advance(untilMs - 1);
      expect(ends).toEqual([]);
      await clock.advance(1);
      await closed;
      expect(ends).toEqual(['shutdown']);
      expect(logger.lines.join('\n')).toContain(
        `error ${hook} of Object has not ended by ${untilMs} ms of the shutdown deadline`,
      );
      open();
      await settle(app.get(Runtime));
      expect(logger.lines.join('\n')).toContain(`error ${hook} of Object failed; the shutdown goes on`);
    },
  );
});

describe('a hook of another provider that fails', () => {
  type HookName = 'onModuleDestroy' | 'beforeApplicationShutdown' | 'onApplicationShutdown';

  async function closeWith(providers: readonly Provider[]): Promise<MemoryLogger> {
    const { app, logger } = await boot(Root, { providers: [Ledger, ...providers] });
    await app.close();
    return logger;
  }

  test.each<readonly [HookName, string, () => void | Promise<void>]>([
    [
      'onModuleDestroy',
      'throws',
      () => {
        throw new Error('no queue');
      },
    ],
    ['beforeApplicationShutdown', 'rejects', () => Promise.reject(new Error('no queue'))],
    ['onApplicationShutdown', 'rejects', () => Promise.reject(new Error('no queue'))],
  ])('keeps nothing from stopping: %s %s', async (hook, _, fail) => {
    const calls: string[] = [];
    class Broken {}
    Object.defineProperty(Broken.prototype, hook, { value: fail });
    class Orderly implements OnApplicationShutdown {
      onApplicationShutdown(): void {
        calls.push('other');
      }
    }
    const logger = await closeWith([Broken, Orderly]);
    expect([calls, ends]).toEqual([['other'], ['shutdown']]);
    expect(logger.lines.join('\n')).toContain(`error ${hook} of Broken failed; the shutdown goes on`);
  });

  test('at boot has stopped the tree before the boot fails, and its own error is what the boot fails with', async () => {
    const seen: string[] = [];
    const broken = { provide: 'broken', useValue: failingAtBoot(() => seen.push(...ends)) };
    const app = await appOf(broken);
    const failed = app.init();
    await expect(failed).rejects.toThrow('no queue');
    expect([seen, ends]).toEqual([[], ['shutdown']]); // up when the hook ran, down when the boot had failed
    expect(app.get(Runtime).stats().processes).toBe(0);
    await app.close();
  });

  test('is watched where the provider is a function, too', async () => {
    const client = Object.assign(() => {}, { onModuleDestroy: () => Promise.reject(new Error('no queue')) });
    const logger = await closeWith([{ provide: 'client', useValue: client }]);
    expect(ends).toEqual(['shutdown']);
    expect(logger.lines.join('\n')).toContain('onModuleDestroy of Function failed; the shutdown goes on');
  });

  test('is called as it was written, and is the provider’s own again after the call', async () => {
    const hooks = {
      calls: 0,
      onApplicationBootstrap(): void {
        this.calls++;
      },
      onModuleDestroy(): void {
        this.calls++;
      },
    };
    const { onApplicationBootstrap, onModuleDestroy } = hooks;
    for (let apps = 1; apps <= 2; apps++) {
      const app = await appOf({ provide: 'hooks', useValue: hooks });
      await app.init();
      await app.close();
      expect(hooks).toMatchObject({ calls: 2 * apps, onApplicationBootstrap, onModuleDestroy });
      expect(Object.keys(hooks)).toEqual(['calls', 'onApplicationBootstrap', 'onModuleDestroy']);
    }
  });

  test('is not ours when the provider calls it itself, while the application runs', async () => {
    class Link {
      calls = 0;
      onModuleDestroy(): void {
        this.calls++;
        throw new Error('was not open');
      }
      reopen(): void {
        this.onModuleDestroy();
      }
    }
    const { app, logger } = await boot(Root, { providers: [Ledger, Link] });
    const link = app.get(Link);
    expect(() => link.reopen()).toThrow('was not open');
    expect(app.get(ShutdownState).phase).toBe('ready');
    await app.close();
    expect([link.calls, ends]).toEqual([2, ['shutdown']]);
    expect(logger.lines.join('\n')).toContain('onModuleDestroy of Link failed; the shutdown goes on');
  });

  test('is watched in each application that shares its object, and stops only the one that closes', async () => {
    const shared = { calls: 0, onModuleDestroy: () => Promise.reject(new Error(`call ${++shared.calls}`)) };
    const first = await boot(Root, { providers: [Ledger, { provide: 'shared', useValue: shared }] });
    const second = await boot(Root, { providers: [Ledger, { provide: 'shared', useValue: shared }] });
    const failures = (): number => second.logger.lines.filter((line) => line.includes('failed; the shutdown')).length;
    await first.app.close();
    expect([failures(), second.app.get(ShutdownState).phase]).toEqual([1, 'ready']);
    await second.app.close();
    expect(failures()).toBe(2); // Nest's logger is one for all applications
    expect([shared.calls, Object.keys(shared)]).toEqual([2, ['calls', 'onModuleDestroy']]);
  });

  test('of a frozen value is left as it is', async () => {
    const app = await appOf({ provide: 'frozen', useValue: Object.freeze({ onModuleDestroy: () => {} }) });
    await app.init();
    await app.close();
    expect(ends).toEqual(['shutdown']);
  });
});

function failingAtBoot(before: () => void): OnApplicationBootstrap {
  return {
    onApplicationBootstrap: () => {
      before();
      return Promise.reject(new Error('no queue'));
    },
  };
}

async function appOf(...providers: readonly Provider[]): Promise<TestingModule> {
  const imports = [SupervisionModule.forRoot({ root: Root })];
  return Test.createTestingModule({ imports, providers: [Ledger, ...providers] })
    .setLogger(new MemoryLogger())
    .compile();
}
