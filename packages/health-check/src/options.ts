import { type Clock, type Milliseconds, systemClock } from '@rookery/genserver';
import type { Check, SamplingOptions } from './check.js';
import { checkCount, checkDelay, checkFunction, checkInterval, checkObject, checkOneOf, checkText } from './checks.js';
import { completeCheck, type CompleteCheck } from './complete-check.js';
import { DuplicateCheckError, HealthOptionError } from './errors.js';
import type { HealthListener } from './events.js';
import { type BodyFormat, FORMATS } from './formats.js';
import { checkGroups } from './group-checks.js';
import type { GroupOptions } from './groups.js';
import { systemDate, systemRandom } from './machine.js';
import { DETAILS, type Details, type Redact } from './redaction.js';

/** How a shutdown goes, step by step: see `shutdown()`. */
export interface ShutdownTimes {
  /** How long readiness is down before anything is stopped: at least one period of who probes. Default 5 000. */
  readonly delayMs?: Milliseconds;
  /** How long `drain` may take. Infinity: as long as it needs. Default 10 000. */
  readonly drainTimeoutMs?: Milliseconds;
}

/** When a check counts as flapping. */
export interface FlappingOptions {
  /** So many changes of state. At least 2, default 5. */
  readonly transitions?: number;
  /** Within so long. Default 600 000. */
  readonly withinMs?: Milliseconds;
}

/** How a health check is made. All of it may be left out. What is of SamplingOptions holds for checks that do not say otherwise. */
export interface HealthCheckOptions extends SamplingOptions {
  /** What is looked at. `add` takes more later. */
  readonly checks?: readonly Check[];
  /** Groups of your own, and changes to `liveness`, `readiness` and `startup`. */
  readonly groups?: Readonly<Record<string, GroupOptions>>;
  /** How many checks may run at the same time. Default 10. */
  readonly concurrency?: number;
  /** `checkNow` does not run a check again whose last run began less than this ago. Default 1 000. */
  readonly minGapMs?: Milliseconds;
  /** How many changes of each check are remembered. Default 20. */
  readonly historyLength?: number;
  readonly flapping?: FlappingOptions;
  /** A check that keeps the thread this long without giving way is named as a likely culprit of a slow loop. Default 50. */
  readonly holdMs?: Milliseconds;
  /** Whether probes are told of single checks. Default `never`: the state alone. */
  readonly details?: Details;
  /** Makes a check fit to be shown. Default: instead of the text of errors only that there was one. False: shows all. */
  readonly redact?: Redact | false;
  /** Of the bodies of probes. Default `rookery`. */
  readonly format?: BodyFormat;
  readonly shutdown?: ShutdownTimes;
  /** The first to be told of events: see `subscribe`. */
  readonly onEvent?: HealthListener;
  /** What errors and warnings call it. Default `health-check`, or the name of its process. */
  readonly label?: string;
  /** Default: the machine's monotonic clock; under a supervisor the runtime's. */
  readonly clock?: Clock;
  /** A number in [0, 1), for jitter. Default `Math.random`. */
  readonly random?: () => number;
  /** Milliseconds since 1970, to be shown. Default `Date.now`; nothing is decided by it. */
  readonly date?: () => number;
}

/** Checked, and with the defaults. */
export interface CompleteOptions {
  readonly checks: readonly CompleteCheck[];
  readonly sampling: SamplingOptions;
  readonly groups: Readonly<Record<string, GroupOptions>>;
  readonly concurrency: number;
  readonly minGapMs: Milliseconds;
  readonly historyLength: number;
  readonly flapping: Required<FlappingOptions>;
  readonly holdMs: Milliseconds;
  readonly details: Details;
  readonly redact: Redact | false | undefined;
  readonly format: BodyFormat;
  readonly shutdown: Required<ShutdownTimes>;
  readonly onEvent: HealthListener | undefined;
  readonly label: string;
  readonly clock: Clock;
  readonly random: () => number;
  readonly date: () => number;
}

export function completeOptions(options: HealthCheckOptions): CompleteOptions {
  checkObject('options', options);
  const { checks = [], groups = {}, flapping = {}, shutdown = {}, redact, onEvent } = options;
  if (!Array.isArray(checks)) throw new HealthOptionError('checks', 'an array of checks', checks);
  checkObject('flapping', flapping);
  checkObject('shutdown', shutdown);
  checkGroups(groups);
  const complete: CompleteOptions = {
    checks: checks.map((given: Check) => completeCheck(given, options)),
    sampling: options,
    groups,
    concurrency: options.concurrency ?? 10,
    minGapMs: options.minGapMs ?? 1_000,
    historyLength: options.historyLength ?? 20,
    flapping: { transitions: flapping.transitions ?? 5, withinMs: flapping.withinMs ?? 600_000 },
    holdMs: options.holdMs ?? 50,
    details: options.details ?? 'never',
    redact,
    format: options.format ?? 'rookery',
    shutdown: completeShutdown(shutdown),
    onEvent,
    label: options.label ?? 'health-check',
    clock: options.clock ?? systemClock,
    random: options.random ?? systemRandom,
    date: options.date ?? systemDate,
  };
  check(complete);
  return complete;
}

/** Also of one shutdown: what is left out is as the defaults say. */
export function completeShutdown(given: ShutdownTimes, defaults: ShutdownTimes = {}): Required<ShutdownTimes> {
  const delayMs = given.delayMs ?? defaults.delayMs ?? 5_000;
  const drainTimeoutMs = given.drainTimeoutMs ?? defaults.drainTimeoutMs ?? 10_000;
  checkDelay('shutdown.delayMs', delayMs);
  if (drainTimeoutMs !== Infinity) checkDelay('shutdown.drainTimeoutMs', drainTimeoutMs);
  return { delayMs, drainTimeoutMs };
}

function check(options: CompleteOptions): void {
  checkCount('concurrency', options.concurrency);
  checkDelay('minGapMs', options.minGapMs);
  checkCount('historyLength', options.historyLength, 0);
  checkCount('flapping.transitions', options.flapping.transitions, 2);
  checkInterval('flapping.withinMs', options.flapping.withinMs);
  checkInterval('holdMs', options.holdMs);
  checkOneOf('details', options.details, DETAILS);
  checkOneOf('format', options.format, FORMATS);
  checkText('label', options.label);
  if (options.redact !== undefined && options.redact !== false) {
    checkFunction('redact', options.redact, 'a function that gives what may be shown of a check, or false to show all');
  }
  if (options.onEvent !== undefined) checkFunction('onEvent', options.onEvent);
  for (const name of ['random', 'date'] as const) checkFunction(name, options[name]);
  checkDate(options.date());
  checkClock(options.clock);
  checkUnique(options.checks);
}

function checkDate(date: unknown): void {
  if (typeof date === 'number' && !Number.isNaN(new Date(date).getTime())) return;
  throw new HealthOptionError('date', 'a function that gives milliseconds since 1970', date);
}

function checkClock(clock: unknown): void {
  const { now, setTimer } = (clock ?? {}) as Partial<Clock>;
  if (typeof now !== 'function' || typeof setTimer !== 'function')
    throw new HealthOptionError('clock', 'a Clock', clock);
}

function checkUnique(checks: readonly CompleteCheck[]): void {
  const names = new Set<string>();
  for (const { name } of checks) {
    if (names.has(name)) throw new DuplicateCheckError(name);
    names.add(name);
  }
}
