import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from '@jest/globals';
import { eventLoop, HealthCheck, type HealthEvent } from '../src/index.js';

/** Keeps the thread busy, so that nothing else can run. */
function block(ms: number): void {
  const end = performance.now() + ms;
  while (performance.now() < end);
}

/** The first event that is as asked. */
function eventOf(health: HealthCheck, isIt: (event: HealthEvent) => boolean): Promise<HealthEvent> {
  return new Promise((resolve) => {
    const leave = health.subscribe((event) => {
      if (!isIt(event)) return;
      leave();
      resolve(event);
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
    const event = await eventOf(health, (one) => {
      return one.kind === 'check_changed' && one.check === 'event-loop' && /late once.*report/.test(one.reason ?? '');
    });
    expect(event).toMatchObject({
      to: 'degraded',
      reason: expect.stringContaining('the check report held the thread for'),
    });
    expect(health.check('event-loop')?.data).toMatchObject({ culprits: expect.arrayContaining(['report']) });
    isBlocking = false;
    health.close();
  });

  test('the delay is measured, and what blocks beside the checks is seen without a culprit', async () => {
    const health = new HealthCheck({ jitter: 0, checks: [eventLoop({ intervalMs: 600, maxMs: { degradedAt: 200 } })] });
    const changed = eventOf(health, (one) => one.kind === 'check_changed' && one.to === 'degraded');
    await health.checkNow();
    await sleep(20); // the meter has begun
    block(400);
    expect(await changed).toMatchObject({ check: 'event-loop', reason: expect.stringContaining('late once') });
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
