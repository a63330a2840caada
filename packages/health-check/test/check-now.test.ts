import { describe, expect, jest, test } from '@jest/globals';
import { Gate, useHealth } from './support/health.js';

const newHealth = useHealth();

describe('checkNow', () => {
  test('runs once for all who ask, and gives what is known then', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: gate.check, initialDelayMs: 10_000 }] });
    const all = Promise.all([health.checkNow(), health.checkNow('a'), health.checkNow()]);
    await clock.advance(100);
    gate.open();
    expect((await all).map(({ state }) => state)).toEqual(['healthy', 'healthy', 'healthy']);
    expect(gate.calls).toBe(1);
  });

  test('joins a run that is under way', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: gate.check }] });
    await clock.advance(0);
    const now = health.checkNow();
    gate.open();
    await now;
    expect(gate.calls).toBe(1);
  });

  test('does not run again what ran less than the minimum gap ago', async () => {
    let runs = 0;
    const { health, clock } = newHealth({ minGapMs: 1_000, checks: [{ name: 'a', check: () => void runs++ }] });
    await health.checkNow();
    for (let i = 0; i < 10; i++) await health.checkNow();
    expect(runs).toBe(1);
    await clock.advance(1_000);
    await health.checkNow();
    expect(runs).toBe(2);
    await clock.advance(29_999);
    expect(runs).toBe(2); // the interval counts anew
    await clock.advance(1);
    expect(runs).toBe(3);
  });

  test('runs only what it is told, and refuses names it does not know', async () => {
    const [a, b] = [new Gate(), new Gate()];
    const { health } = newHealth({
      checks: [
        { name: 'a', check: a.check, initialDelayMs: 1 },
        { name: 'b', check: b.check, initialDelayMs: 1 },
      ],
    });
    const now = health.checkNow('a');
    a.open();
    await now;
    expect([a.calls, b.calls]).toEqual([1, 0]);
    await expect(health.checkNow('c')).rejects.toMatchObject({
      code: 'ERR_HEALTH_CHECK_UNKNOWN_NAME',
      known: ['a', 'b'],
    });
  });

  test('ends when the time of a check is over, and does not wait for one that hangs from before', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: gate.check }] });
    const now = health.checkNow();
    expect(clock.pendingTimers).toBe(1); // somebody waits: Node is kept running until then
    await clock.advance(5_000);
    expect((await now).state).toBe('unhealthy');
    expect((await health.checkNow()).state).toBe('unhealthy');
    expect([gate.calls, clock.pendingTimers]).toEqual([1, 0]);
  });

  test('holds Node also for a check in line, whose turn comes when those before it end', async () => {
    const gate = new Gate();
    const checks = [
      { name: 'a', check: gate.check, timeoutMs: 1_000, intervalMs: 1_000 },
      { name: 'b', check: () => {}, initialDelayMs: 60_000, timeoutMs: 100, intervalMs: 100 },
    ];
    const { health, clock } = newHealth({ concurrency: 1, checks });
    await clock.advance(0);
    expect(clock.pendingTimers).toBe(0); // a runs, and nobody waits for it
    const now = health.checkNow('b');
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(950);
    expect([clock.pendingTimers, health.check('b')?.state]).toEqual([1, 'unknown']);
    await clock.advance(50);
    expect([(await now).checks['b']?.state, clock.pendingTimers]).toEqual(['healthy', 0]);
  });

  test('of a check in line ends when that is removed', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({
      concurrency: 1,
      checks: [
        { name: 'a', check: gate.check },
        { name: 'b', check: gate.check },
      ],
    });
    await clock.advance(0);
    const now = health.checkNow('b');
    health.remove('b');
    expect([Object.keys((await now).checks), clock.pendingTimers, gate.calls]).toEqual([['a'], 0, 1]);
  });

  test('asked by many holds Node with one timer, set once', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: gate.check }] });
    await clock.advance(0);
    const setTimer = jest.spyOn(clock, 'setTimer');
    const all = Promise.all([1, 2, 3].map(() => health.checkNow()));
    expect([setTimer.mock.calls.length, clock.pendingTimers]).toEqual([1, 1]);
    gate.open();
    await all;
  });

  test('of a closed one rejects, also when it was under way', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: gate.check }] });
    await clock.advance(0);
    const end = health.checkNow().catch((error: unknown) => error);
    health.close();
    health.close();
    expect(await end).toMatchObject({ code: 'ERR_HEALTH_CHECK_CLOSED', health: 'health-check' });
    await expect(health.checkNow()).rejects.toMatchObject({ code: 'ERR_HEALTH_CHECK_CLOSED' });
    expect(gate.contexts[0]?.signal.aborted).toBe(true);
    expect(() => health.add({ name: 'b', check: () => {} })).toThrow('is closed');
    gate.open();
  });
});
