import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import { context, metrics, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { MeterProvider, MetricReader } from '@opentelemetry/sdk-metrics';
import { GenServer, InvalidOptionError, type ServerRef } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import { OpenTelemetryModule, type OpenTelemetryModuleOptions } from '../../src/integrations/opentelemetry/index.js';
import { getServerToken, Supervised } from '../../src/index.js';
import { useApps } from '../support/apps.js';
import { treeOf } from '../support/trees.js';
import { tracing, treeText } from './support/traced.js';

@Supervised({ name: 'till' })
class Till extends GenServer {
  sell(): void {}
  crash(): void {
    throw new Error('no paper');
  }
  async wait(until: Promise<void>): Promise<void> {
    await until;
  }
}

/** Reads when it is asked to. */
class Reader extends MetricReader {
  protected override onShutdown(): Promise<void> {
    return Promise.resolve();
  }
  protected override onForceFlush(): Promise<void> {
    return Promise.resolve();
  }
}

function metering() {
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  const read = async (): Promise<Record<string, unknown>> => {
    const { resourceMetrics } = await reader.collect();
    const all = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
    return Object.fromEntries(
      all.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        dataPoints.map(({ attributes, value }) => {
          const { count, sum } = (typeof value === 'object' ? value : {}) as { count?: number; sum?: number };
          return { ...attributes, ...(count === undefined ? { value } : { count, sum }) };
        }),
      ]),
    );
  };
  return { provider, read };
}

@Module({ providers: [{ provide: 'parents', useValue: true }], exports: ['parents'] })
class Parents {}

