import type { CheckView } from './check-view.js';
import type { HealthState } from './health.js';
import type { HealthReport } from './report.js';
import { toTerminusResult } from './terminus.js';
import type { TerminusResult } from './terminus-shape.js';

/** How the body of a probe is written: ours; as @nestjs/terminus does; or by the (expired) draft of `application/health+json`. */
export type BodyFormat = (typeof FORMATS)[number];

export const FORMATS = ['rookery', 'terminus', 'health+json'] as const;

/** What is shown: a report, with its checks if they may be seen. */
export type Shown = Omit<HealthReport, 'checks'> & { readonly checks: readonly CheckView[] | undefined };

export const CONTENT_TYPES: Readonly<Record<BodyFormat, string>> = {
  rookery: 'application/json; charset=utf-8',
  terminus: 'application/json; charset=utf-8',
  'health+json': 'application/health+json; charset=utf-8',
};

export const WRITERS: Readonly<Record<BodyFormat, (shown: Shown, statusCode: number) => object>> = {
  rookery: ({ group, state, ok, phase, lastCheck, checks }) => ({
    group,
    state,
    ok,
    ...(phase !== 'serving' && { phase }),
    ...(checks !== undefined && { lastCheck, checks: Object.fromEntries(checks.map((check) => [check.name, check])) }),
  }),
  terminus: writeTerminus,
  'health+json': writeHealthJson,
};

function writeTerminus({ state, phase, checks = [] }: Shown, statusCode: number): object {
  const results = (isUp: boolean): TerminusResult =>
    Object.fromEntries(
      checks.filter(({ ok }) => ok === isUp).flatMap((check) => Object.entries(toTerminusResult(check))),
    );
  const [info, error] = [results(true), results(false)];
  const up = state === 'degraded' ? 'degraded' : 'ok';
  const down = phase === 'serving' ? 'error' : 'shutting_down';
  return { status: statusCode < 400 ? up : down, info, error, details: { ...info, ...error } };
}

/** Not to know is a warning where probes are told 200. */
const RESULT_WORDS: Readonly<Record<HealthState, 'pass' | 'warn' | 'fail'>> = {
  healthy: 'pass',
  degraded: 'warn',
  unknown: 'warn',
  unhealthy: 'fail',
};

/** Draft -06: pass means 2xx or 3xx, fail 4xx or 5xx, warn 2xx or 3xx. */
function writeHealthJson({ state, group, checks }: Shown, statusCode: number): object {
  const status = statusCode >= 400 ? 'fail' : state === 'healthy' ? 'pass' : 'warn';
  if (checks === undefined) return { status };
  const entries = checks.map((check) => [check.name, [healthJsonOf(check)]] as const);
  return { status, description: `health of ${group}`, checks: Object.fromEntries(entries) };
}

function healthJsonOf({ state, lastCheck, reason, data, durationMs }: CheckView): object {
  return {
    componentType: 'component',
    status: RESULT_WORDS[state],
    ...(lastCheck !== undefined && { time: lastCheck }),
    ...(durationMs !== undefined && { observedValue: Math.round(durationMs), observedUnit: 'ms' }),
    // As the draft says, left out of what passes.
    ...(state !== 'healthy' && reason !== undefined && { output: reason }),
    ...(data !== undefined && { data }),
  };
}
