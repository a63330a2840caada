import { type DynamicModule, Inject, Injectable, Module, type OnModuleInit, type Provider } from '@nestjs/common';
import { createNoopMeter, metrics, trace } from '@opentelemetry/api';
import { Runtime } from '@rookery/genserver';
import { ShutdownState } from '../../tree/shutdown-state.js';
import { CrashedSpans } from './crashed-spans.js';
import { MessageSpans } from './message-spans.js';
import {
  checkAsyncOptions,
  checkOptions,
  type OpenTelemetryModuleAsyncOptions,
  type OpenTelemetryModuleOptions,
} from './module-options.js';
import { instrument } from './tree-instruments.js';

const OPTIONS = Symbol('the options of OpenTelemetryModule.forRoot');
/** The instrumentation scope. */
const SCOPE = '@rookery/nestjs';

/** From before the tree starts until it has stopped. */
@Injectable()
class OpenTelemetryRunner implements OnModuleInit {
  constructor(
    @Inject(OPTIONS) private readonly options: OpenTelemetryModuleOptions,
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(ShutdownState) private readonly state: ShutdownState,
  ) {}

  onModuleInit(): void {
    const stops = [this.#startSpans(), this.#startMetrics()];
    const stop = this.state.subscribe((phase) => {
      if (phase !== 'stopped') return;
      stop();
      for (const each of stops) each?.();
    });
  }

  #startSpans(): (() => void) | undefined {
    const { tracerProvider = trace, requireParentSpan = false, ignore, attributes } = this.options;
    if (tracerProvider === false) return undefined;
    const { asyncContext } = this.runtime;
    const crashed = new CrashedSpans();
    const settings = { requireParentSpan, ignore, attributes, asyncContext };
    const unfollow = this.runtime.follow(new MessageSpans(tracerProvider.getTracer(SCOPE), settings, crashed));
    const unsubscribe = this.runtime.subscribe(crashed.hear);
    return () => {
      unfollow();
      unsubscribe();
      crashed.close();
    };
  }

  /** Nothing is measured for a meter that keeps nothing. */
  #startMetrics(): (() => void) | undefined {
    const { meterProvider = metrics } = this.options;
    const meter = meterProvider === false ? undefined : meterProvider.getMeter(SCOPE);
    return meter === undefined || meter === createNoopMeter() ? undefined : instrument(this.runtime, meter);
  }
}

/**
 * Traces and metrics of the tree for OpenTelemetry, beside `SupervisionModule.forRoot`: spans for each call, cast and start, with their context through the
 * mailbox; how long messages wait and handlers take; restarts, crashes, and what is dropped. Start the SDK before Nest, or give providers.
 */
@Module({})
export class OpenTelemetryModule {
  /** Throws an InvalidOptionError for options that make no sense. */
  static forRoot(options: OpenTelemetryModuleOptions = {}): DynamicModule {
    checkOptions(options);
    return moduleOf({ provide: OPTIONS, useValue: options });
  }

  /** The same with options from other providers; those that make no sense fail the boot with an InvalidOptionError. */
  static forRootAsync(options: OpenTelemetryModuleAsyncOptions): DynamicModule {
    checkAsyncOptions(options);
    const { imports = [], inject = [], useFactory: give } = options;
    const useFactory = async (...dependencies: unknown[]): Promise<OpenTelemetryModuleOptions> => {
      const given = await give(...(dependencies as never[]));
      checkOptions(given);
      return given;
    };
    return { ...moduleOf({ provide: OPTIONS, useFactory, inject }), imports };
  }
}

function moduleOf(options: Provider): DynamicModule {
  return { module: OpenTelemetryModule, providers: [options, OpenTelemetryRunner] };
}
