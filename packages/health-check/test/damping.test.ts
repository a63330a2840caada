import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type CheckResult,
  degraded,
  healthy,
  type HealthState,
  PROBE_DAMPING,
  unhealthy,
  unknown,
} from '../src/index.js';
import { Gate, useHealth } from './support/health.js';

const newHealth = useHealth();

const RESULTS: Readonly<Record<HealthState, CheckResult>> = {
  healthy: healthy(),
  degraded: degraded('d'),
  unknown: unknown('?'),
  unhealthy: unhealthy('u'),
};
const STATES = ['healthy', 'degraded', 'unknown', 'unhealthy'] as const;
const LETTERS: Readonly<Record<string, HealthState>> = { h: 'healthy', d: 'degraded', '?': 'unknown', u: 'unhealthy' };

/** What is shown after each of these results. */
async function shown(results: readonly HealthState[], damping: { readonly rise?: number; readonly fall?: number }) {
  let next: CheckResult = healthy();
  const check = { name: 'a', intervalMs: 100, timeoutMs: 100, check: () => next, ...damping };
  const { health, clock } = newHealth({ checks: [check] });
  const states: (HealthState | undefined)[] = [];
  for (const result of results) {
    next = RESULTS[result];
    await clock.advance(states.length === 0 ? 0 : 100);
    states.push(health.check('a')?.state);
  }
  return states;
}

describe('rise and fall', () => {
  test.each([
    ['1 and 1 show each result', {}, 'huhdu', 'huhdu'],
    ['the first result is believed at once, good', PROBE_DAMPING, 'h', 'h'],
    ['or bad', PROBE_DAMPING, 'u', 'u'],
    ['it takes `fall` bad ones in a row to get worse', PROBE_DAMPING, 'huuu', 'hhhu'],
    ['and `rise` good ones to get better', PROBE_DAMPING, 'uhh', 'uuh'],
    ['one good one between bad ones begins the count anew', PROBE_DAMPING, 'huuhuuu', 'hhhhhhu'],
    ['and so does a bad one between good ones', PROBE_DAMPING, 'uhuhh', 'uuuuh'],
    ['it gets as bad as the mildest of them', PROBE_DAMPING, 'hudu', 'hhhd'],
    ['and worse with one more of the worse', { rise: 1, fall: 2 }, 'hduu', 'hhdu'],
    ['as good as the worst of them', { rise: 2, fall: 1 }, 'uhdhh', 'uuddh'],
    ['not to know counts as worse than to be impaired', { rise: 1, fall: 2 }, 'd??', 'dd?'],
  ])('%s', async (_, damping, given, expected) => {
    const states = await shown(
      Array.from(given, (letter) => LETTERS[letter] ?? 'unknown'),
      damping,
    );
    expect(states).toEqual(Array.from(expected, (letter) => LETTERS[letter]));
  });

  /** Looks at all results so far, each time anew. */
  function modelOf(results: readonly HealthState[], { rise, fall }: { readonly rise: number; readonly fall: number }) {
    const bad = (state: HealthState): number => STATES.indexOf(state);
    const states: HealthState[] = [];
    for (const [index, result] of results.entries()) {
      const before = states.at(-1);
      if (before === undefined) {
        states.push(result);
        continue;
      }
      const seen = results.slice(0, index + 1).map(bad);
      const [falling, rising] = [seen.slice(-fall), seen.slice(-rise)];
      const falls = falling.length === fall && falling.every((one) => one > bad(before));
      const rises = rising.length === rise && rising.every((one) => one < bad(before));
      states.push(STATES[falls ? Math.min(...falling) : rises ? Math.max(...rising) : bad(before)] ?? before);
    }
    return states;
  }

  test('agree with a model that looks at all results each time', async () => {
    const counts = fc.integer({ min: 1, max: 4 });
    const results = fc.array(fc.constantFrom(...STATES), { minLength: 1, maxLength: 25 });
    await fc.assert(
      fc.asyncProperty(results, counts, counts, async (given, rise, fall) => {
        expect(await shown(given, { rise, fall })).toEqual(modelOf(given, { rise, fall }));
      }),
      { numRuns: 60 },
    );
  });

  test('the reason is that of what is shown, not of the last run', async () => {
    let next: CheckResult = unhealthy('down');
    const { health, clock } = newHealth({ checks: [{ name: 'a', check: () => next, rise: 2, fall: 2 }] });
    await clock.advance(0);
    next = healthy();
    await clock.advance(30_000);
    expect(health.check('a')).toMatchObject({ state: 'unhealthy', reason: 'down', successes: 1 });
    await clock.advance(30_000);
    next = unhealthy('down again');
    await clock.advance(30_000);
    expect(health.check('a')).toMatchObject({ state: 'healthy', reason: undefined, failures: 1 });
  });

  test('what was forgotten, as it was too old, is not damped', async () => {
    let next: CheckResult = unhealthy('down');
    let isHeld = false;
    const { health, clock } = newHealth({
      concurrency: 1,
      checks: [
        { name: 'a', intervalMs: 100, timeoutMs: 100, rise: 3, fall: 3, check: () => next },
        {
          name: 'b',
          intervalMs: 10_000,
          initialDelayMs: 50,
          check: () => (isHeld ? new Promise<void>(() => {}) : undefined),
        },
      ],
    });
    await clock.advance(60);
    isHeld = true;
    next = healthy();
    await clock.advance(10_000);
    expect(health.check('a')?.state).toBe('healthy');
    await clock.advance(1_000); // b hangs and has the only slot
    expect(health.check('a')?.state).toBe('unknown');
    next = unhealthy('down');
    await clock.advance(5_000);
    expect(health.check('a')?.state).toBe('unhealthy');
  });
});

test('a check that changes its state too often is flapping, until it has not for a while', async () => {
  let isDown = false;
  const { health, clock, events } = newHealth({
    flapping: { transitions: 3, withinMs: 1_000 },
    historyLength: 2,
    checks: [{ name: 'a', intervalMs: 100, timeoutMs: 100, check: () => (isDown ? unhealthy('x') : healthy()) }],
  });
  await clock.advance(0);
  for (isDown of [true, false, true]) await clock.advance(100);
  expect(health.check('a')).toMatchObject({ flapping: true, state: 'unhealthy' });
  expect(health.check('a')?.transitions.map(({ to }) => to)).toEqual(['healthy', 'unhealthy']);
  await clock.advance(900);
  expect(health.check('a')?.flapping).toBe(false);
  expect(events.filter(({ kind }) => kind === 'flapping_changed')).toMatchObject([
    { flapping: true },
    { flapping: false },
  ]);
});

test('to get to know a state is no change: a check that is too old now and then is not flapping', async () => {
  const gate = new Gate();
  const { health, clock } = newHealth({
    flapping: { transitions: 2, withinMs: 60_000 },
    concurrency: 1,
    checks: [
      { name: 'a', intervalMs: 100, timeoutMs: 50, check: () => {} },
      { name: 'hangs', initialDelayMs: 50, intervalMs: 2_000, timeoutMs: 1_000, check: gate.check },
    ],
  });
  await clock.advance(1_100);
  expect(health.check('a')?.transitions.map(({ to }) => to)).toEqual(['healthy', 'unknown', 'healthy']);
  expect(health.check('a')?.flapping).toBe(false);
});
