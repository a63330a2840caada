import {
  Controller,
  type DynamicModule,
  Get,
  Header,
  Inject,
  Injectable,
  Module,
  type OnModuleInit,
  type Provider,
  Res,
  type Type,
  VERSION_NEUTRAL,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { Runtime } from '@rookery/genserver';
import { Registry } from 'prom-client';
import { ShutdownState } from '../../tree/shutdown-state.js';
import {
  checkAsyncOptions,
  checkOptions,
  checkSettings,
  type MetricsModuleAsyncOptions,
  type MetricsModuleOptions,
  type MetricsModuleSettings,
} from './module-options.js';
import { TreeMetrics, type TreeMetricsSettings } from './tree-metrics.js';

const METRICS = Symbol('the options of MetricsModule.forRoot');

/** From a tenth of a millisecond, which a mailbox is worked off in, to ten seconds, which is longer than a call waits. */
const BUCKETS = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** From before the tree starts until it has stopped. */
@Injectable()
class MetricsRunner implements OnModuleInit {
  constructor(
    @Inject(METRICS) private readonly settings: TreeMetricsSettings,
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(ShutdownState) private readonly state: ShutdownState,
  ) {}

  onModuleInit(): void {
    const metrics = new TreeMetrics(this.runtime, this.settings);
    metrics.start();
    const stop = this.state.subscribe((phase) => {
      if (phase !== 'stopped') return;
      stop();
      metrics.stop();
    });
  }
}

/**
 * The metrics of the tree for Prometheus, by prom-client, beside `SupervisionModule.forRoot`: processes, dropped messages by kind, mailboxes, how long messages
 * wait and handlers take, crashes, restarts, and how close each supervisor is to giving up. It answers at `/metrics`, as a controller does, with the application's
 * guards.
 */
@Module({})
export class MetricsModule {
  /** Throws an InvalidOptionError for options that make no sense; a name that the registry has fails the boot with one. */
  static forRoot(options: MetricsModuleOptions = {}): DynamicModule {
    checkOptions(options);
    const { path, ...settings } = options;
    return moduleOf(path, { provide: METRICS, useValue: complete(settings) });
  }

  /** The same with settings from other providers; those that make no sense fail the boot with an InvalidOptionError. */
  static forRootAsync(options: MetricsModuleAsyncOptions): DynamicModule {
    checkAsyncOptions(options);
    const { path, imports = [], inject = [], useFactory: give } = options;
    const useFactory = async (...dependencies: unknown[]): Promise<TreeMetricsSettings> => {
      const settings = await give(...(dependencies as never[]));
      checkSettings(settings);
      return complete(settings);
    };
    return { ...moduleOf(path, { provide: METRICS, useFactory, inject }), imports };
  }
}

function moduleOf(path: string | false = '/metrics', options: Provider): DynamicModule {
  return {
    module: MetricsModule,
    providers: [options, MetricsRunner],
    controllers: path === false ? [] : [controllerAt(path)],
  };
}

function complete(settings: MetricsModuleSettings): TreeMetricsSettings {
  const { registry = new Registry(), prefix = 'rookery_', messageTimes = true, buckets = BUCKETS } = settings;
  return { registry, prefix, messageTimes, buckets };
}

/** What scrapes it has no version to ask for. */
function controllerAt(path: string): Type<unknown> {
  @Controller({ path, version: VERSION_NEUTRAL })
  class MetricsController {
    constructor(
      @Inject(METRICS) private readonly settings: TreeMetricsSettings,
      @Inject(HttpAdapterHost) private readonly host: HttpAdapterHost,
    ) {}

    @Get()
    @Header('Cache-Control', 'no-store')
    metrics(@Res({ passthrough: true }) response: unknown): Promise<string> {
      const { registry } = this.settings;
      this.host.httpAdapter.setHeader(response, 'Content-Type', registry.contentType); // which may be set later
      return registry.metrics();
    }
  }
  return MetricsController;
}
