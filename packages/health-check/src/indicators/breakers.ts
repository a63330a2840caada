import type { Check } from '../check.js';
import { checkObject, checkOneOf } from '../checks.js';
import { HealthOptionError } from '../errors.js';
import { resultOf } from './findings.js';
import { checkOptionsOf, type IndicatorOptions } from './indicator-options.js';

/** What is asked of a circuit breaker: its state, `closed` when all is well. */
export interface BreakerLike {
  readonly state: string;
}

/** What an open breaker means. */
export interface BreakersOptions extends IndicatorOptions {
  /**
   * Default `degraded`: a breaker that is open is at work, and what it protects may be down for all instances; to take them all
   * out would help nobody.
   */
  readonly whenOpen?: 'degraded' | 'unhealthy';
}

/** The states of circuit breakers, by name. One that is not closed makes it degraded. A check named `breakers`, every 5 s. */
export function breakers(subjects: Readonly<Record<string, BreakerLike>>, options: BreakersOptions = {}): Check {
  checkObject('breakers', subjects);
  const { whenOpen = 'degraded' } = options;
  checkOneOf('whenOpen', whenOpen, ['degraded', 'unhealthy']);
  for (const [name, subject] of Object.entries(subjects)) checkBreaker(name, subject);
  return {
    intervalMs: 5_000,
    ...checkOptionsOf(options, 'breakers'),
    check: () => {
      const states = Object.entries(subjects).map(([name, { state }]) => [name, state] as const);
      const open = states.filter(([, state]) => state !== 'closed');
      // Half open is on its way back.
      const stateOf = (state: string): 'degraded' | 'unhealthy' => (state === 'half_open' ? 'degraded' : whenOpen);
      const findings = open.map(([name, state]) => ({
        state: stateOf(state),
        text: `the breaker ${name} is ${state}`,
      }));
      return resultOf(findings, Object.fromEntries(states));
    },
  };
}

function checkBreaker(name: string, subject: unknown): void {
  if (typeof subject === 'object' && subject !== null && 'state' in subject) return;
  throw new HealthOptionError(`breakers.${name}`, 'a circuit breaker: something with a state', subject);
}
