import { describe, expect, test } from '@jest/globals';
import { Module, VersioningType } from '@nestjs/common';
import { child, GenServer, type ServerRef } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import { Counter, Registry } from 'prom-client';
import { MetricsModule, type MetricsModuleOptions } from '../../src/integrations/metrics/index.js';
import { getServerToken, Supervised, SupervisionModule } from '../../src/index.js';
import { inner, treeOf } from '../support/trees.js';
import { PLATFORMS, useCacheApps } from '../ttl-cache/support/apps.js';

@Supervised({ name: 'till' })
class Till extends GenServer {
  sell(): void {}
  async wait(until: Promise<void>): Promise<void> {
    await until;
  }
  crash(): never {
    throw new Error('no paper');
  }
}

@Module({ providers: [{ provide: 'prefix', useValue: 'shop_' }], exports: ['prefix'] })
class Prefixes {}

describe.each(PLATFORMS)('on %s', (_name, platform) => {
  const boot = useCacheApps(platform);
  const start = async (options: MetricsModuleOptions = {}) => {
    const clock = new ManualClock();
    const root = treeOf(Till, inner('others', child(Till, { name: 'other' })));
    const supervision = SupervisionModule.forRoot({ root, clock, onGiveUp: () => undefined });
    const made = await boot({ imports: [supervision, MetricsModule.forRoot(options)], providers: [Till] });
    const till = made.app.get<ServerRef<Till>>(getServerToken(Till));
    const lines = async (path = '/metrics') => {
      const text = await (await made.get(path)).text();
      return text.split('\n').filter((line) => !line.startsWith('#') && line !== '');
    };
    return { ...made, clock, till, lines };
  };

  test('tells of processes, mailboxes and supervisors as they are', async () => {
    const { get, lines, till, clock } = await start();
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toBe(Registry.PROMETHEUS_CONTENT_TYPE);
    expect(await lines()).toEqual(
      expect.arrayContaining([
        'rookery_processes 4',
        'rookery_messages_dropped_total{kind="dead_letter"} 0',
        'rookery_mailbox_messages 0',
        'rookery_supervisor_children{supervisor="Root"} 2',
        'rookery_supervisor_children_down{supervisor="Root"} 0',
        'rookery_supervisor_max_restarts{supervisor="Root"} 3',
        'rookery_supervisor_recent_restarts{supervisor="Root"} 0',
      ]),
    );
    let go!: () => void;
    till.cast.wait(new Promise<void>((resolve) => (go = resolve)));
    for (let i = 0; i < 3; i++) till.cast.sell();
    await lines();
    await clock.advance(1500);
    const waiting = await lines();
    go();
    await till.call.sell();
    expect(waiting).toEqual(
      expect.arrayContaining([
        'rookery_mailbox_messages 3',
        'rookery_mailbox_longest_messages 3',
        'rookery_mailbox_oldest_seconds 1.5',
      ]),
    );
    expect(await lines()).toEqual(
      expect.arrayContaining(['rookery_mailbox_messages 0', 'rookery_mailbox_oldest_seconds 0']),
    );
  });

  test('counts crashes, restarts and what is dropped, without pids', async () => {
    const { lines, till, clock } = await start();
    till.cast.crash();
    till.cast.sell();
    await clock.advance(0);
    const now = await lines();
    expect(now).toEqual(
      expect.arrayContaining([
        'rookery_process_crashes_total{class="Till"} 1',
        'rookery_child_restarts_total{supervisor="Root"} 1',
        'rookery_supervisor_recent_restarts{supervisor="Root"} 1',
        'rookery_messages_dropped_total{kind="dead_letter"} 1',
      ]),
    );
    expect(now.join('\n')).not.toMatch(/<\d+>/);
  });

  test('a path, a prefix and a registry of your own, which others may share', async () => {
    const registry = new Registry();
    new Counter({ name: 'orders_total', help: 'Orders', registers: [registry] }).inc(2);
    const { app, get, lines } = await start({ path: 'internal/metrics', prefix: 'shop_', registry });
    expect((await get('/metrics')).status).toBe(404);
    const text = await lines('/internal/metrics');
    expect(text).toEqual(expect.arrayContaining(['orders_total 2', 'shop_processes 4']));
    await app.close();
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(['orders_total']); // as it was
  });

  test('no path: a controller of your own asks the registry', async () => {
    const registry = new Registry();
    const { get } = await start({ path: false, registry });
    expect((await get('/metrics')).status).toBe(404);
    expect(await registry.metrics()).toContain('rookery_processes 4');
  });

  test('how long messages wait and handlers take, as Prometheus reads it', async () => {
    const { lines, till, clock } = await start({ buckets: [0.5, 2] });
    const waiting = till.call.wait(clock.advance(1500));
    await till.call.sell();
    await waiting;
    const times = (await lines()).filter((line) => line.includes('"Till"') && line.includes('_seconds'));
    expect(times).toEqual(
      expect.arrayContaining([
        'rookery_mailbox_wait_seconds_bucket{le="0.5",class="Till"} 3',
        'rookery_mailbox_wait_seconds_bucket{le="2",class="Till"} 4',
        'rookery_mailbox_wait_seconds_bucket{le="+Inf",class="Till"} 4',
        'rookery_mailbox_wait_seconds_sum{class="Till"} 1.5',
        'rookery_mailbox_wait_seconds_count{class="Till"} 4',
        'rookery_handler_seconds_bucket{le="0.5",class="Till",kind="call",message="wait",outcome="ok"} 0',
        'rookery_handler_seconds_bucket{le="2",class="Till",kind="call",message="wait",outcome="ok"} 1',
        'rookery_handler_seconds_sum{class="Till",kind="call",message="wait",outcome="ok"} 1.5',
        'rookery_handler_seconds_count{class="Till",kind="call",message="sell",outcome="ok"} 1',
        'rookery_handler_seconds_count{class="Till",kind="start",message="init",outcome="ok"} 2',
      ]),
    );
  });

  test('no times where they are not wanted', async () => {
    const { lines } = await start({ messageTimes: false });
    expect((await lines()).join()).not.toMatch(/wait_seconds|handler_seconds/);
  });

  test('each metric is fresh, also when it is the only one that is asked for; reset, they begin anew', async () => {
    const registry = new Registry();
    const { app, till } = await start({ registry });
    await till.call.sell();
    await app.close();
    expect(registry.getMetricsAsArray()).toEqual([]);
    const again = await start({ registry });
    expect(await registry.getSingleMetricAsString('rookery_supervisor_children')).toContain('{supervisor="Root"} 2');
    expect(await registry.getSingleMetricAsString('rookery_mailbox_longest_messages')).toContain('_messages 0');
    registry.resetMetrics();
    await again.till.call.sell();
    expect(await registry.getSingleMetricAsString('rookery_handler_seconds')).toContain(
      '_count{class="Till",kind="call",message="sell",outcome="ok"} 1',
    );
    expect(await registry.getSingleMetricAsString('rookery_handler_seconds')).not.toContain('init');
  });

  test('the type of the answer is that of the registry when it answers, and versions of routes do not move it', async () => {
    const registry = new Registry();
    const supervision = SupervisionModule.forRoot({ root: treeOf(Till), clock: new ManualClock() });
    const imports = [supervision, MetricsModule.forRoot({ registry })];
    const { get } = await boot({ imports, providers: [Till] }, (app) =>
      app.enableVersioning({ type: VersioningType.URI, defaultVersion: '1' }),
    );
    registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE as never);
    const response = await get('/metrics');
    expect(response.headers.get('content-type')).toBe(Registry.OPENMETRICS_CONTENT_TYPE);
    expect(await response.text()).toMatch(/# EOF\n$/);
  });

  test('settings from other providers', async () => {
    const registry = new Registry();
    const useFactory = async (prefix: string) => ({ prefix, registry, messageTimes: false });
    const supervision = SupervisionModule.forRoot({ root: treeOf(Till), clock: new ManualClock() });
    const metrics = MetricsModule.forRootAsync({ path: 'm', imports: [Prefixes], inject: ['prefix'], useFactory });
    const { get } = await boot({ imports: [supervision, metrics], providers: [Till] });
    expect(await (await get('/m')).text()).toContain('shop_processes 2');
    expect(registry.getSingleMetric('shop_handler_seconds')).toBeUndefined();
  });

  test('settings from other providers that make no sense fail the boot', async () => {
    const supervision = SupervisionModule.forRoot({ root: treeOf(Till), clock: new ManualClock() });
    const metrics = MetricsModule.forRootAsync({ useFactory: () => ({ prefix: '1' }) });
    await expect(boot({ imports: [supervision, metrics], providers: [Till] })).rejects.toThrow('`prefix`');
  });

  test('a boot that fails, as the tree makes no sense, leaves the registry as it was', async () => {
    const registry = new Registry();
    const supervision = SupervisionModule.forRoot({ root: treeOf(), clock: new ManualClock() });
    const imports = [supervision, MetricsModule.forRoot({ registry })];
    await expect(boot({ imports, providers: [Till] })).rejects.toThrow('Till');
    expect(registry.getMetricsAsArray()).toEqual([]);
  });

  test('a name that the registry has fails the boot, and the registry is as it was', async () => {
    const registry = new Registry();
    registry.registerMetric(new Counter({ name: 'rookery_child_restarts_total', help: 'mine', registers: [] }));
    await expect(start({ registry })).rejects.toThrow('`prefix`');
    expect(registry.getMetricsAsArray().map(({ name }) => name)).toEqual(['rookery_child_restarts_total']);
  });
});

test.each<[string, unknown]>([
  ['options', null],
  ['path', { path: 1 }],
  ['path', { path: '' }],
  ['registry', { registry: {} }],
  ['prefix', { prefix: '1_' }],
  ['prefix', { prefix: 'a-b' }],
  ['port', { port: 9090 }],
  ['options', []],
  ['messageTimes', { messageTimes: 1 }],
  ['buckets', { buckets: [] }],
  ['buckets', { buckets: [0] }],
  ['buckets', { buckets: [1, 1] }],
  ['buckets', { buckets: [1, Infinity] }],
])('a bad `%s` is refused at once: %j', (option, options) => {
  expect(() => MetricsModule.forRoot(options as never)).toThrow(`\`${option}\``);
});

test.each<[string, unknown]>([
  ['options', undefined],
  ['useFactory', {}],
  ['path', { path: '', useFactory: () => ({}) }],
  ['inject', { inject: 'a', useFactory: () => ({}) }],
  ['prefix', { prefix: 'a_', useFactory: () => ({}) }],
])('forRootAsync refuses a bad `%s`: %j', (option, options) => {
  expect(() => MetricsModule.forRootAsync(options as never)).toThrow(`\`${option}\``);
});
