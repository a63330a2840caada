import { describe, expect, test } from '@jest/globals';
import { child, GenServer, Runtime, type TreeNode } from '@rookery/genserver';
import { ManualClock, settle } from '@rookery/genserver/testing';
import { feature, ShutdownState, SupervisionModule, type SupervisionOptions, Supervisor } from '../../src/index.js';
import { HealthModule, type HealthModuleOptions } from '../../src/integrations/health/index.js';
import { bootError, NO_MACHINE, useHealthApps } from './support/apps.js';

const boot = useHealthApps();

class Lobby extends GenServer {
  crash(): void {
    throw new Error('crashed on purpose');
  }
}

@Supervisor({ strategy: 'one_for_one', maxRestarts: 3, children: [child(Lobby, { name: 'lobby' })] })
class Root {}

function modules(options: HealthModuleOptions = {}, tree: Partial<SupervisionOptions> = {}) {
  const health = HealthModule.forRoot({ minGapMs: 0, jitter: 0, builtIn: NO_MACHINE, ...options });
  return { imports: [SupervisionModule.forRoot({ root: Root, ...tree }), health], providers: [Root] };
}

const namesOf = (nodes: readonly TreeNode[]): readonly unknown[] =>
  nodes.flatMap(({ name, children }) => [name, ...namesOf(children)]);

describe('with a supervision tree the health check', () => {
  test('is the last child of the root, in the drawing of the log, too', async () => {
    const { app, logger } = await boot(modules());
    expect(namesOf(app.get(Runtime).tree())).toEqual(['Root', 'lobby', 'health']);
    expect(logger.lines.join('\n')).toMatch(/Started\n└─ Root[^]*lobby[^]*health/);
  });

  test('stands where the tree keeps a place for it, under the name of the option', async () => {
    @Supervisor({ strategy: 'one_for_one', children: [feature('health'), child(Lobby, { name: 'lobby' })] })
    class Other {}
    const { app } = await boot({ ...modules({ name: 'pulse' }, { root: Other }), providers: [Other] });
    expect(namesOf(app.get(Runtime).tree())).toEqual(['Other', 'pulse', 'lobby']);
  });

  test('is no child when it is not to be', async () => {
    const { app, health } = await boot(modules({ supervised: false }));
    expect(namesOf(app.get(Runtime).tree())).toEqual(['Root', 'lobby']);
    expect((await health.checkNow()).state).toBe('healthy');
  });

  test('goes on after a crash with the same checks, and the same way to ask', async () => {
    const clock = new ManualClock();
    const checks = [{ name: 'extra', check: () => {} }];
    const { app, health, codes } = await boot(modules({ checks }, { clock }));
    await clock.advance(0);
    expect(await codes('/readyz')).toEqual([200]);
    app.get(Runtime).kill('health');
    expect(await codes('/livez')).toEqual([200]);
    await settle(app.get(Runtime));
    await clock.advance(0);
    expect(health.check('extra')?.state).toBe('healthy');
  });

  test('tells of its tree: a supervisor that is near its limit is degraded, and serves', async () => {
    const clock = new ManualClock();
    const { app, health, codes, get } = await boot(modules({}, { clock }));
    const runtime = app.get(Runtime);
    await clock.advance(0);
    expect(Object.keys(health.getHealth().checks)).toEqual(['restart-rate', 'children', 'mailboxes']);
    expect(health.getHealth().state).toBe('healthy');
    for (const _ of [1, 2]) {
      runtime.ref(Lobby, 'lobby').cast.crash();
      await settle(runtime);
    }
    await clock.advance(5_000 - 1);
    expect(health.getHealth().state).toBe('healthy'); // as it was known
    await health.checkNow();
    expect(health.check('restart-rate')?.reason).toBe('Root has had 2 of 3 restarts in 5000 ms');
    expect(await codes('/livez', '/readyz')).toEqual([200, 200]);
    expect(await (await get('/readyz')).json()).toMatchObject({ state: 'degraded' });
    await clock.advance(10_000);
    expect(health.getHealth().state).toBe('healthy');
  });

  test('has the checks of the tree that the option wants', async () => {
    const tree = { restartRate: { name: 'restarts' }, childrenDown: false, mailboxes: { name: 'boxes' } } as const;
    const { health } = await boot(modules({ builtIn: { ...NO_MACHINE, tree } }));
    expect(Object.keys(health.getHealth().checks)).toEqual(['restarts', 'boxes']);
    const { health: without } = await boot(modules({ builtIn: { ...NO_MACHINE, tree: false } }));
    expect(without.getHealth().checks).toEqual({});
  });

  test('is not ready from the begin of the shutdown on, and alive to its end', async () => {
    const clock = new ManualClock();
    const module = modules({}, { clock, readinessDelayMs: 400, shutdownTimeoutMs: 1_000 });
    const { app, codes, health } = await boot(module);
    await clock.advance(0);
    const closed = app.close();
    await settle(app.get(Runtime));
    expect([await codes('/livez', '/readyz'), health.phase]).toEqual([[200, 503], 'unready']);
    await clock.advance(400);
    await closed;
    expect([health.probe('liveness').statusCode, health.probe('readiness').statusCode]).toEqual([200, 503]);
  });

  test('is not ready when the root has given up', async () => {
    const { app, health } = await boot(modules({}, { onGiveUp: () => {} }));
    app.get(Runtime).kill('Root');
    await settle(app.get(Runtime));
    expect([app.get(ShutdownState).phase, health.phase]).toEqual(['stopping', 'unready']);
    expect(['liveness', 'readiness'].map((group) => health.probe(group).statusCode)).toEqual([200, 503]);
  });

  test('a port of its own answers until the tree has stopped', async () => {
    let answers: readonly number[] = [];
    class Slow extends GenServer {
      override init(): void {
        this.self.trapExit(true);
      }
      override async terminate(): Promise<void> {
        const own = async (path: string) =>
          (await fetch(`http://127.0.0.1:${port}${path}`, { headers: { connection: 'close' } })).status;
        answers = [await own('/livez'), await own('/readyz')];
      }
    }
    @Supervisor({ strategy: 'one_for_one', children: [child(Slow)] })
    class SlowRoot {}
    const module = modules({ port: 0, host: '127.0.0.1' }, { root: SlowRoot });
    const { app, health } = await boot({ ...module, providers: [SlowRoot] });
    const port = health.address?.port;
    await app.close();
    expect(answers).toEqual([200, 503]);
  });
});

describe('a boot fails', () => {
  test.each<[string, HealthModuleOptions, RegExp]>([
    ['a delay that is the tree’s', { shutdownDelayMs: 5 }, /give SupervisionModule `readinessDelayMs`/],
    ['a clock that is the tree’s', { clock: new ManualClock() }, /its `clock` is that of the tree/],
    ['a name that is taken', { name: 'lobby' }, /lobby/],
  ])('for %s', async (_, options, message) => {
    expect(await bootError(modules(options))).toMatchObject({ message: expect.stringMatching(message) });
  });

  test.each<[string, HealthModuleOptions]>([
    ['supervised', { supervised: true, builtIn: NO_MACHINE }],
    ['builtIn.tree', { builtIn: { tree: true } }],
  ])('for %s without a tree', async (_, options) => {
    const error = await bootError({ imports: [HealthModule.forRoot(options)] });
    expect(error).toMatchObject({
      message: expect.stringMatching(/no supervision tree: import SupervisionModule\.forRoot/),
    });
  });
});
