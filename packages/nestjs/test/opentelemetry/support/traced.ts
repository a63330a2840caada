import { afterEach, beforeEach } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { context, metrics, SpanKind, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import {
  BasicTracerProvider,
  InMemorySpanExporter,
  type ReadableSpan,
  type Sampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { ManualClock } from '@rookery/genserver/testing';
import { OpenTelemetryModule, type OpenTelemetryModuleOptions } from '../../../src/integrations/opentelemetry/index.js';
import type { SupervisionOptions } from '../../../src/index.js';
import { type TestApp, useApps } from '../../support/apps.js';

export interface TracedApp extends TestApp {
  readonly clock: ManualClock;
  readonly spans: () => readonly ReadableSpan[];
  /** What has ended since the last time. */
  readonly tree: () => string;
}

/** Keeps what was traced. */
export function tracing(sampler?: Sampler) {
  const exporter = new InMemorySpanExporter();
  const spanProcessors = [new SimpleSpanProcessor(exporter)];
  const provider = new BasicTracerProvider({ spanProcessors, ...(sampler && { sampler }) });
  return { exporter, provider, tracer: provider.getTracer('test') };
}

/** Applications with a context manager, as an SDK sets it, and a tracer of their own. */
export function useTraced() {
  const boot = useApps();

  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  });

  afterEach(() => {
    context.disable();
    trace.disable();
    metrics.disable();
  });

  return async (
    root: Type<unknown>,
    providers: readonly Type<unknown>[],
    options: OpenTelemetryModuleOptions = {},
    supervision: Partial<SupervisionOptions> = {},
    sampler?: Sampler,
  ): Promise<TracedApp & ReturnType<typeof tracing>> => {
    const clock = new ManualClock();
    const traced = tracing(sampler);
    const imports = [
      OpenTelemetryModule.forRoot({ tracerProvider: traced.provider, meterProvider: false, ...options }),
    ];
    const module = { imports, providers: [...providers] };
    const app = await boot(root, module, { clock, onGiveUp: () => undefined, ...supervision });
    const spans = (): readonly ReadableSpan[] => traced.exporter.getFinishedSpans();
    const tree = (): string => {
      const text = treeText(spans());
      traced.exporter.reset();
      return text;
    };
    return { ...app, ...traced, clock, spans, tree };
  };
}

/** One line a span, below its parent, in the order of their begin. */
export function treeText(spans: readonly ReadableSpan[]): string {
  const ids = new Set(spans.map((span) => span.spanContext().spanId));
  const lines = (parent: string | undefined, indent: string): readonly string[] =>
    spans
      .filter(
        ({ parentSpanContext: up }) => (up !== undefined && ids.has(up.spanId) ? up.spanId : undefined) === parent,
      )
      .toSorted((a, b) => a.startTime[0] - b.startTime[0] || a.startTime[1] - b.startTime[1])
      .flatMap((span) => [
        `${indent}${SpanKind[span.kind]} ${span.name}`,
        ...lines(span.spanContext().spanId, `${indent}  `),
      ]);
  return lines(undefined, '').join('\n');
}