describe('OpenTelemetryModule', () => {
  const boot = useApps();

  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });

  afterEach(() => {
    context.disable();
    trace.disable();
    metrics.disable();
  });

  const start = async (options: OpenTelemetryModuleOptions = {}) => {
    const clock = new ManualClock();
    const module = { imports: [OpenTelemetryModule.forRoot(options)], providers: [Till] };
    const made = await boot(treeOf(Till), module, { clock, onGiveUp: () => undefined });
    return { ...made, clock, till: made.app.get<ServerRef<Till>>(getServerToken(Till)) };
  };

  test('measures with the meters it is given', async () => {
    const { provider, read } = metering();
    const { till, clock } = await start({ meterProvider: provider, tracerProvider: false });
    const working = till.call.wait(clock.advance(1500));
    await till.call.sell();
    await working;
    till.cast.crash();
    till.cast.sell();
    await clock.advance(0);
    const all = await read();
    expect(all['rookery.processes']).toEqual([{ value: 2 }]);
    expect(all['rookery.process.crashes']).toEqual([{ 'rookery.class': 'Till', value: 1 }]);
    expect(all['rookery.child.restarts']).toEqual([{ 'rookery.supervisor': 'Root', value: 1 }]);
    expect(all['rookery.supervisor.recent_restarts']).toEqual([{ 'rookery.supervisor': 'Root', value: 1 }]);
    expect(all['rookery.supervisor.max_restarts']).toEqual([{ 'rookery.supervisor': 'Root', value: 3 }]);
    expect(all['rookery.supervisor.children']).toEqual([{ 'rookery.supervisor': 'Root', value: 1 }]);
    expect(all['rookery.supervisor.children_down']).toEqual([{ 'rookery.supervisor': 'Root', value: 0 }]);
    expect(all['rookery.mailbox.messages']).toEqual([{ value: 0 }]);
    expect(all['rookery.messages.dropped']).toContainEqual({ 'rookery.drop': 'dead_letter', value: 1 });
    expect(all['rookery.mailbox.wait']).toContainEqual({ 'rookery.class': 'Till', count: 5, sum: 1.5 });
    const of = (name: string, outcome: string, kind = 'call') => {
      return {
        'rookery.class': 'Till',
        'rookery.message.kind': kind,
        'rookery.message.name': name,
        'rookery.outcome': outcome,
      };
    };
    expect(all['rookery.handler.duration']).toEqual(
      expect.arrayContaining([
        { ...of('wait', 'ok'), count: 1, sum: 1.5 },
        { ...of('sell', 'ok'), count: 1, sum: 0 },
        { ...of('crash', 'crashed', 'cast'), count: 1, sum: 0 },
        { ...of('init', 'ok', 'start'), count: 2, sum: 0 },
      ]),
    );
    await provider.shutdown();
  });

  test('counts starts that failed, and supervisors that gave up', async () => {
    const { provider, read } = metering();
    const { till, clock } = await start({ meterProvider: provider });
    for (let i = 0; i < 4; i++) {
      till.cast.crash();
      await clock.advance(0);
    }
    expect((await read())['rookery.supervisor.give_ups']).toEqual([{ 'rookery.supervisor': 'Root', value: 1 }]);
    await provider.shutdown();
  });

  test('uses what the SDK has made global before Nest starts', async () => {
    const { provider, exporter } = tracing();
    const meters = metering();
    trace.setGlobalTracerProvider(provider);
    metrics.setGlobalMeterProvider(meters.provider);
    const { till } = await start();
    exporter.reset();
    await till.call.sell();
    expect(treeText(exporter.getFinishedSpans())).toBe('CLIENT Till/sell\n  SERVER Till/sell');
    expect((await meters.read())['rookery.processes']).toEqual([{ value: 2 }]);
    await meters.provider.shutdown();
  });

  test('without an SDK it does nothing, and everything works', async () => {
    const { till } = await start();
    await expect(till.call.sell()).resolves.toBeUndefined();
    await expect(till.call.crash()).rejects.toThrow('no paper');
  });

  test('a tracer that the SDK sets later is used from then on', async () => {
    const { till } = await start();
    const { provider, exporter } = tracing();
    trace.setGlobalTracerProvider(provider);
    await till.call.sell();
    expect(treeText(exporter.getFinishedSpans())).toBe('CLIENT Till/sell\n  SERVER Till/sell');
  });

  test('false: no spans, no metrics', async () => {
    const { provider, exporter } = tracing();
    const meters = metering();
    trace.setGlobalTracerProvider(provider);
    metrics.setGlobalMeterProvider(meters.provider);
    const { till, runtime } = await start({ tracerProvider: false, meterProvider: false });
    await till.call.sell();
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect(await meters.read()).toEqual({});
    expect(runtime.listenerCount).toBe(1); // the log
    await meters.provider.shutdown();
  });

  test('stopped with the application, it leaves nothing behind', async () => {
    const { provider, exporter } = tracing();
    const meters = metering();
    const { app, runtime } = await start({ tracerProvider: provider, meterProvider: meters.provider });
    await app.close();
    expect(runtime.listenerCount).toBe(0);
    exporter.reset();
    const later = await runtime.start(Till);
    await later.call.sell();
    await runtime.stop(later);
    expect(exporter.getFinishedSpans()).toEqual([]);
    expect((await meters.read())['rookery.processes']).toBeUndefined();
    await meters.provider.shutdown();
  });

  test('options from other providers', async () => {
    const { provider, exporter } = tracing();
    const options = OpenTelemetryModule.forRootAsync({
      imports: [Parents],
      inject: ['parents'],
      useFactory: async (requireParentSpan: boolean) => ({ requireParentSpan, tracerProvider: provider }),
    });
    const { app } = await boot(treeOf(Till), { imports: [options], providers: [Till] });
    await app.get<ServerRef<Till>>(getServerToken(Till)).call.sell();
    expect(exporter.getFinishedSpans()).toEqual([]);
  });

  test('options from other providers that make no sense fail the boot', async () => {
    const options = OpenTelemetryModule.forRootAsync({ useFactory: () => ({ ignore: 1 }) as never });
    await expect(boot(treeOf(Till), { imports: [options], providers: [Till] })).rejects.toThrow('`ignore`');
  });

  test.each<[string, unknown]>([
    ['options', null],
    ['options', []],
    ['tracerProvider', { tracerProvider: null }],
    ['tracerProvider', { tracerProvider: {} }],
    ['meterProvider', { meterProvider: true }],
    ['requireParentSpan', { requireParentSpan: 'yes' }],
    ['ignore', { ignore: ['sell'] }],
    ['attributes', { attributes: {} }],
    ['payloads', { payloads: true }],
  ])('a bad `%s` is refused at once: %j', (option, options) => {
    expect(() => OpenTelemetryModule.forRoot(options as never)).toThrow(InvalidOptionError);
    expect(() => OpenTelemetryModule.forRoot(options as never)).toThrow(`\`${option}\``);
  });

  test.each<[string, unknown]>([
    ['options', undefined],
    ['useFactory', {}],
    ['imports', { imports: 1, useFactory: () => ({}) }],
    ['ignore', { ignore: () => true, useFactory: () => ({}) }],
  ])('forRootAsync refuses a bad `%s`: %j', (option, options) => {
    expect(() => OpenTelemetryModule.forRootAsync(options as never)).toThrow(`\`${option}\``);
  });
});
