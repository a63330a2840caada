import { describe, expect, test } from '@jest/globals';
import { degraded } from '../src/index.js';
import { Gate, holdThread, isoAt, useHealth } from './support/health.js';

const newHealth = useHealth();

describe('as the article has it', () => {
  test('named checks run every 30 s; health is told from what they said last', async () => {
    let isDown = false;
    let runs = 0;
    const { health, clock } = newHealth({
      checks: [
        {
          name: 'database',
          check: () => {
            runs++;
            if (isDown) throw new Error('connection refused');
          },
        },
        { name: 'queue', check: async () => {} },
      ],
    });
    expect([health.getHealth().state, health.getHealth().lastCheck, runs]).toEqual(['unknown', undefined, 0]);
    await clock.advance(0);
    expect(health.getHealth()).toMatchObject({
      state: 'healthy',
      ok: true,
      lastCheck: isoAt(0),
      checks: { database: { ok: true } },
    });
    isDown = true;
    await clock.advance(29_999);
    expect([health.getHealth().state, runs]).toEqual(['healthy', 1]);
    await clock.advance(1);
    expect(health.getHealth()).toMatchObject({
      state: 'unhealthy',
      ok: false,
      lastCheck: isoAt(30_000),
      checks: {
        database: {
          state: 'unhealthy',
          ok: false,
          reason: 'Error: connection refused',
          problem: 'failed',
          failures: 1,
        },
        queue: { state: 'healthy', ok: true },
      },
    });
    isDown = false;
    await clock.advance(30_000);
    expect([health.getHealth().state, runs]).toEqual(['healthy', 3]);
  });

  test('asking runs nothing, however often', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: gate.check }] });
    await clock.advance(0);
    for (let i = 0; i < 100; i++) health.probe('readiness');
    expect(gate.calls).toBe(1);
    gate.open();
    await clock.advance(0);
    expect(health.probe('readiness')).toBe(health.probe('readiness')); // the same object: nothing was written again
  });
});

describe('a check that hangs', () => {
  test('is unhealthy when its time is over, and its signal fires; others are not held up', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({
      checks: [
        { name: 'hangs', check: gate.check },
        { name: 'works', check: () => {} },
      ],
    });
    await clock.advance(4_999);
    expect([health.check('works')?.state, health.check('hangs')?.state]).toEqual(['healthy', 'unknown']);
    expect(gate.contexts[0]?.signal.aborted).toBe(false);
    await clock.advance(1);
    expect(health.check('hangs')).toMatchObject({ state: 'unhealthy', problem: 'timed_out', durationMs: 5_000 });
    expect(gate.contexts[0]?.signal.reason).toMatchObject({ code: 'ERR_HEALTH_CHECK_TIMEOUT', check: 'hangs' });
  });

  test('never runs beside itself; each time it should have run is a failure more', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: gate.check, fall: 3 }] });
    await clock.advance(0);
    gate.open();
    await clock.advance(30_000 + 59_999);
    expect([gate.calls, gate.most]).toEqual([2, 1]);
    expect(health.check('a')).toMatchObject({ state: 'healthy', failures: 2 });
    await clock.advance(1);
    expect(health.check('a')).toMatchObject({ state: 'unhealthy', failures: 3, problem: 'timed_out' });
    gate.open(); // at last
    await clock.advance(30_000);
    gate.open();
    await clock.advance(0);
    expect([health.check('a')?.state, gate.calls, gate.most]).toEqual(['healthy', 3, 1]);
    expect(health.stats()).toMatchObject({ lateResults: 1, abandonedRuns: 0 });
  });

  test('and ignores its signal for ten intervals is given up, and runs again', async () => {
    const gate = new Gate();
    const { health, clock, events } = newHealth({ checks: [{ name: 'a', check: gate.check }] });
    await clock.advance(299_999);
    expect([gate.calls, health.stats().abandonedRuns]).toEqual([1, 0]);
    await clock.advance(1);
    expect([gate.calls, health.stats().abandonedRuns]).toEqual([2, 1]);
    expect(events.at(-1)).toEqual({ kind: 'run_abandoned', check: 'a', tookMs: 300_000, at: isoAt(300_000) });
    gate.open(degraded('too late'));
    gate.open();
    await clock.advance(0);
    expect(health.check('a')?.state).toBe('healthy');
    expect(events.filter(({ kind }) => kind === 'late_result')).toHaveLength(1);
  });

  test('a result that comes after its time is dropped, counted and told', async () => {
    const gate = new Gate();
    const { health, clock, events } = newHealth({ checks: [{ name: 'a', check: gate.check }] });
    await clock.advance(6_000);
    gate.open();
    await clock.advance(0);
    expect(health.check('a')?.state).toBe('unhealthy');
    expect(events.at(-1)).toEqual({ kind: 'late_result', check: 'a', tookMs: 6_000, at: isoAt(6_000) });
    expect(health.stats()).toMatchObject({ runs: 1, timeouts: 1, lateResults: 1 });
  });
});

