import { type Clock, type Milliseconds, systemClock } from '@rookery/genserver';
import type { BreakerMode, Outcome } from './breaker-state.js';
import {
  checkBoolean,
  checkCount,
  checkCountOrZero,
  checkFactor,
  checkFraction,
  checkFunction,
  checkLimitMs,
  checkObject,
  checkOneOf,
  checkSignal,
  checkSpan,
  checkText,
} from './checks.js';
import { BreakerOptionError } from './errors.js';
import { systemDate, systemRandom } from './machine.js';
import type { OpenTimeGrowth } from './open-time.js';
import { checkStrategy, consecutive, type Strategy } from './strategy.js';

/** How a half-open breaker finds out whether it may close. */
export interface HalfOpenOptions {
  /** How many calls are let through at a time. All others are rejected. Default 1. */
  readonly permits?: number;
  /** How many of them must succeed before it closes. Default 1. */
  readonly successes?: number;
  /** One that has not settled for so long has failed: the breaker opens again. Finite. Default 60 000. */
  readonly maxWaitMs?: Milliseconds;
}

/** How many calls may run at a time. */
export interface BulkheadOptions {
  /** So many at a time. */
  readonly limit: number;
  /** So many more may wait for their turn. Default 0: one too many is rejected at once. */
  readonly queue?: number;
  /** Who waits longer is rejected. Default Infinity. */
  readonly queueTimeoutMs?: Milliseconds;
}

/** How a breaker is made. All of it may be left out. */
export interface CircuitBreakerOptions {
  /** What errors and events call it. Default `circuit-breaker`, under a supervisor its name. */
  readonly label?: string;
  /** Opens after so many failures in a row: `consecutive(failureThreshold)`. Default 5. Not together with `strategy`. */
  readonly failureThreshold?: number;
  /** When it opens. Default `consecutive(5)`. */
  readonly strategy?: Strategy;
  /** How long it stays open before it tries again. Finite. Default 60 000. */
  readonly timeoutMs?: Milliseconds;
  /** Lets the open time grow when it opens again and again. Default: it is always `timeoutMs`. */
  readonly openTime?: OpenTimeGrowth;
  readonly halfOpen?: HalfOpenOptions;
  /** A call that takes longer fails with a CallTimedOutError, and its own signal fires. Counts as a failure. Default Infinity. */
  readonly callTimeoutMs?: Milliseconds;
  /** Default: any number of calls may run. */
  readonly bulkhead?: BulkheadOptions;
  /** What an error of a call says about the dependency. Default: `failure`. */
  readonly classifyError?: (error: unknown) => Outcome;
  /** What the result of a call says; the caller gets it all the same. Default: `success`. */
  readonly classifyResult?: (value: unknown) => Outcome;
  /** How it begins. Default `auto`. */
  readonly mode?: BreakerMode;
  /**
   * Sets a timer while open or half-open, so that `state_changed` comes on time. Default false: it comes with the first call, or
   * the first look at `state`, after that time. It does not keep Node running.
   */
  readonly punctual?: boolean;
  /** Default: the machine's monotonic clock; under a supervisor the runtime's. */
  readonly clock?: Clock;
  /** In [0, 1), for jitter and injected faults. Default Math.random; under a supervisor the runtime's. */
  readonly random?: () => number;
  /** Milliseconds since 1970, for the age of what is saved; nothing else goes by it. Default Date.now. */
  readonly date?: () => number;
}

/** How one call is made. */
export interface ExecuteOptions<Fallback = never> {
  /** Ends the call: its own signal fires, and it rejects with a CallCancelledError. Never counts. */
  readonly signal?: AbortSignal;
  /** Default: the breaker's. */
  readonly callTimeoutMs?: Milliseconds;
  /**
   * Gives the result instead, when the call was rejected, timed out, or failed in a way that counts. An error that was classified
   * as `ignore` or `success` is an answer, and arrives as it is.
   */
  readonly fallback?: (error: unknown) => Fallback | PromiseLike<Fallback>;
}

/** How the calls of a wrapped function are made. */
export interface WrapOptions<Args extends readonly unknown[], Fallback = never> {
  /** Default: the breaker's. */
  readonly callTimeoutMs?: Milliseconds;
  /** As of `execute`; it gets the arguments, too. */
  readonly fallback?: (error: unknown, ...args: Args) => Fallback | PromiseLike<Fallback>;
}

/** Faults for a test of what stands behind a breaker: a call fails without its function being called, and that counts. */
export interface FaultOptions {
  /** Which share of the calls. Above 0, up to 1. Default 1. */
  readonly rate?: number;
  /** Gives (or throws) what they fail with. Default: an InjectedFaultError. */
  readonly error?: () => unknown;
  /** After so long. Infinity: the call hangs until it times out or is cancelled. Default 0. */
  readonly delayMs?: Milliseconds;
}

/** The options, complete. */
export interface CompleteOptions {
  readonly label: string;
  readonly strategy: Strategy;
  readonly timeoutMs: Milliseconds;
  readonly openTime: Required<OpenTimeGrowth>;
  readonly halfOpen: Required<HalfOpenOptions>;
  readonly callTimeoutMs: Milliseconds;
  readonly bulkhead: Required<BulkheadOptions> | undefined;
  readonly classifyError: ((error: unknown) => Outcome) | undefined;
  readonly classifyResult: ((value: unknown) => Outcome) | undefined;
  readonly mode: BreakerMode;
  readonly punctual: boolean;
  readonly clock: Clock;
  readonly random: () => number;
  readonly date: () => number;
}

