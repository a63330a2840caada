import { isPromise } from 'node:util/types';
import type { CheckFunction } from './check.js';
import type { CheckView } from './check-view.js';
import { HealthOptionError } from './errors.js';
import { type HealthState, worstOf } from './health.js';
import { type CheckData, type Outcome, outcomeOf, problem, show, showError } from './result.js';
import type { TerminusResult, TerminusStatus } from './terminus-shape.js';

/** An indicator of @nestjs/terminus: a function, or what its `attempt()` makes, which runs when it is awaited. */
export type TerminusIndicator = (() => unknown) | PromiseLike<unknown>;

const STATE_OF: Readonly<Record<TerminusStatus, HealthState>> = {
  up: 'healthy',
  degraded: 'degraded',
  down: 'unhealthy',
};
const STATUS_OF: Readonly<Record<HealthState, TerminusStatus>> = {
  healthy: 'up',
  degraded: 'degraded',
  unknown: 'down',
  unhealthy: 'down',
};

/** An indicator of @nestjs/terminus, 11 or 12, as the `check` of a check: `terminusCheck(() => http.pingCheck('docs', url))`. */
export function terminusCheck(indicator: TerminusIndicator): CheckFunction {
  if (isPromise(indicator)) {
    throw new HealthOptionError('indicator', 'a function that asks each time: this has one answer for ever', indicator);
  }
  if (
    typeof indicator !== 'function' &&
    typeof (indicator as Partial<PromiseLike<unknown>> | null)?.then !== 'function'
  ) {
    throw new HealthOptionError('indicator', 'an indicator of @nestjs/terminus: a function, or an attempt', indicator);
  }
  return async () => (await (typeof indicator === 'function' ? indicator() : indicator)) as TerminusResult;
}

/** What a check returned, ours or of terminus. */
export function readReturned(returned: unknown): Outcome {
  return isTerminusShaped(returned) ? readTerminus(returned) : outcomeOf(returned);
}

/** What a check threw. A HealthCheckError of terminus 11 and older carries the result in `causes`. */
export function readThrown(error: unknown): Outcome {
  const causes = error instanceof Error ? (error as { readonly causes?: unknown }).causes : undefined;
  const told = isTerminusShaped(causes) ? readTerminus(causes) : undefined;
  // Thrown means down, whatever the result says.
  return told?.state === 'unhealthy' ? told : problem('failed', showError(error));
}

/** One of our checks as terminus tells it. For terminus 11, which drops what is `degraded`, say `{ degradedAs: 'up' }`. */
export function toTerminusResult(
  { name, state, reason, data }: Pick<CheckView, 'name' | 'state' | 'reason' | 'data'>,
  { degradedAs = 'degraded' }: { readonly degradedAs?: 'degraded' | 'up' } = {},
): TerminusResult {
  const status = state === 'degraded' ? degradedAs : STATUS_OF[state];
  return { [name]: { ...data, ...(reason !== undefined && { message: reason }), state, status } };
}

type Loose = Readonly<Record<string, { readonly status: unknown } & CheckData>>;

/** Any status, so that a wrong one is told as such. */
function isTerminusShaped(value: unknown): value is Loose {
  if (typeof value !== 'object' || value === null || 'kind' in value) return false;
  const facts: unknown[] = Object.values(value);
  return facts.length > 0 && facts.every((fact) => typeof fact === 'object' && fact !== null && 'status' in fact);
}

function readTerminus(result: Loose): Outcome {
  const facts = Object.entries(result);
  const wrong = facts.find(([, { status }]) => typeof status !== 'string' || !Object.hasOwn(STATE_OF, status));
  if (wrong !== undefined) {
    const [key, { status }] = wrong;
    return problem('bad_result', `The status of ${show(key)} is ${show(status)}. Expected up, degraded or down.`);
  }
  const state = worstOf(facts.map(([, { status }]) => STATE_OF[status as TerminusStatus]));
  const isUp = state === 'healthy';
  const [only] = facts;
  const data: CheckData = facts.length === 1 && only !== undefined ? withoutStatus(only[1]) : result;
  return {
    state,
    reason: isUp ? undefined : reasonOf(facts),
    data: Object.keys(data).length === 0 ? undefined : data,
    problem: undefined,
    isErrorText: !isUp,
  };
}

function withoutStatus(fact: Loose[string]): CheckData {
  return Object.fromEntries(Object.entries(fact).filter(([key]) => key !== 'status'));
}

function reasonOf(facts: readonly (readonly [string, Loose[string]])[]): string {
  const isDown = facts.filter(([, { status }]) => status !== 'up');
  const texts = isDown.map(([key, { status, message }]) =>
    typeof message === 'string' ? `${key}: ${message}` : `${key} is ${String(status)}`,
  );
  return texts.join('; ');
}
