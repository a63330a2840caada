import type { Check } from '../check.js';
import { checkFunction, checkObject } from '../checks.js';
import type { CheckData } from '../result.js';
import { resultOf } from './findings.js';
import { checkOptionsOf, type IndicatorOptions } from './indicator-options.js';
import { type Finding, finding, type Thresholds, thresholds } from './thresholds.js';

/** What is asked of a worker pool. */
export interface PoolLike {
  getStats(): {
    /** How many tasks may run at the same time. */
    readonly total: number;
    /** How many do. */
    readonly busy: number;
    /** How many wait for their turn. */
    readonly queued: number;
    /** How many run although their time is over. */
    readonly overdue: number;
  };
}

/** When a pool has too much to do. */
export interface PoolsOptions extends IndicatorOptions {
  /**
   * What runs and what waits, as a part of what may run: 1 is a pool that is full and lets nobody wait. Default degraded at 2,
   * when as much waits as runs; unhealthy never.
   */
  readonly saturation?: Partial<Thresholds>;
  /** How many tasks run although their time is over. Default degraded at 1, unhealthy never. */
  readonly overdue?: Partial<Thresholds>;
}

/** The saturation of worker pools, by name, and their overdue tasks. A check named `pools`, every 5 s. */
export function pools(subjects: Readonly<Record<string, PoolLike>>, options: PoolsOptions = {}): Check {
  checkObject('pools', subjects);
  for (const [name, pool] of Object.entries(subjects)) {
    checkFunction(`pools.${name}.getStats`, (pool as Partial<PoolLike> | undefined)?.getStats, 'of a worker pool');
  }
  const limits = {
    saturation: thresholds('saturation', options.saturation, { degradedAt: 2, unhealthyAt: Infinity }),
    overdue: thresholds('overdue', options.overdue, { degradedAt: 1, unhealthyAt: Infinity }),
  };
  return {
    intervalMs: 5_000,
    ...checkOptionsOf(options, 'pools'),
    check: () => {
      const looks = Object.entries(subjects).map(([name, pool]) => judgePool(name, pool.getStats(), limits));
      const data = Object.fromEntries(looks.map(({ name, data: own }) => [name, own]));
      return resultOf(
        looks.flatMap(({ findings }) => findings),
        data,
      );
    },
  };
}

function judgePool(
  name: string,
  { total, busy, queued, overdue }: ReturnType<PoolLike['getStats']>,
  limits: Readonly<Record<'saturation' | 'overdue', Thresholds>>,
): { readonly name: string; readonly data: CheckData; readonly findings: readonly Finding[] } {
  const saturation = (busy + queued) / Math.max(1, total); // a pool of refs whose process is not there has no slots
  return {
    name,
    data: { total, busy, queued, overdue },
    findings: [
      ...finding(saturation, limits.saturation, () => `${queued} tasks wait for the pool ${name}, which runs ${total}`),
      ...finding(overdue, limits.overdue, () => `${overdue} tasks of the pool ${name} are overdue`),
    ],
  };
}
