import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { type CheckView, eventLoop, HealthCheck } from '../src/index.js';

/** Keeps the thread busy, so that nothing else can run. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** What the check of the loop says, as soon as it is as asked; looked at with each event. */
function loopSays(health: HealthCheck, asked: RegExp): Promise<CheckView> {
  return new Promise((resolve) => {
    const leave = health.subscribe(() => {
      const view = health.check('event-loop');
      if (view === undefined || !asked.test(view.reason ?? '')) return;
      leave();
      resolve(view);
    });
  });
}

describe('on a real event loop', () => {
  test('a check that blocks is seen in the delay of the loop, and named as the likely culprit', async () => {
    let isBlocking = true;
    const health = new HealthCheck({
      jitter: 0,
      checks: [
        eventLoop({ intervalMs: 600, maxMs: { degradedAt: 200 } }),
        { name: 'report', intervalMs: 300, check: () => (isBlocking ? block(250) : undefined) },
      ],
    });
    // Each hold is an event: the state changes with the first, and the reason goes on to.
    const view = await loopSays(health, /late once.*the check report held the thread for \d+/);
    expect(view).toMatchObject({ state: 'degraded', data: { culprits: expect.arrayContaining(['report']) } });
    isBlocking = false;
    health.close();
  });

  test('the delay is measured, and what blocks beside the checks is seen without a culprit', async () => {
    const checks = [eventLoop({ intervalMs: 600, maxMs: { degradedAt: 200 } })];
    const health = new HealthCheck({ jitter: 0, minGapMs: 0, holdMs: 60_000, checks });
    while (!/late once/.test(health.check('event-loop')?.reason ?? '')) {
      await sleep(20); // the meter goes on
      block(400);
      await sleep(20);
      await health.checkNow('event-loop');
    }
    expect(health.check('event-loop')?.data).not.toHaveProperty('culprits');
    health.close();
  });

  test('a probe is answered though every check hangs', async () => {
    const checks = Array.from({ length: 50 }, (_, index) => ({
      name: `c${index}`,
      timeoutMs: 20,
      check: () => new Promise<void>(() => {}),
    }));
    const health = new HealthCheck({ checks, concurrency: 10 });
    expect(health.probe('readiness').statusCode).toBe(503);
    const report = await health.checkNow();
    expect([report.state, health.stats().timeouts, health.probe('liveness').statusCode]).toEqual([
      'unhealthy',
      50,
      200,
    ]);
    health.close();
  });
});