describe('when checks run', () => {
  test('the first time after the initial delay, then from start to start', async () => {
    const starts: number[] = [];
    const { clock } = newHealth({
      checks: [{ name: 'a', initialDelayMs: 500, intervalMs: 1_000, check: ({ now }) => void starts.push(now()) }],
    });
    await clock.advance(3_000);
    expect(starts).toEqual([500, 1_500, 2_500]);
  });

  test('jitter takes a part off each interval, at random', async () => {
    const starts: number[] = [];
    const { clock } = newHealth({
      jitter: 0.2,
      random: () => 0.5,
      checks: [{ name: 'a', intervalMs: 1_000, check: ({ now }) => void starts.push(now()) }],
    });
    await clock.advance(3_000);
    expect(starts).toEqual([0, 900, 1_800, 2_700]);
  });

  test('jitter adds up to a part of an interval to the initial delay, and nothing to none', async () => {
    const starts: unknown[] = [];
    const check = ({ name, now }: { readonly name: string; readonly now: () => number }) =>
      void starts.push([name, now()]);
    const { clock } = newHealth({
      jitter: 0.2,
      random: () => 0.5,
      checks: [
        { name: 'a', initialDelayMs: 500, check },
        { name: 'b', check },
      ],
    });
    await clock.advance(3_500);
    expect(starts).toEqual([
      ['b', 0],
      ['a', 3_500],
    ]);
  });

  test('jitter that makes an interval shorter than a run skips that run, and the next one comes', async () => {
    const gate = new Gate();
    const { clock } = newHealth({
      jitter: 0.5,
      random: () => 0.9,
      checks: [{ name: 'a', intervalMs: 1_000, timeoutMs: 1_000, check: gate.check }],
    });
    await clock.advance(800);
    gate.open();
    await clock.advance(1_000);
    expect([gate.calls, gate.most]).toEqual([2, 1]);
  });

  test('no more than the cap at a time; who is in line begins when one ends', async () => {
    const gate = new Gate();
    const checks = Array.from({ length: 5 }, (_, index) => ({ name: `c${index}`, check: gate.check }));
    const { health, clock } = newHealth({ checks, concurrency: 2 });
    await clock.advance(0);
    expect(gate.calls).toBe(2);
    gate.open();
    await clock.advance(0);
    expect(gate.calls).toBe(3);
    await clock.advance(9_999); // two hang, then two more: their slots are free again when their time is over
    expect([gate.calls, health.check('c4')?.problem]).toEqual([5, undefined]);
    await clock.advance(5_000);
    expect(health.check('c4')?.problem).toBe('timed_out');
  });

  test('a check that was removed while it was in line never runs', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({
      concurrency: 1,
      checks: ['a', 'b'].map((name) => ({ name, check: gate.check })),
    });
    await clock.advance(0);
    expect([health.remove('b'), health.remove('b')]).toEqual([true, false]);
    gate.open();
    await clock.advance(1_000);
    expect(gate.calls).toBe(1);
    expect(health.remove('a')).toBe(true);
    health.add({ name: 'a', check: gate.check });
    await clock.advance(0);
    expect(gate.calls).toBe(2);
  });

  test('one that is removed while it runs gives its slot back, and its result is nobody’s', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({
      concurrency: 1,
      checks: ['a', 'b'].map((name) => ({ name, check: gate.check })),
    });
    await clock.advance(0);
    health.remove('a');
    expect([gate.calls, gate.contexts[0]?.signal.aborted]).toEqual([2, true]);
    gate.open();
    await clock.advance(0);
    expect([health.check('a'), health.stats().runs]).toEqual([undefined, 0]);
  });
});

describe('what is too old', () => {
  test('is unknown, though nobody has asked', async () => {
    const gate = new Gate();
    const { health, clock, events } = newHealth({
      concurrency: 1,
      checks: [
        { name: 'a', check: () => {}, intervalMs: 1_000, timeoutMs: 500 },
        { name: 'b', check: gate.check, initialDelayMs: 500, intervalMs: 60_000, timeoutMs: 60_000 },
      ],
    });
    await clock.advance(2_499); // b has the only slot, so a cannot run
    expect(health.check('a')?.state).toBe('healthy');
    await clock.advance(1);
    expect(events.findLast(({ kind }) => kind === 'check_changed')).toMatchObject({ check: 'a', to: 'unknown' });
    expect(health.check('a')).toMatchObject({ state: 'unknown', ok: false, reason: 'Its last result is 2500 ms old.' });
    expect(health.probe('readiness').statusCode).toBe(503);
    gate.open();
    await clock.advance(0);
    expect(health.check('a')?.state).toBe('healthy');
  });

  test('is unknown to who asks, though the thread was held and no timer could fire', async () => {
    const { health, clock } = newHealth({
      checks: [{ name: 'a', check: () => {}, intervalMs: 1_000, timeoutMs: 500 }],
    });
    await clock.advance(0);
    holdThread(clock, 2_499);
    expect(health.getHealth().state).toBe('healthy');
    holdThread(clock, 1);
    expect(health.getHealth().state).toBe('unknown');
    expect(health.probe('readiness')).toBe(health.probe('readiness')); // and is not looked at again for each of them
  });
});
