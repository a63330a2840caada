import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import {
  bulkhead as cockatielBulkhead,
  circuitBreaker,
  CircuitState,
  ConsecutiveBreaker,
  fallback as cockatielFallback,
  handleAll,
  handleWhen,
  type IPolicy,
  SamplingBreaker,
  timeout as cockatielTimeout,
  TimeoutStrategy,
  wrap,
} from 'cockatiel';
import Opossum from 'opossum';
import { CircuitBreaker, type CircuitBreakerOptions, timeWindow } from '../../src/index.js';

type State = 'closed' | 'open' | 'half_open';
type Fn = (signal?: AbortSignal) => unknown;

export interface SubjectOptions {
  /** Opens after so many failures, all of which fail. Default 1. */
  readonly failures?: number;
  /** Opens at this share instead, of at least 10 calls in 10 s. */
  readonly rate?: number;
  readonly callTimeoutMs?: number;
  /** Errors that say nothing about the dependency. */
  readonly ignores?: (error: unknown) => boolean;
  /** So many calls at a time, and 10 more may wait. */
  readonly limit?: number;
  readonly fallback?: (error: unknown) => unknown;
  /** What `save` gave. */
  readonly saved?: unknown;
}

/** One breaker, under one face. What it cannot be asked is left out. */
export interface Subject {
  call(fn: Fn, signal?: AbortSignal): Promise<unknown>;
  state(): State;
  save?(): unknown;
  shutdown?(): void;
  /** Has it check its dependency at times. */
  check?(fn: () => unknown): void;
}

export interface Rival {
  readonly name: string;
  readonly version: string;
  readonly make: (options?: SubjectOptions) => Subject;
  readonly hasQueue: boolean;
  readonly takesSignal: boolean;
}

/** How long all of them stay open. */
export const OPEN_MS = 30_000;
const require = createRequire(import.meta.url);

function versionOf(name: string): string {
  const manifests = (require.resolve.paths(name) ?? []).map((path) => `${path}/${name}/package.json`);
  const manifest = manifests.find((path) => existsSync(path)) ?? '';
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { readonly version: string }).version;
}

function ours({ failures = 1, rate, callTimeoutMs, ignores, limit, fallback, saved }: SubjectOptions = {}): Subject {
  const options: CircuitBreakerOptions = {
    timeoutMs: OPEN_MS,
    punctual: true,
    ...(rate === undefined
      ? { failureThreshold: failures }
      : { strategy: timeWindow({ windowMs: 10_000, failureRate: rate, minimumCalls: 10 }) }),
    ...(callTimeoutMs !== undefined && { callTimeoutMs }),
    ...(ignores !== undefined && { classifyError: (error) => (ignores(error) ? 'ignore' : 'failure') }),
    ...(limit !== undefined && { bulkhead: { limit, queue: 10 } }),
  };
  const breaker = saved === undefined ? new CircuitBreaker(options) : CircuitBreaker.fromJSON(saved as never, options);
  return {
    call: (fn, signal) =>
      breaker.execute((context) => fn(context.signal), { ...(signal && { signal }), ...(fallback && { fallback }) }),
    state: () => breaker.state,
    save: () => JSON.parse(JSON.stringify(breaker)) as unknown,
    shutdown: () => breaker.shutdown(),
  };
}

function opossum({ failures = 1, rate, callTimeoutMs, ignores, limit, fallback, saved }: SubjectOptions = {}): Subject {
  const hasTimeout = callTimeoutMs !== undefined;
  const abortController = new AbortController();
  const breaker = new Opossum((fn: Fn) => fn() as Promise<unknown>, {
    resetTimeout: OPEN_MS,
    rollingCountTimeout: 10_000,
    errorThresholdPercentage: rate === undefined ? 1 : rate * 100,
    volumeThreshold: rate === undefined ? failures : 10,
    timeout: hasTimeout ? callTimeoutMs : false,
    ...(hasTimeout && { abortController, autoRenewAbortController: true }),
    ...(ignores !== undefined && { errorFilter: ignores }),
    ...(limit !== undefined && { capacity: limit }),
    ...(saved as object | undefined),
  });
  const renewing = breaker as unknown as { getSignal(): AbortSignal | undefined }; // its types do not have it
  if (fallback !== undefined) breaker.fallback((_fn: Fn, error: unknown) => fallback(error));
  return {
    // Its signal is that of the controller it has now.
    call: (fn) => breaker.fire(() => fn(hasTimeout ? renewing.getSignal() : undefined)),
    state: () => (breaker.opened ? 'open' : breaker.halfOpen ? 'half_open' : 'closed'),
    save: () => JSON.parse(JSON.stringify(breaker.toJSON())) as unknown,
    shutdown: () => breaker.shutdown(),
    check: (fn) => breaker.healthCheck(fn as () => Promise<void>, 1000),
  };
}

const STATES: Record<CircuitState, State> = {
  [CircuitState.Closed]: 'closed',
  [CircuitState.Open]: 'open',
  [CircuitState.HalfOpen]: 'half_open',
  [CircuitState.Isolated]: 'open',
};

function cockatiel({
  failures = 1,
  rate,
  callTimeoutMs,
  ignores,
  limit,
  fallback,
  saved,
}: SubjectOptions = {}): Subject {
  const handled = ignores === undefined ? handleAll : handleWhen((error) => !ignores(error));
  const breaker = circuitBreaker(handled, {
    halfOpenAfter: OPEN_MS,
    breaker:
      rate === undefined
        ? new ConsecutiveBreaker(failures)
        : new SamplingBreaker({ threshold: rate, duration: 10_000, minimumRps: 1 }),
    ...(saved !== undefined && { initialState: saved }),
  });
  const policies: IPolicy[] = [breaker];
  if (limit !== undefined) policies.unshift(cockatielBulkhead(limit, 10)); // so that its rejections do not pass the breaker
  if (callTimeoutMs !== undefined) policies.push(cockatielTimeout(callTimeoutMs, TimeoutStrategy.Aggressive));
  // Its fallback gets nothing: what it would have been given is what is asked.
  const caught = fallback && cockatielFallback(handleAll, (...given: readonly unknown[]) => fallback(given[0]));
  const policy = wrap(...(caught === undefined ? policies : [caught as unknown as IPolicy, ...policies]));
  return {
    call: (fn, signal) => policy.execute(async (context) => fn(context.signal), signal),
    state: () => STATES[breaker.state],
    save: () => breaker.toJSON(),
  };
}

/** Ours first. */
export const RIVALS: readonly Rival[] = [
  {
    name: '@rookery/circuit-breaker',
    version: versionOf('@rookery/circuit-breaker'),
    make: ours,
    hasQueue: true,
    takesSignal: true,
  },
  { name: 'opossum', version: versionOf('opossum'), make: opossum, hasQueue: false, takesSignal: false },
  { name: 'cockatiel', version: versionOf('cockatiel'), make: cockatiel, hasQueue: true, takesSignal: true },
];
