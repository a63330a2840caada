import type { Outcome } from './breaker-state.js';
import { BreakerOptionError } from './errors.js';
import type { BreakerEvents } from './events.js';
import type { CircuitBreakerOptions } from './options.js';

type Classifiers = {
  readonly [Name in 'classifyError' | 'classifyResult']: CircuitBreakerOptions[Name] | undefined;
};

const CLASSIFIERS = { error: 'classifyError', result: 'classifyResult' } as const;
const UNCLASSIFIED = { error: 'failure', result: 'success' } as const;

/** What a call that has settled says. A classifier that fails must not hide that: it is as if there were none, and reported. */
export function classify(
  what: 'error' | 'result',
  given: unknown,
  classifiers: Classifiers,
  events: BreakerEvents,
): Outcome {
  const name = CLASSIFIERS[what];
  const classifier = classifiers[name];
  if (classifier === undefined) return UNCLASSIFIED[what];
  try {
    const outcome = classifier(given);
    if (outcome === 'failure' || outcome === 'success' || outcome === 'ignore') return outcome;
    throw new BreakerOptionError(`${name}()`, `'failure', 'success' or 'ignore'`, outcome);
  } catch (error) {
    events.problem('classifier', error);
    return UNCLASSIFIED[what];
  }
}
