import { isPromise } from 'node:util/types';
import type { Outcome } from './breaker-state.js';
import { BreakerOptionError } from './errors.js';
import type { BreakerEvents } from './events.js';
import type { CompleteOptions } from './options.js';

/** What a call that has thrown says about the dependency. */
export function classifyError(
  error: unknown,
  { classifyError: classifier }: Pick<CompleteOptions, 'classifyError'>,
  events: BreakerEvents,
): Outcome {
  return classifier === undefined ? 'failure' : ask(() => classifier(error), 'failure', 'classifyError', events);
}

/** What a call that has given a value says about the dependency. */
export function classifyResult(
  value: unknown,
  { classifyResult: classifier }: Pick<CompleteOptions, 'classifyResult'>,
  events: BreakerEvents,
): Outcome {
  return classifier === undefined ? 'success' : ask(() => classifier(value), 'success', 'classifyResult', events);
}

/** A classifier that fails must not hide what happened: it is as if there were none, and reported. */
function ask(classifier: () => unknown, otherwise: Outcome, name: string, events: BreakerEvents): Outcome {
  try {
    const outcome = classifier();
    if (outcome === 'failure' || outcome === 'success' || outcome === 'ignore') return outcome;
    if (isPromise(outcome)) outcome.catch((error: unknown) => events.problem('classifier', error)); // nobody else has it
    throw new BreakerOptionError(`${name}()`, `'failure', 'success' or 'ignore'`, outcome);
  } catch (error) {
    events.problem('classifier', error);
    return otherwise;
  }
}
