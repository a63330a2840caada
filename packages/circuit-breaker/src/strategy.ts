import type { Milliseconds } from '@rookery/genserver';
import { checkCount, checkLimitMs, checkObject, checkOneOf, checkRate, checkSize, checkSpan } from './checks.js';
import { BreakerOptionError } from './errors.js';

/** Which calls are looked at: the last so many, or those of the last while. */
export type Span =
  | { readonly kind: 'calls'; readonly size: number }
  | { readonly kind: 'time'; readonly windowMs: Milliseconds; readonly buckets: number };

/** When a closed breaker opens. Plain data: made by `consecutive`, `countWindow`, `timeWindow`, `slowRate` and `anyOf`. */
export type Strategy =
  | { readonly kind: 'consecutive'; readonly failures: number }
  | {
      readonly kind: 'failure_rate';
      readonly failureRate: number;
      readonly minimumCalls: number;
      readonly span: Span;
    }
  | {
      readonly kind: 'slow_rate';
      readonly slowCallMs: Milliseconds;
      readonly slowRate: number;
      readonly minimumCalls: number;
      readonly span: Span;
    }
  | { readonly kind: 'any_of'; readonly strategies: readonly Strategy[] };

/** The last `size` calls. */
export interface CountWindowOptions {
  /** How many calls. At most 10 million. Default 100. */
  readonly size?: number;
  /** Opens when this share of them has failed, or more. Above 0, up to 1. Default 0.5. */
  readonly failureRate?: number;
  /** Never opens before so many were seen: one failure of one call is 100 %. At most `size`. Default 20, or `size` if smaller. */
  readonly minimumCalls?: number;
}

/** The calls of the last `windowMs`. */
export interface TimeWindowOptions {
  /** At least a microsecond for each bucket. Default 30 000. */
  readonly windowMs?: Milliseconds;
  /** Into how many parts it is divided: what is older goes part by part. At most 10 million. Default 10. */
  readonly buckets?: number;
  /** Opens when this share of them has failed, or more. Above 0, up to 1. Default 0.5. */
  readonly failureRate?: number;
  /** Never opens before so many were seen. Default 20. */
  readonly minimumCalls?: number;
}

/** Calls that take long, whether they fail or not: of the last `size`, or of the last `windowMs`. */
export interface SlowRateOptions {
  /** So long, or longer, is slow. */
  readonly slowCallMs: Milliseconds;
  /** Opens when this share of the calls was slow, or more. Above 0, up to 1. Default 0.5. */
  readonly slowRate?: number;
  /** Never opens before so many were seen. Default 20, or `size` if smaller. */
  readonly minimumCalls?: number;
  /** Looks at the last so many calls. Default 100; not together with `windowMs`. */
  readonly size?: number;
  /** Looks at the calls of this time instead. */
  readonly windowMs?: Milliseconds;
  /** Of `windowMs`. Default 10. */
  readonly buckets?: number;
}

const MINIMUM_CALLS = 20;
/** So that a clock can tell them apart. */
const SHORTEST_BUCKET_MS = 0.001;

/** Opens after so many failures in a row; a success begins the count anew. Default 5. */
export function consecutive(failures = 5): Strategy {
  return checkStrategy({ kind: 'consecutive', failures });
}

/** Opens by the share of failures among the last calls. */
export function countWindow(options: CountWindowOptions = {}): Strategy {
  checkObject('countWindow', options);
  const { size = 100, failureRate = 0.5 } = options;
  const { minimumCalls = Math.min(MINIMUM_CALLS, size) } = options;
  return checkStrategy({ kind: 'failure_rate', failureRate, minimumCalls, span: { kind: 'calls', size } });
}

/** Opens by the share of failures among the calls of the last while. */
export function timeWindow(options: TimeWindowOptions = {}): Strategy {
  checkObject('timeWindow', options);
  const { windowMs = 30_000, buckets = 10, failureRate = 0.5, minimumCalls = MINIMUM_CALLS } = options;
  return checkStrategy({ kind: 'failure_rate', failureRate, minimumCalls, span: { kind: 'time', windowMs, buckets } });
}

/** Opens by the share of slow calls. A probe of a half-open breaker that is slow has failed, too. */
export function slowRate(options: SlowRateOptions): Strategy {
  checkObject('slowRate', options);
  const { slowCallMs, slowRate: rate = 0.5, size, windowMs, buckets = 10 } = options;
  if (windowMs !== undefined && size !== undefined) {
    throw new BreakerOptionError('size', 'left out where windowMs is given', size);
  }
  const span: Span =
    windowMs === undefined ? { kind: 'calls', size: size ?? 100 } : { kind: 'time', windowMs, buckets };
  const most = span.kind === 'calls' ? span.size : Infinity;
  const { minimumCalls = Math.min(MINIMUM_CALLS, most) } = options;
  return checkStrategy({ kind: 'slow_rate', slowCallMs, slowRate: rate, minimumCalls, span });
}

/** Opens when one of them says so. Each sees every call. */
export function anyOf(...strategies: readonly Strategy[]): Strategy {
  return checkStrategy({ kind: 'any_of', strategies });
}

/** Throws a BreakerOptionError for what is no strategy; gives it back frozen. */
export function checkStrategy(strategy: Strategy): Strategy {
  checkObject('strategy', strategy);
  checkOneOf('strategy.kind', strategy.kind, Object.keys(CHECKS) as Strategy['kind'][]);
  (CHECKS[strategy.kind] as (one: Strategy) => void)(strategy);
  return Object.freeze(strategy);
}

const CHECKS: { readonly [Kind in Strategy['kind']]: (strategy: Extract<Strategy, { kind: Kind }>) => void } = {
  consecutive: ({ failures }) => checkCount('failures', failures),
  failure_rate: ({ failureRate, minimumCalls, span }) => {
    checkRate('failureRate', failureRate);
    checkSpanOfCalls(span, minimumCalls);
  },
  slow_rate: ({ slowCallMs, slowRate: rate, minimumCalls, span }) => {
    checkLimitMs('slowCallMs', slowCallMs);
    checkRate('slowRate', rate);
    checkSpanOfCalls(span, minimumCalls);
  },
  any_of: ({ strategies }) => {
    if (!Array.isArray(strategies) || strategies.length === 0) {
      throw new BreakerOptionError('strategies', 'one strategy or more', strategies);
    }
    for (const strategy of strategies) checkStrategy(strategy as Strategy);
  },
};

function checkSpanOfCalls(span: Span, minimumCalls: number): void {
  checkObject('span', span);
  checkOneOf('span.kind', span.kind, ['calls', 'time']);
  if (span.kind === 'calls') checkSize('size', span.size);
  else checkTimeSpan(span);
  checkCount('minimumCalls', minimumCalls);
  if (span.kind === 'calls' && minimumCalls > span.size) {
    throw new BreakerOptionError('minimumCalls', `at most size (${span.size}), or it would never open`, minimumCalls);
  }
}

function checkTimeSpan({ windowMs, buckets }: Extract<Span, { kind: 'time' }>): void {
  checkSpan('windowMs', windowMs);
  checkSize('buckets', buckets);
  if (windowMs / buckets >= SHORTEST_BUCKET_MS) return;
  const leastMs = buckets * SHORTEST_BUCKET_MS;
  throw new BreakerOptionError(
    'windowMs',
    `at least ${leastMs} ms for ${buckets} buckets, a microsecond each`,
    windowMs,
  );
}
