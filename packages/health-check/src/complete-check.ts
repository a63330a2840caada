import type { Milliseconds } from '@rookery/genserver';
import type { Check, CheckFunction, SamplingOptions } from './check.js';
import {
  checkBoolean,
  checkCount,
  checkDelay,
  checkDuration,
  checkFraction,
  checkFunction,
  checkInterval,
  checkObject,
  checkText,
  checkTexts,
} from './checks.js';
import type { Damping } from './damping.js';
import { HealthOptionError } from './errors.js';

/** When a check runs, complete. */
interface Sampling extends Damping {
  readonly intervalMs: Milliseconds;
  readonly initialDelayMs: Milliseconds;
  readonly jitter: number;
  readonly timeoutMs: Milliseconds;
  readonly abandonAfterMs: Milliseconds;
  readonly maxAgeMs: Milliseconds;
}

/** A check, complete. */
export interface CompleteCheck extends Sampling {
  readonly name: string;
  readonly check: CheckFunction;
  readonly critical: boolean;
  readonly tags: readonly string[];
}

/** Its own options before those of the health check, those before the defaults. */
export function completeCheck(check: Check, shared: SamplingOptions): CompleteCheck {
  checkObject('checks', check);
  const { name, critical = true, tags = [] } = check;
  checkText('name', name);
  const option = (which: string): string => `${which}\` of the check \`${name}`;
  checkFunction(option('check'), check.check, 'a function');
  checkBoolean(option('critical'), critical);
  checkTexts(option('tags'), tags);
  const sampling = withDefaults(check, shared);
  checkSampling(sampling, option);
  return { name, check: check.check.bind(check), critical, tags: [...tags], ...sampling };
}

function withDefaults(check: SamplingOptions, shared: SamplingOptions): Sampling {
  const intervalMs = check.intervalMs ?? shared.intervalMs ?? 30_000;
  const timeoutMs = check.timeoutMs ?? shared.timeoutMs ?? Math.min(5_000, intervalMs);
  return {
    intervalMs,
    timeoutMs,
    initialDelayMs: check.initialDelayMs ?? shared.initialDelayMs ?? 0,
    jitter: check.jitter ?? shared.jitter ?? 0.1,
    abandonAfterMs: check.abandonAfterMs ?? shared.abandonAfterMs ?? 10 * intervalMs,
    maxAgeMs: check.maxAgeMs ?? shared.maxAgeMs ?? 2 * intervalMs + timeoutMs,
    rise: check.rise ?? shared.rise ?? 1,
    fall: check.fall ?? shared.fall ?? 1,
  };
}

function checkSampling(sampling: Sampling, option: (which: string) => string): void {
  const { intervalMs, timeoutMs, maxAgeMs, abandonAfterMs } = sampling;
  checkInterval(option('intervalMs'), intervalMs);
  checkInterval(option('timeoutMs'), timeoutMs);
  checkDelay(option('initialDelayMs'), sampling.initialDelayMs);
  checkFraction(option('jitter'), sampling.jitter);
  checkCount(option('rise'), sampling.rise);
  checkCount(option('fall'), sampling.fall);
  checkDuration(option('maxAgeMs'), maxAgeMs);
  checkDuration(option('abandonAfterMs'), abandonAfterMs);
  if (timeoutMs > intervalMs) {
    const expected = `at least its timeoutMs (${timeoutMs}), as one run must end before the next begins`;
    throw new HealthOptionError(option('intervalMs'), expected, intervalMs);
  }
  if (maxAgeMs <= intervalMs + timeoutMs) {
    const expected = `more than its interval and timeout together (${intervalMs + timeoutMs}): it would be unknown between two runs`;
    throw new HealthOptionError(option('maxAgeMs'), expected, maxAgeMs);
  }
  if (abandonAfterMs < timeoutMs) {
    throw new HealthOptionError(option('abandonAfterMs'), `at least its timeoutMs (${timeoutMs})`, abandonAfterMs);
  }
}
