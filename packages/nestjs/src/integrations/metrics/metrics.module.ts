import {
  Controller,
  type DynamicModule,
  Get,
  Header,
  Inject,
  Injectable,
  Module,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { Registry } from 'prom-client';
import { ShutdownState } from '../../tree/shutdown-state.js';
import { checkOptions, type MetricsModuleOptions } from './module-options.js';
import { type MetricsRegistry, TreeMetrics } from './tree-metrics.js';

const METRICS = Symbol('the options of MetricsModule.forRoot');

interface Settings {
  readonly registry: MetricsRegistry;
  readonly prefix: string;
}

/** From before the tree starts until it has stopped. */
@Injectable()
class MetricsRunner implements OnModuleInit {
  constructor(
    @Inject(METRICS) private readonly settings: Settings,
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(ShutdownState) private readonly state: ShutdownState,
  ) {}

  onModuleInit(): void {
    const metrics = new TreeMetrics(this.runtime, this.settings.registry, this.settings.prefix);
    metrics.start();
    const stop = this.state.subscribe((phase) => {
      if (phase !== 'stopped') return;
      stop();
      metrics.stop();
    });
  }
}

/**
 * The metrics of the tree for Prometheus, by prom-client, beside `SupervisionModule.forRoot`: processes, dropped messages by kind, mailboxes, crashes,
 * restarts, and how close each supervisor is to giving up. It answers at `/metrics`, as a controller does, with the application's guards.
 */
@Module({})
export class MetricsModule {
  /** Throws an InvalidOptionError for options that make no sense; a name that the registry has fails the boot with one. */
  static forRoot(options: MetricsModuleOptions = {}): DynamicModule {
    checkOptions(options);
    const { path = '/metrics', registry = new Registry(), prefix = 'rookery_' } = options;
    const settings: Settings = { registry, prefix };
    return {
      module: MetricsModule,
      providers: [{ provide: METRICS, useValue: settings }, MetricsRunner],
      controllers: path === false ? [] : [controllerAt(path, registry.contentType)],
    };
  }
}

function controllerAt(path: string, contentType: string): Type<unknown> {
  @Controller(path)
  class MetricsController {
    constructor(@Inject(METRICS) private readonly settings: Settings) {}

    @Get()
    @Header('Content-Type', contentType)
    @Header('Cache-Control', 'no-store')
    metrics(): Promise<string> {
      return this.settings.registry.metrics();
    }
  }
  return MetricsController;
}
