import { checkDuration, checkOneOf } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Backoff, Jitter } from '../gen-server/child-defaults.js';
import type { Milliseconds } from '../runtime/clock.js';

const JITTERS: readonly Jitter[] = ['none', 'full', 'equal'];
const FACTOR = 2;
const MAX_MS: Milliseconds = 30_000;

/**
 * How long the restart is put off. `earlier`: how many restarts before it were put off since the child last ran well.
 * `random` gives a number in [0, 1).
 */
export function backoffDelay(backoff: Backoff, earlier: number, random: () => number): Milliseconds {
  const { initialMs, factor = FACTOR, jitter = 'none' } = backoff;
  const fullMs = Math.min(longestMs(backoff), initialMs * factor ** earlier);
  return Math.round(spread[jitter](fullMs, random));
}

/** Whether a child that ran so long before it failed begins anew with the shortest delay. */
export function hasRecovered(backoff: Backoff, ranMs: Milliseconds): boolean {
  return ranMs >= (backoff.resetAfterMs ?? longestMs(backoff));
}

/** `full` spreads most, and may not wait at all; `equal` waits at least half. */
const spread: Record<Jitter, (delayMs: Milliseconds, random: () => number) => Milliseconds> = {
  none: (delayMs) => delayMs,
  full: (delayMs, random) => delayMs * random(),
  equal: (delayMs, random) => delayMs / 2 + (delayMs / 2) * random(),
};

/** A first delay that is longer than the default of the longest one is kept. */
function longestMs({ initialMs, maxMs = Math.max(MAX_MS, initialMs) }: Backoff): Milliseconds {
  return maxMs;
}

export function checkBackoff(backoff: unknown): void {
  if (backoff === undefined || backoff === false) return;
  if (typeof backoff !== 'object' || backoff === null) {
    throw new InvalidOptionError('backoff', '{ initialMs, … }, or false for none', backoff);
  }
  const { initialMs, factor = FACTOR, maxMs = initialMs, jitter = 'none', resetAfterMs = 0 } = backoff as Backoff;
  check('initialMs', initialMs, 'a finite number of milliseconds > 0', initialMs > 0);
  check('factor', factor, 'a finite number >= 1', factor >= 1);
  check('maxMs', maxMs, `a finite number of milliseconds >= initialMs (${initialMs})`, maxMs >= initialMs);
  checkOneOf('backoff.jitter', jitter, JITTERS);
  checkDuration('backoff.resetAfterMs', resetAfterMs);
}

function check(option: string, value: unknown, expected: string, isInRange: boolean): void {
  if (!Number.isFinite(value) || !isInRange) throw new InvalidOptionError(`backoff.${option}`, expected, value);
}
