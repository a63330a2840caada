import { checkBoolean, checkFunction, checkOptions } from './checks.js';
import { InvalidOptionError } from './errors.js';
import type { Redact } from './process/crash-report.js';
import type { DropKind } from './process/host.js';
import { type Clock, type Milliseconds, systemClock, systemRandom } from './runtime/clock.js';
import { type CreateInstance, type KernelOptions, newInstance } from './runtime/kernel.js';

/** What a runtime can be given. */
export interface RuntimeOptions {
  /** Default: the machine's monotonic clock. Tests use a ManualClock. */
  readonly clock?: Clock;
  /**
   * Makes the object behind each server, at every start anew; may return a promise. Default `new serverClass()`. A framework
   * puts its injection here.
   */
  readonly create?: CreateInstance;
  /** A number in [0, 1), for jitter. Default `Math.random`; tests give their own. */
  readonly random?: () => number;
  /**
   * Whether a handler runs in its sender's async context, so that `AsyncLocalStorage`, and with it tracing, goes through the
   * mailbox. Default true. With false it runs in the context in which the runtime was made, and messages are much cheaper;
   * deadlines and call cycles work as ever, with one exception: a class without a single async method returns a promise.
   * What the first such handler does after its first await is not known to be its; from then on it is.
   */
  readonly asyncContext?: boolean;
  /**
   * Takes out of a crash report what subscribers must not see; gives the report to show. If it throws, or gives something
   * else, the report carries plain facts only, and the error as `redactionError`. The reason of `process_exited` and other
   * events does not pass through it.
   */
  readonly redact?: Redact;
}

/** How many of what there is. */
export interface RuntimeStats {
  /** How many are alive. */
  readonly processes: number;
  /** What was dropped on purpose, by kind, since the runtime was made. */
  readonly dropped: Readonly<Record<DropKind, number>>;
}

/** How long to wait. */
export interface StopOptions {
  /** Default Infinity. */
  readonly timeoutMs?: Milliseconds;
}

/** How to stop one process. */
export interface ProcessStopOptions extends StopOptions {
  /** Ahead of the messages that wait, which are then never handled. Default: after them (GS-074). */
  readonly urgent?: boolean;
}

/** Checked, and with the defaults. */
export function completeOptions(options: RuntimeOptions): KernelOptions {
  checkOptions(options);
  const { clock = systemClock, create = newInstance, random = systemRandom, asyncContext = true, redact } = options;
  checkFunction('create', create, 'a function that makes an instance of a server class');
  if (redact !== undefined) checkFunction('redact', redact, 'a function that gives a crash report');
  checkFunction('random', random, 'a function that gives a number in [0, 1)');
  checkBoolean('asyncContext', asyncContext);
  if (typeof clock?.now !== 'function' || typeof clock.setTimer !== 'function') {
    throw new InvalidOptionError('clock', 'a Clock', clock);
  }
  const now: unknown = clock.now();
  if (!Number.isFinite(now)) throw new InvalidOptionError('clock', 'a Clock whose now() gives a number', now);
  return { clock, create, random: () => checkedRandom(random()), asyncContext, redact };
}

/** A delay made of nonsense would be a strange place to hear of it. */
function checkedRandom(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value < 1) return value;
  throw new InvalidOptionError('random', 'a function that gives a number in [0, 1)', value);
}
