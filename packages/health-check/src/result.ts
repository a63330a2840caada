import { inspect } from 'node:util';
import { HEALTH_STATES, type HealthState, isHealthState } from './health.js';

/** Facts of a check, for people and dashboards. Must be fit for JSON. */
export type CheckData = Readonly<Record<string, unknown>>;

/** What a check may say. */
export type CheckResult =
  | { readonly kind: 'healthy'; readonly data?: CheckData }
  | { readonly kind: Exclude<HealthState, 'healthy'>; readonly reason: string; readonly data?: CheckData };

/** All is well; the same as to return nothing, with facts. */
export function healthy(data?: CheckData): CheckResult {
  return data === undefined ? { kind: 'healthy' } : { kind: 'healthy', data };
}

/** It works, but not as it should: probes go on to answer 200. */
export function degraded(reason: string, data?: CheckData): CheckResult {
  return { kind: 'degraded', reason, ...(data !== undefined && { data }) };
}

/** It does not work. */
export function unhealthy(reason: string, data?: CheckData): CheckResult {
  return { kind: 'unhealthy', reason, ...(data !== undefined && { data }) };
}

/** The check cannot tell. */
export function unknown(reason: string, data?: CheckData): CheckResult {
  return { kind: 'unknown', reason, ...(data !== undefined && { data }) };
}

/**
 * Why a check is unhealthy although it did not say so: it threw or rejected; it did not settle in time; or what it returned
 * means nothing.
 */
export type CheckProblem = 'failed' | 'timed_out' | 'bad_result';

/** What one run of a check came to. */
export interface Outcome {
  readonly state: HealthState;
  readonly reason: string | undefined;
  readonly data: CheckData | undefined;
  readonly problem: CheckProblem | undefined;
  /** Whether reason and data may hold the text of an error, which nobody has looked through. */
  readonly isErrorText: boolean;
}

export function problem(kind: CheckProblem, reason: string): Outcome {
  return { state: 'unhealthy', reason, data: undefined, problem: kind, isErrorText: kind !== 'timed_out' };
}

/** What a check returned, read as a result; anything else makes it unhealthy. */
export function outcomeOf(returned: unknown): Outcome {
  if (returned === undefined) return said('healthy', undefined, undefined);
  const { kind, reason, data } = (returned ?? {}) as Partial<Record<'kind' | 'reason' | 'data', unknown>>;
  if (isHealthState(kind) && isReason(reason) && isData(data)) {
    return said(kind, kind === 'healthy' ? undefined : reason, data);
  }
  return problem(
    'bad_result',
    `The check returned ${show(returned)}. Return nothing when all is well, or a result whose kind is one of ` +
      `${HEALTH_STATES.join(', ')}: see healthy(), degraded(), unhealthy(), unknown().`,
  );
}

function said(state: HealthState, reason: string | undefined, data: CheckData | undefined): Outcome {
  return { state, reason, data, problem: undefined, isErrorText: false };
}

function isReason(reason: unknown): reason is string | undefined {
  return reason === undefined || typeof reason === 'string';
}

function isData(data: unknown): data is CheckData | undefined {
  return data === undefined || (typeof data === 'object' && data !== null && !Array.isArray(data));
}

/** One line, also of what cannot be turned into text. */
export function show(value: unknown): string {
  try {
    if (value instanceof Error) return value.message === '' ? value.name : `${value.name}: ${value.message}`;
    return inspect(value, { depth: 1, breakLength: Infinity, maxStringLength: 200, maxArrayLength: 10 });
  } catch {
    return 'what cannot be shown'; // its own methods throw
  }
}

/** How deep causes are followed, and how many errors of an AggregateError are told. */
const MOST_CAUSES = 3;

/** An error with what is behind it: of a `fetch` that failed the cause alone says why. */
export function showError(error: unknown, depth = MOST_CAUSES): string {
  try {
    const causes = depth > 0 && error instanceof Error ? causesOf(error) : [];
    if (causes.length === 0) return show(error);
    return `${show(error)} (${causes.map((cause) => showError(cause, depth - 1)).join('; ')})`;
  } catch {
    return show(error);
  }
}

function causesOf(error: Error): readonly unknown[] {
  if (error instanceof AggregateError) return error.errors.slice(0, MOST_CAUSES);
  return error.cause === undefined ? [] : [error.cause];
}