const MODES = ['auto', 'forced_open', 'forced_closed', 'shadow'] as const;
const HALF_OPEN: Required<HalfOpenOptions> = Object.freeze({ permits: 1, successes: 1, maxWaitMs: 60_000 });
const CONSTANT = Object.freeze({ factor: 1, jitter: 0 });
const DEFAULT_STRATEGY = consecutive();

/** Checks what came, once, and fills in the rest. */
export function completeOptions(options: CircuitBreakerOptions): CompleteOptions {
  checkObject('options', options);
  const { timeoutMs = 60_000, openTime, halfOpen, bulkhead } = options;
  checkSpan('timeoutMs', timeoutMs);
  const complete: CompleteOptions = {
    label: options.label ?? 'circuit-breaker',
    strategy: strategyOf(options),
    timeoutMs,
    openTime: growthOf(timeoutMs, openTime),
    halfOpen: halfOpenOf(halfOpen),
    callTimeoutMs: options.callTimeoutMs ?? Infinity,
    bulkhead: bulkhead === undefined ? undefined : bulkheadOf(bulkhead),
    classifyError: options.classifyError,
    classifyResult: options.classifyResult,
    mode: options.mode ?? 'auto',
    punctual: options.punctual ?? false,
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    date: options.date ?? systemDate,
  };
  checkParts(complete);
  return complete;
}

function checkParts(options: CompleteOptions): void {
  checkText('label', options.label);
  checkLimitMs('callTimeoutMs', options.callTimeoutMs);
  checkOneOf('mode', options.mode, MODES);
  checkBoolean('punctual', options.punctual);
  for (const name of ['classifyError', 'classifyResult', 'random', 'date'] as const) {
    if (options[name] !== undefined) checkFunction(name, options[name]);
  }
  const clock: Partial<Clock> = options.clock;
  if (typeof clock.now !== 'function' || typeof clock.setTimer !== 'function') {
    throw new BreakerOptionError('clock', 'a Clock', options.clock);
  }
}

function strategyOf({ strategy, failureThreshold }: CircuitBreakerOptions): Strategy {
  if (strategy === undefined && failureThreshold === undefined) return DEFAULT_STRATEGY;
  if (strategy === undefined) {
    checkCount('failureThreshold', failureThreshold);
    return consecutive(failureThreshold);
  }
  if (failureThreshold === undefined) return checkStrategy(strategy);
  throw new BreakerOptionError('failureThreshold', 'left out where a strategy is given', failureThreshold);
}

function growthOf(timeoutMs: Milliseconds, growth: OpenTimeGrowth | undefined): Required<OpenTimeGrowth> {
  if (growth === undefined) return { ...CONSTANT, maxMs: timeoutMs, decayMs: timeoutMs };
  checkObject('openTime', growth);
  const { factor = 2, maxMs = 10 * timeoutMs, jitter = 0, decayMs = timeoutMs } = growth;
  checkFactor('openTime.factor', factor);
  checkSpan('openTime.maxMs', maxMs);
  checkFraction('openTime.jitter', jitter);
  checkLimitMs('openTime.decayMs', decayMs);
  if (maxMs < timeoutMs) throw new BreakerOptionError('openTime.maxMs', `at least timeoutMs (${timeoutMs})`, maxMs);
  return { factor, maxMs, jitter, decayMs };
}

function halfOpenOf(halfOpen: HalfOpenOptions | undefined): Required<HalfOpenOptions> {
  if (halfOpen === undefined) return HALF_OPEN;
  checkObject('halfOpen', halfOpen);
  const { permits = 1, successes = 1, maxWaitMs = HALF_OPEN.maxWaitMs } = halfOpen;
  checkCount('halfOpen.permits', permits);
  checkCount('halfOpen.successes', successes);
  checkSpan('halfOpen.maxWaitMs', maxWaitMs);
  return { permits, successes, maxWaitMs };
}

function bulkheadOf(bulkhead: BulkheadOptions): Required<BulkheadOptions> {
  checkObject('bulkhead', bulkhead);
  const { limit, queue = 0, queueTimeoutMs = Infinity } = bulkhead;
  checkCount('bulkhead.limit', limit);
  checkCountOrZero('bulkhead.queue', queue);
  checkLimitMs('bulkhead.queueTimeoutMs', queueTimeoutMs);
  return { limit, queue, queueTimeoutMs };
}

export function checkExecuteOptions(options: ExecuteOptions<unknown>): void {
  checkObject('options', options);
  checkSignal(options.signal);
  checkWrapOptions(options);
}

export function checkWrapOptions(options: Readonly<Partial<Record<'callTimeoutMs' | 'fallback', unknown>>>): void {
  checkObject('options', options);
  if (options.callTimeoutMs !== undefined) checkLimitMs('callTimeoutMs', options.callTimeoutMs);
  if (options.fallback !== undefined) checkFunction('fallback', options.fallback);
}
