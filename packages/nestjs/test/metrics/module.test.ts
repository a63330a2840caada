import { describe, expect, test } from '@jest/globals';
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
])('a bad `%s` is refused at once: %j', (option, options) => {
  expect(() => MetricsModule.forRoot(options as never)).toThrow(`\`${option}\``);
});
