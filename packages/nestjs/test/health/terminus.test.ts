import { describe, expect, test } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { HealthCheckService, HealthIndicatorService, TerminusModule } from '@nestjs/terminus';
import { type CheckResult, degraded, HealthCheck, terminusCheck, unhealthy } from '@rookery/health-check';
import { HealthIndicator, HealthModule, terminusIndicator } from '../../src/integrations/health/index.js';
import { hasDegraded } from '../../src/integrations/health/terminus-indicator.js';
import { NO_MACHINE, useHealthApps } from './support/apps.js';

const boot = useHealthApps();
const terminus = TerminusModule.forRoot({ logger: false });

describe('indicators of terminus as ours', () => {
  test('a decorated method returns what they give, up, degraded, down or an attempt', async () => {
    @Injectable()
    class Indicators {
      constructor(private readonly indicators: HealthIndicatorService) {}
      @HealthIndicator({ name: 'up' })
      up() {
        return this.indicators.check('docs').up({ pages: 7 });
      }
      @HealthIndicator({ name: 'half' })
      async half() {
        return this.indicators.check('queue').degraded('slow');
      }
      @HealthIndicator({ name: 'attempt' })
      attempt({ signal }: { readonly signal: AbortSignal }) {
        return this.indicators.check('database').attempt(() => {
          throw new Error(signal.aborted ? 'aborted' : 'connection refused');
        });
      }
    }
    const imports = [terminus, HealthModule.forRoot({ minGapMs: 0, builtIn: NO_MACHINE })];
    const { health } = await boot({ imports, providers: [Indicators] });
    const { checks } = await health.checkNow();
    expect(checks).toMatchObject({
      up: { state: 'healthy', data: { pages: 7 } },
      half: { state: 'degraded', reason: 'queue: slow' },
      attempt: { state: 'unhealthy', reason: 'database: connection refused' },
    });
  });

  test('the options of the module take them from what is injected', async () => {
    const health = HealthModule.forRootAsync({
      imports: [terminus],
      inject: [HealthIndicatorService],
      useFactory: (indicators: HealthIndicatorService) => ({
        builtIn: NO_MACHINE,
        checks: [{ name: 'docs', check: terminusCheck(() => indicators.check('docs').down('gone')) }],
      }),
    });
    const { health: service } = await boot({ imports: [health] });
    expect((await service.checkNow()).checks['docs']).toMatchObject({ state: 'unhealthy', reason: 'docs: gone' });
  });
});

describe('ours as an indicator of terminus', () => {
  async function offered(result: CheckResult, options?: Parameters<typeof terminusIndicator>[1]) {
    const checks = [{ name: 'queue', check: () => result }];
    const imports = [terminus, HealthModule.forRoot({ details: 'authorized', builtIn: NO_MACHINE, checks })];
    const { app, health } = await boot({ imports });
    await health.checkNow();
    const service = app.get(HealthCheckService);
    return service
      .check([terminusIndicator(health, options)])
      .catch((error: { getResponse(): unknown }) => error.getResponse());
  }

  test('that is degraded is degraded for 12.1', async () => {
    expect(await offered(degraded('slow'))).toMatchObject({
      status: 'degraded',
      details: { readiness: { status: 'degraded', state: 'degraded', group: 'readiness' } },
    });
  });

  test('that is unhealthy takes it down; details only for whom they may be', async () => {
    const result = await offered(unhealthy('full'));
    expect(result).toMatchObject({ status: 'error', error: { readiness: { status: 'down', state: 'unhealthy' } } });
    expect(result).not.toHaveProperty('details.readiness.checks');
    const shown = await offered(unhealthy('full'), { group: 'overall', key: 'rookery', authorized: true });
    expect(shown).toMatchObject({ error: { rookery: { checks: { queue: { state: 'unhealthy', reason: 'full' } } } } });
  });

  test('what nothing is known of is up for liveness alone', async () => {
    const health = new HealthCheck({ checks: [{ name: 'a', tags: ['liveness', 'readiness'], check: () => {} }] });
    const statusOf = async (group: string) => (await terminusIndicator(health, { group })())[group]?.status;
    expect([await statusOf('liveness'), await statusOf('readiness')]).toEqual(['up', 'down']);
    health.close();
  });

  test('terminus 11, whose results have no `degraded`, is known by what it has', () => {
    class Eleven {
      check() {
        return { up: () => ({}), down: () => ({}) };
      }
    }
    expect([hasDegraded(Eleven), hasDegraded(HealthIndicatorService)]).toEqual([false, true]);
  });
});
