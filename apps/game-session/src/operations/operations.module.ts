import { type DynamicModule, Global, Module } from '@nestjs/common';
import { getCircuitBreakerToken } from '@rookery/nestjs/circuit-breaker';
import { HealthModule } from '@rookery/nestjs/health';
import { MetricsModule } from '@rookery/nestjs/metrics';
import { Registry } from 'prom-client';
import { MAIL_BREAKER } from '../mail/email-worker.server.js';
import type { Settings } from '../settings.js';
import { type HttpRequest, tokenOf } from '../web/bearer.js';
import { AppHealth } from './app.health.js';
import { AppMetrics } from './app.metrics.js';
import { ChaosController } from './chaos.controller.js';
import { Chaos } from './chaos.js';
import { MetricsController } from './metrics.controller.js';
import { Operators } from './operators.js';
import { TreeFeed } from './tree-feed.server.js';
import { TreeController } from './tree.controller.js';

/** How the app is looked after: health, metrics, the tree, and chaos. */
@Global()
@Module({})
export class OperationsModule {
  static register(settings: Settings): DynamicModule {
    const registry = new Registry();
    const operators = new Operators(settings);
    return {
      module: OperationsModule,
      imports: [
        HealthModule.forRoot({
          details: 'authorized', // a probe needs none
          authorize: (request: HttpRequest) => operators.isOne(tokenOf(request)),
          builtIn: {
            tree: { restartRate: { intervalMs: 1_000 } }, // a thousand crashes in 5 s are soon there
            breakers: { of: { [MAIL_BREAKER]: getCircuitBreakerToken(MAIL_BREAKER) } },
          },
        }),
        MetricsModule.forRoot({ registry, path: false }),
      ],
      controllers: [TreeController, ChaosController, MetricsController],
      providers: [
        AppHealth,
        AppMetrics,
        Chaos,
        TreeFeed,
        { provide: Operators, useValue: operators },
        { provide: Registry, useValue: registry },
      ],
      exports: [Chaos, Operators],
    };
  }
}
