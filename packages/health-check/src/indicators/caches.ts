import type { Check } from '../check.js';
import { checkFunction, checkObject } from '../checks.js';
import { resultOf } from './findings.js';
import { checkOptionsOf, type IndicatorOptions } from './indicator-options.js';
import { finding, type Thresholds, thresholds } from './thresholds.js';

/** What is asked of a cache. */
export interface CacheLike {
  stats(): {
    /** How long a sweep is overdue that has not begun, or is not done. */
    readonly sweepLagMs: number;
  };
}

/** When a cache does not keep up with freeing what has expired. */
export interface CachesOptions extends IndicatorOptions {
  /** How long the sweep of a cache is overdue, in milliseconds. Default degraded at 1 000, unhealthy never. */
  readonly sweepLagMs?: Partial<Thresholds>;
}

/** How far the sweeps of caches, by name, are behind. A check named `caches`, every 5 s. */
export function caches(subjects: Readonly<Record<string, CacheLike>>, options: CachesOptions = {}): Check {
  checkObject('caches', subjects);
  for (const [name, cache] of Object.entries(subjects)) {
    checkFunction(`caches.${name}.stats`, (cache as Partial<CacheLike> | undefined)?.stats, 'of a cache');
  }
  const limits = thresholds('sweepLagMs', options.sweepLagMs, { degradedAt: 1_000, unhealthyAt: Infinity });
  return {
    intervalMs: 5_000,
    ...checkOptionsOf(options, 'caches'),
    check: () => {
      const lags = Object.entries(subjects).map(
        ([name, cache]) => [name, Math.round(cache.stats().sweepLagMs)] as const,
      );
      return resultOf(
        lags.flatMap(([name, lagMs]) => finding(lagMs, limits, () => `the sweep of ${name} is ${lagMs} ms behind`)),
        Object.fromEntries(lags),
      );
    },
  };
}
