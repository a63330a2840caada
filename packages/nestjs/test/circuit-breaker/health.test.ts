import { describe, expect, test } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { HealthCheckService, TerminusModule } from '@nestjs/terminus';
import type { Breaker } from '@rookery/circuit-breaker';
import { ManualClock } from '@rookery/genserver/testing';
import { type Check, HealthCheck, terminusCheck } from '@rookery/health-check';
import {
  CircuitBreakerHealthIndicator,
  CircuitBreakerModule,
  CircuitBreakers,
  getCircuitBreakerToken,
} from '../../src/integrations/circuit-breaker/index.js';
import { HealthModule, HealthService } from '../../src/integrations/health/index.js';
import { NO_MACHINE } from '../health/support/apps.js';
import { useCacheApps } from '../ttl-cache/support/apps.js';

const boot = useCacheApps();

async function start() {
  const clock = new ManualClock();
  const breakers = ['payments', 'stock'].map((name) => ({ name, failureThreshold: 1, timeoutMs: 100, clock }));
  const { app } = await boot({
    imports: [CircuitBreakerModule.forRoot({ breakers, clock, failureThreshold: 1, timeoutMs: 100 })],
  });
  const all = app.get(CircuitBreakers);
  return { clock, all, payments: all.get('payments') as Breaker, indicator: app.get(CircuitBreakerHealthIndicator) };
}

async function trip(breaker: Breaker | undefined): Promise<void> {
  await breaker?.call(() => Promise.reject(new Error('down'))).catch(() => undefined);
}

describe('the indicator', () => {
  test('says healthy while all are closed', async () => {
    const { indicator } = await start();
    const data = { breakers: 2, open: 0, halfOpen: 0, notClosed: {} };
    expect(indicator.check()).toEqual({ kind: 'healthy', data });
    expect(indicator.isHealthy()).toEqual({ 'circuit-breakers': { status: 'up', ...data } });
  });

  test('says degraded of open and half-open ones, never worse', async () => {
    const { clock, all, payments, indicator } = await start();
    await trip(payments);
    await clock.advance(100);
    await trip(all.get('stock'));
    await trip(all.registry()?.get('api.example'));
    const data = {
      breakers: 3,
      open: 2,
      halfOpen: 1,
      notClosed: { payments: 'half_open', stock: 'open', 'default/api.example': 'open' },
    };
    const reason = 'payments is half-open, stock is open, default/api.example is open';
    expect(indicator.check()).toEqual({ kind: 'degraded', reason, data });
    expect(indicator.isHealthy('calls')).toEqual({ calls: { status: 'degraded', message: reason, ...data } });
    expect(indicator.isHealthy('calls', { degradedAs: 'up' }).calls.status).toBe('up');
  });

  test('says degraded of one that is held open', async () => {
    const { payments, indicator } = await start();
    payments.forceOpen();
    expect(indicator.check()).toMatchObject({ kind: 'degraded', reason: 'payments is open' });
  });

  test('names ten of many', async () => {
    const { all, indicator } = await start();
    for (let i = 0; i < 13; i++) await trip(all.registry()?.get(`host-${i}`));
    const health = indicator.check();
    expect(Object.keys(health.data.notClosed)).toHaveLength(10);
    expect(health.data.open).toBe(13);
    expect(health.kind === 'degraded' && health.reason).toMatch(/, 3 more$/);
  });
});

test('it is a check of @rookery/health-check, as it is', async () => {
  const { clock, payments, indicator } = await start();
  const checks: Check[] = [indicator, { name: 'by terminus', check: terminusCheck(() => indicator.isHealthy()) }];
  const health = new HealthCheck({ checks, clock });
  await trip(payments);
  const report = await health.checkNow();
  expect(report.checks).toMatchObject({
    'circuit-breakers': { state: 'degraded', critical: false, reason: 'payments is open' },
    'by terminus': { state: 'degraded' },
  });
  expect(health.probe('readiness').statusCode).toBe(200);
  health.close();
});

test.each([
  [
    'the indicator, for all of them',
    HealthModule.forRootAsync({
      inject: [CircuitBreakerHealthIndicator],
      useFactory: (indicator: CircuitBreakerHealthIndicator) => ({
        checks: [indicator],
        minGapMs: 0,
        builtIn: NO_MACHINE,
      }),
    }),
    'circuit-breakers',
  ],
  [
    'the built-in check, for one by its token',
    HealthModule.forRoot({
      minGapMs: 0,
      builtIn: { ...NO_MACHINE, breakers: { of: { payments: getCircuitBreakerToken('payments') } } },
    }),
    'breakers',
  ],
])('HealthModule takes %s', async (_, healthModule, name) => {
  const breakers = [{ name: 'payments', failureThreshold: 1 }];
  const { app, get } = await boot({ imports: [CircuitBreakerModule.forRoot({ breakers }), healthModule] });
  await trip(app.get(CircuitBreakers).get('payments'));
  const health = app.get(HealthService);
  await health.checkNow(name);
  expect(health.check(name)?.state).toBe('degraded');
  expect((await get('/readyz')).status).toBe(200);
});

test('it is an indicator of @nestjs/terminus: an open breaker keeps the instance in service', async () => {
  @Controller()
  class Health {
    constructor(
      readonly health: HealthCheckService,
      readonly breakers: CircuitBreakerHealthIndicator,
    ) {}
    @Get()
    check() {
      return this.health.check([() => this.breakers.isHealthy()]);
    }
  }
  const breakers = [{ name: 'payments', failureThreshold: 1 }];
  const imports = [TerminusModule, CircuitBreakerModule.forRoot({ breakers })];
  const { app, get } = await boot({ imports, controllers: [Health] });
  await trip(app.get(CircuitBreakers).get('payments'));
  const response = await get('/');
  expect(response.status).toBe(200);
  const { status, details } = (await response.json()) as Record<string, unknown>;
  expect(status).toBe('degraded');
  expect(details).toMatchObject({ 'circuit-breakers': { status: 'degraded', message: 'payments is open', open: 1 } });
});
