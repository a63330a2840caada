import type { Check } from '../check.js';
import { checkObject } from '../checks.js';

/** What every built-in indicator takes besides its own options: how and when it is looked at. */
export type IndicatorOptions = Partial<Omit<Check, 'check'>>;

const CHECK_OPTIONS = [
  'name',
  'critical',
  'tags',
  'intervalMs',
  'initialDelayMs',
  'jitter',
  'timeoutMs',
  'abandonAfterMs',
  'maxAgeMs',
  'rise',
  'fall',
] as const;

/** Those of the options that are for the check, whatever the indicator. */
export function checkOptionsOf(options: IndicatorOptions, name: string): Omit<Check, 'check'> {
  checkObject('options', options);
  const given = CHECK_OPTIONS.flatMap((key) => (options[key] === undefined ? [] : [[key, options[key]] as const]));
  return { name, ...(Object.fromEntries(given) as Partial<Omit<Check, 'check'>>) };
}
