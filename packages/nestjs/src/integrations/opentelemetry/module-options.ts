import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Attributes, MeterProvider, TracerProvider } from '@opentelemetry/api';
import { InvalidOptionError, type SentMessage } from '@rookery/genserver';

/** What is told to OpenTelemetry. */
export interface OpenTelemetryModuleOptions {
  /** Where spans come from; false: no spans. Default: the global one, as the SDK has set it. */
  readonly tracerProvider?: TracerProvider | false;
  /** Where metrics go; false: no metrics. Default: the global one. It must be there before Nest starts. */
  readonly meterProvider?: MeterProvider | false;
  /** Whether only what is part of a trace has spans: nothing that comes from outside any span begins one. Default false. */
  readonly requireParentSpan?: boolean;
  /** Which messages have no spans of their own; what their handlers do belongs to the span around them. Default: none. */
  readonly ignore?: (message: SentMessage) => boolean;
  /**
   * More attributes for the spans of a message, from what it carries, say: without it nothing of that is told. Called for each span
   * that is recorded.
   */
  readonly attributes?: (message: SentMessage) => Attributes;
}

/** Of `OpenTelemetryModule.forRootAsync`: the options come from other providers. */
export interface OpenTelemetryModuleAsyncOptions {
  /** Modules whose exports `useFactory` injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  /** Gives the options, or a promise of them. What it throws fails the boot. */
  readonly useFactory: (...dependencies: never[]) => OpenTelemetryModuleOptions | Promise<OpenTelemetryModuleOptions>;
}

/** Throws an InvalidOptionError for options that make no sense. */
export function checkOptions(options: OpenTelemetryModuleOptions): void {
  checkObject(options, 'an object, such as { requireParentSpan: true }');
  const { tracerProvider, meterProvider, requireParentSpan, ignore, attributes, ...others } = options;
  const [surplus] = Object.entries(others);
  if (surplus !== undefined) throw new InvalidOptionError(surplus[0], 'left out', surplus[1]);
  checkProvider('tracerProvider', tracerProvider, 'getTracer');
  checkProvider('meterProvider', meterProvider, 'getMeter');
  if (requireParentSpan !== undefined && typeof requireParentSpan !== 'boolean') {
    throw new InvalidOptionError('requireParentSpan', 'true or false', requireParentSpan);
  }
  for (const [name, value] of Object.entries({ ignore, attributes })) {
    if (value !== undefined && typeof value !== 'function') {
      throw new InvalidOptionError(name, 'a function of a message', value);
    }
  }
}

/** Likewise. */
export function checkAsyncOptions(options: OpenTelemetryModuleAsyncOptions): void {
  checkObject(options, 'an object, { useFactory, … }');
  const { imports, inject, useFactory, ...others } = options;
  const [surplus] = Object.entries(others);
  if (surplus !== undefined) throw new InvalidOptionError(surplus[0], 'left out, or given by the factory', surplus[1]);
  if (typeof useFactory !== 'function') {
    throw new InvalidOptionError('useFactory', 'a function that gives the options', useFactory);
  }
  for (const [name, list] of Object.entries({ imports, inject })) {
    if (list !== undefined && !Array.isArray(list)) throw new InvalidOptionError(name, 'an array', list);
  }
}

function checkProvider(name: string, provider: unknown, method: 'getTracer' | 'getMeter'): void {
  if (provider === undefined || provider === false) return;
  const has = (provider as Partial<Record<string, unknown>> | null)?.[method];
  if (typeof has !== 'function') throw new InvalidOptionError(name, `a provider with ${method}(), or false`, provider);
}

function checkObject(options: unknown, expected: string): void {
  if (typeof options === 'object' && options !== null && !Array.isArray(options)) return;
  throw new InvalidOptionError('options', expected, options);
}
