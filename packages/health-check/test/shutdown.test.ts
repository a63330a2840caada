import { describe, expect, test } from '@jest/globals';
import type { Drain, HealthCheck } from '../src/index.js';
import { useHealth } from './support/health.js';

const newHealth = useHealth();

function codes(health: HealthCheck): readonly number[] {
  return ['readiness', 'liveness', 'startup', 'overall', 'mine', 'own'].map((group) => health.probe(group).statusCode);
}

async function served() {
  const made = newHealth({ groups: { mine: {}, own: { drains: false } }, checks: [{ name: 'a', check: () => {} }] });
  await made.clock.advance(0);
  expect(codes(made.health)).toEqual([200, 200, 200, 200, 200, 200]);
  return made;
}

describe('a shutdown', () => {
  test('takes readiness down at once, then waits, then drains; liveness stays as it is', async () => {
    const { health, clock, events } = await served();
    let open = (): void => {};
    const drained = new Promise<void>((resolve) => (open = resolve));
    const seen: string[] = [];
    const result = health.shutdown({ delayMs: 3_000, drain: () => (seen.push(health.phase), drained) });
    expect([health.phase, codes(health)]).toEqual(['unready', [503, 200, 200, 503, 503, 200]]);
    await clock.advance(2_999);
    expect(seen).toEqual([]);
    await clock.advance(1);
    expect([seen, health.phase, codes(health)]).toEqual([['draining'], 'draining', [503, 200, 200, 503, 503, 200]]);
    await clock.advance(500);
    open();
    expect(await result).toEqual({ kind: 'drained', tookMs: 3_500 });
    expect([health.phase, codes(health)]).toEqual(['drained', [503, 200, 200, 503, 503, 200]]);
    expect(events.flatMap((event) => (event.kind === 'shutdown' ? [event.phase] : []))).toEqual([
      'unready',
      'draining',
      'drained',
    ]);
    await clock.advance(30_000); // checks go on, and change nothing of this
    expect([health.check('a')?.successes, codes(health)]).toEqual([2, [503, 200, 200, 503, 503, 200]]);
  });

  test('a drain that is not done in time is told so, and its signal fires', async () => {
    const { health, clock } = await served();
    let signal: AbortSignal | undefined;
    const drain: Drain = (context) => {
      ({ signal } = context);
      return new Promise(() => {});
    };
    const result = health.shutdown({ delayMs: 0, drainTimeoutMs: 100, drain });
    await clock.advance(100);
    expect([await result, signal?.aborted, clock.allTimers]).toEqual([
      { kind: 'drain_timed_out', tookMs: 100 },
      true,
      2,
    ]);
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('oops');
      },
    ],
    ['rejects', () => Promise.reject(new Error('oops'))],
  ])('a drain that %s ends it, and the error is in the result', async (_, drain) => {
    const { health, clock } = await served();
    const result = health.shutdown({ delayMs: 0, drain });
    await clock.advance(0);
    expect(await result).toEqual({ kind: 'drain_failed', tookMs: 0, error: new Error('oops') });
    expect(health.phase).toBe('drained');
  });

  test('a second call gets the result of the first; beginShutdown may come before, or again', async () => {
    const { health, clock } = await served();
    let drains = 0;
    health.beginShutdown();
    health.beginShutdown();
    const both = Promise.all([
      health.shutdown({ delayMs: 10, drain: () => void drains++ }),
      health.shutdown({ delayMs: 0, drain: () => void drains++ }),
    ]);
    await clock.advance(10);
    health.beginShutdown();
    expect([await both, drains, health.phase]).toEqual([
      [1, 2].map(() => ({ kind: 'drained', tookMs: 10 })),
      1,
      'drained',
    ]);
  });

  test('by default it waits 5 s, with a timer that keeps Node running', async () => {
    const { health, clock } = await served();
    const result = health.shutdown();
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(5_000);
    expect(await result).toEqual({ kind: 'drained', tookMs: 5_000 });
  });

  test('of what is closed meanwhile rejects; of what is closed, too', async () => {
    const { health } = await served();
    const end = health.shutdown().catch((error: unknown) => error);
    health.close();
    expect(await end).toMatchObject({ code: 'ERR_HEALTH_CHECK_CLOSED', request: 'shut down' });
    const other = newHealth();
    other.health.close();
    await expect(other.health.shutdown()).rejects.toMatchObject({ code: 'ERR_HEALTH_CHECK_CLOSED' });
  });

  test.each([
    ['delayMs', { delayMs: -1 }],
    ['delayMs', { delayMs: Infinity }],
    ['drainTimeoutMs', { drainTimeoutMs: Number.NaN }],
    ['drain', { drain: 5 as never }],
    ['options', 5 as never],
  ])('%s that makes no sense is refused, and nothing has begun', async (option, options) => {
    const { health } = await served();
    await expect(health.shutdown(options)).rejects.toThrow(option);
    expect(health.phase).toBe('serving');
  });
});
