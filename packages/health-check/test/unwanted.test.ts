import { describe, expect, test } from '@jest/globals';
import {
  type CheckContext,
  caches,
  degraded,
  healthy,
  heap,
  HealthCheck,
  type HealthEvent,
  pools,
  terminusCheck,
} from '../src/index.js';
import { Gate, useHealth } from './support/health.js';

const newHealth = useHealth();

describe('a listener that asks is answered with what is, not with what was', () => {
  test('when a result has come, and when a shutdown begins', async () => {
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => {} }] });
    const seen: unknown[] = [];
    expect([health.getHealth().state, health.probe('readiness').statusCode]).toEqual(['unknown', 503]);
    health.subscribe(({ kind }) => seen.push([kind, health.getHealth().state, health.probe('readiness').statusCode]));
    await clock.advance(0);
    const told = (kinds: readonly string[], state: string, code: number) => kinds.map((kind) => [kind, state, code]);
    const groups = ['group_changed', 'group_changed'];
    expect(seen.splice(0)).toEqual(told(['check_changed', 'group_changed', ...groups], 'healthy', 200));
    health.beginShutdown();
    expect(seen).toEqual(told(['shutdown', ...groups], 'unhealthy', 503));
  });

  test('when several results have become too old at once, each told in its turn', async () => {
    const seen: unknown[] = [];
    const gate = new Gate();
    const often = { intervalMs: 100, timeoutMs: 100, check: () => {} };
    const { health, clock } = newHealth({
      concurrency: 1,
      checks: [
        { name: 'a', ...often },
        { name: 'b', ...often },
        { name: 'hangs', initialDelayMs: 50, check: gate.check },
      ],
    });
    await clock.advance(60);
    health.subscribe((event) => {
      if (event.kind === 'check_changed') seen.push([event.check, health.check('a')?.state, health.check('b')?.state]);
    });
    await clock.advance(1_000);
    expect(seen).toEqual([
      ['a', 'unknown', 'unknown'],
      ['b', 'unknown', 'unknown'],
    ]);
  });
});

describe('a listener that hears of a check just added', () => {
  test('and removes it, leaves nothing that runs', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => {} }] });
    await clock.advance(0);
    health.subscribe(({ kind }) => {
      if (kind === 'group_changed') health.remove('b');
    });
    health.add({ name: 'b', check: gate.check });
    await clock.advance(30_000);
    expect([gate.calls, health.check('b'), health.stats().checks]).toEqual([0, undefined, 1]);
  });

  test('and closes all, leaves nothing either', async () => {
    const gate = new Gate();
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => {} }] });
    await clock.advance(0);
    health.subscribe(() => health.close());
    health.add({ name: 'b', check: gate.check });
    await clock.advance(30_000);
    expect([gate.calls, health.stats().checks, clock.allTimers]).toEqual([0, 0, 0]);
  });
});

describe('a shutdown', () => {
  test.each(['unready', 'draining'] as const)(
    'that is closed by who hears of its phase %s rejects, and ends',
    async (phase) => {
      let drains = 0;
      const { health, clock } = newHealth();
      health.subscribe((event) => {
        if (event.kind === 'shutdown' && event.phase === phase) health.close();
      });
      const end = health.shutdown({ delayMs: 10, drain: () => void drains++ }).catch((error: unknown) => error);
      await clock.advance(10);
      expect([await end, drains, health.phase, clock.allTimers]).toEqual([
        expect.objectContaining({ code: 'ERR_HEALTH_CHECK_CLOSED' }),
        0,
        phase,
        0,
      ]);
    },
  );

  test('whose drain closes the health check rejects, and ends', async () => {
    const { health, clock } = newHealth();
    const drain = (): Promise<void> => {
      health.close();
      return new Promise(() => {});
    };
    const end = health.shutdown({ delayMs: 0, drain }).catch((error: unknown) => error);
    await clock.advance(0);
    expect([await end, clock.allTimers]).toEqual([expect.objectContaining({ code: 'ERR_HEALTH_CHECK_CLOSED' }), 0]);
  });

  test('tells what its drain fails with, also when its time is over and nobody waits', async () => {
    let fail: (error: Error) => void = () => {};
    const { health, clock, events } = newHealth();
    const drain = (): Promise<void> => new Promise((_, reject) => (fail = reject));
    const end = health.shutdown({ delayMs: 0, drainTimeoutMs: 10, drain });
    await clock.advance(10);
    expect((await end).kind).toBe('drain_timed_out');
    const error = new Error('late');
    fail(error);
    await clock.advance(0);
    expect(events.filter(({ kind }) => kind === 'function_failed')).toMatchObject([{ which: 'drain', error }]);
  });
});

