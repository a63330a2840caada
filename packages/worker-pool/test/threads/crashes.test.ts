import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { crashDelay, Crashes } from '../../src/threads/crashes.js';

const BACKOFF = { initialMs: 100, factor: 2, maxMs: 1_000, jitter: 'none' } as const;
const never = (): number => 0;

describe('the delay after a crash', () => {
  test.each([
    [0, 100],
    [1, 200],
    [3, 800],
    [4, 1_000],
    [2_000, 1_000],
  ])('with %i before it is %i ms', (earlier, expected) => {
    expect(crashDelay(BACKOFF, earlier, never)).toBe(expected);
  });

  test.each([
    ['none', 400, 400],
    ['full', 0, 400],
    ['equal', 200, 400],
  ] as const)('is spread by chance: %s, from %i to %i', (jitter, least, most) => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }), (chance) => {
        const delayMs = crashDelay({ ...BACKOFF, jitter }, 2, () => chance);
        return delayMs >= least && delayMs <= most;
      }),
    );
    expect(crashDelay({ ...BACKOFF, jitter }, 2, never)).toBe(least);
  });
});

describe('crashes', () => {
  const delays = (crashes: Crashes, times: readonly number[]): readonly unknown[] =>
    times.map((now) => {
      const verdict = crashes.record(now);
      return verdict.kind === 'replace' ? verdict.delayMs : verdict;
    });

  test('one too many within the window: give up', () => {
    const crashes = new Crashes(BACKOFF, { maxCrashes: 3, withinMs: 1_000 }, 1, never);
    expect(delays(crashes, [0, 500, 999])).toEqual([100, 200, { kind: 'give_up', crashes: 3, withinMs: 1_000 }]);
  });

  test('those before the window do not count, but delays grow on', () => {
    const crashes = new Crashes(BACKOFF, { maxCrashes: 3, withinMs: 1_000 }, 1, never);
    expect(delays(crashes, [0, 500, 1_000, 1_500, 2_000])).toEqual([100, 200, 400, 800, 1_000]);
  });

  test('nor do those before a task was done, and delays begin anew', () => {
    const crashes = new Crashes(BACKOFF, { maxCrashes: 3, withinMs: 1_000 }, 1, never);
    expect(delays(crashes, [0, 1])).toEqual([100, 200]);
    crashes.forget();
    expect(delays(crashes, [2, 3])).toEqual([100, 200]);
  });

  test.each([
    [1, 10],
    [5, 10],
    [8, 16],
  ])('with %i threads %i are too many, unless said otherwise', (threads, most) => {
    const crashes = new Crashes(BACKOFF, {}, threads, never);
    const kinds = Array.from({ length: most }, (_, now) => crashes.record(now).kind);
    expect(kinds.indexOf('give_up')).toBe(most - 1);
  });

  test('never too many with Infinity', () => {
    const crashes = new Crashes(BACKOFF, { maxCrashes: Infinity }, 1, never);
    for (let crash = 0; crash < 1_000; crash++) expect(crashes.record(0).kind).toBe('replace');
  });
});
