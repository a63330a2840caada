import { checkObject, checkThreshold } from '../checks.js';
import { HealthOptionError } from '../errors.js';
import type { HealthState } from '../health.js';

/** From where on a figure is too much. Infinity: never. */
export interface Thresholds {
  readonly degradedAt: number;
  readonly unhealthyAt: number;
}

/** Of one figure, complete and checked. */
export function thresholds(option: string, given: Partial<Thresholds> = {}, defaults: Thresholds): Thresholds {
  checkObject(option, given);
  const { degradedAt = defaults.degradedAt, unhealthyAt = Math.max(degradedAt, defaults.unhealthyAt) } = given;
  checkThreshold(`${option}.degradedAt`, degradedAt);
  checkThreshold(`${option}.unhealthyAt`, unhealthyAt);
  if (unhealthyAt < degradedAt) {
    throw new HealthOptionError(`${option}.unhealthyAt`, `at least degradedAt (${degradedAt})`, unhealthyAt);
  }
  return { degradedAt, unhealthyAt };
}

/** What a figure means. One that is missing is never taken for fine, unless nobody asks for it. */
function judge(value: number, { degradedAt, unhealthyAt }: Thresholds): HealthState {
  if (typeof value !== 'number' || Number.isNaN(value)) return degradedAt === Infinity ? 'healthy' : 'unknown';
  if (value >= unhealthyAt) return 'unhealthy';
  return value >= degradedAt ? 'degraded' : 'healthy';
}

/** Something that is not as it should be. */
export interface Finding {
  readonly state: HealthState;
  readonly text: string;
}

/** Nothing, if all is well. */
export function finding(value: number, limits: Thresholds, text: () => string): readonly Finding[] {
  const state = judge(value, limits);
  if (state === 'healthy') return [];
  return [{ state, text: state === 'unknown' ? `a figure is missing: ${text()}` : text() }];
}