describe('a check', () => {
  test('may be an object with a method that uses it', async () => {
    const depth = {
      name: 'depth',
      depth: 3,
      check() {
        return healthy({ depth: this.depth });
      },
    };
    const { health, clock } = newHealth({ checks: [depth] });
    await clock.advance(0);
    expect(health.check('depth')).toMatchObject({ state: 'healthy', data: { depth: 3 } });
  });

  test('that goes on after the end measures nothing, and leaves no meter behind', async () => {
    let context: CheckContext | undefined;
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: (given) => void (context = given) }] });
    await clock.advance(0);
    health.close();
    expect(context?.loop().since(-Infinity)).toBeUndefined();
    const first = context?.loop();
    const other = newHealth({ checks: [{ name: 'a', check: (given) => void (context = given) }] });
    await other.clock.advance(0);
    expect(context?.loop()).not.toBe(first); // that measures
    other.health.close();
    expect(context?.loop()).toBe(first); // as good as none
  });

  test.each([
    [
      'what a fetch failed of',
      new TypeError('fetch failed', { cause: new Error('refused') }),
      'TypeError: fetch failed (Error: refused)',
    ],
    [
      'all of an AggregateError',
      new AggregateError([new Error('v6'), new Error('v4')]),
      'AggregateError (Error: v6; Error: v4)',
    ],
  ])('that throws is told with %s', async (_, error, reason) => {
    const { health, clock } = newHealth({
      details: 'always',
      checks: [{ name: 'a', check: () => Promise.reject(error) }],
    });
    await clock.advance(0);
    expect(health.check('a')).toMatchObject({ state: 'unhealthy', reason });
    expect(health.probe('overall').body).not.toContain('Error:'); // and not to clients
  });

  test('whose error is its own cause is told all the same', async () => {
    const error = new Error('round');
    error.cause = error;
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => Promise.reject(error) }] });
    await clock.advance(0);
    expect(health.check('a')?.reason).toBe('Error: round (Error: round (Error: round (Error: round)))');
  });

  test('that is healthy has no reason, whatever it says', async () => {
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => ({ kind: 'healthy', reason: 'x' }) }] });
    await clock.advance(0);
    expect(health.check('a')).toMatchObject({ state: 'healthy', reason: undefined });
  });

  test('of terminus with a status that is no text has no status', async () => {
    const check = (() => ({ db: { status: ['up'] } })) as never;
    const { health, clock } = newHealth({ checks: [{ name: 'a', check }] });
    await clock.advance(0);
    expect(health.check('a')).toMatchObject({ state: 'unhealthy', problem: 'bad_result' });
  });

  test('of terminus cannot be the promise of one answer: it would be healthy for ever', () => {
    expect(() => terminusCheck(Promise.resolve({ db: { status: 'up' } }))).toThrow('a function that asks each time');
  });
});

test.each([
  ['pools', pools({ p: { getStats: () => ({}) as never } })],
  ['overdue tasks of pools', pools({ p: { getStats: () => ({ total: 1, busy: 0, queued: 0 }) as never } })],
  ['caches', caches({ c: { stats: () => ({}) as never } })],
  ['heap', heap({ read: () => ({}) as never })],
])('%s: a figure that is missing is not taken for fine', async (_, check) => {
  const { health, clock } = newHealth({ checks: [check] });
  await clock.advance(0);
  expect(health.getHealth()).toMatchObject({ state: 'unknown' });
  expect(health.check(check.name)?.reason).toContain('a figure is missing');
});

test('a figure that nobody asks for may be missing', async () => {
  const { health, clock } = newHealth({
    checks: [caches({ c: { stats: () => ({}) as never } }, { sweepLagMs: { degradedAt: Infinity } })],
  });
  await clock.advance(0);
  expect(health.getHealth().state).toBe('healthy');
});

test.each([
  ['nothing', () => undefined],
  ['a promise', async () => {}],
  ['a part', ({ name }: { readonly name: string }) => ({ name })],
])('a redaction that gives %s is one that fails: the states alone are shown', async (_, redact) => {
  const events: HealthEvent[] = [];
  const { health, clock } = newHealth({
    details: 'always',
    redact: redact as never,
    checks: [{ name: 'a', check: () => degraded('secret') }],
    onEvent: (event) => events.push(event),
  });
  await clock.advance(0);
  const body = health.probe('overall').body;
  expect(JSON.parse(body)).toMatchObject({ checks: { a: { state: 'degraded' } } });
  expect(body).not.toContain('secret');
  expect(events.filter(({ kind }) => kind === 'function_failed')).toHaveLength(1);
});

test('a redaction whose result JSON has no words for shows the states alone', async () => {
  const { health, clock } = newHealth({
    details: 'always',
    redact: (check) => ({ ...check, tags: [1n] as never }),
    checks: [{ name: 'a', check: () => {} }],
  });
  await clock.advance(0);
  expect(JSON.parse(health.probe('overall').body)).toMatchObject({ checks: { a: { state: 'healthy', tags: [] } } });
});

test('a date that is none is refused', () => {
  expect(() => new HealthCheck({ date: () => Number.NaN })).toThrow('`date`');
});
