import { checkDuration, checkFunction, checkOneOf } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Milliseconds } from '../runtime/clock.js';
import { Runtime } from '../runtime.js';
import type { RuntimeOptions } from '../runtime-options.js';
import type { SupervisorOptions } from '../supervisor/supervisor-spec.js';
import type { StopSignal } from './report.js';

/** What the end of an application's tree means for the others: see `ApplicationOptions.type`. */
export type ApplicationType = 'permanent' | 'transient' | 'temporary';

/** The tree of an application: its root supervisor, which is named as the application unless it has a name. */
export type ApplicationRoot = Omit<SupervisorOptions, 'id' | 'restart'>;

/** What a start callback gives. */
export interface ApplicationStart<State> {
  /** The tree to start now. Default: a supervisor without children. */
  readonly root?: ApplicationRoot;
  /** For `prepStop` and `stop`. */
  readonly state?: State;
}

/** Where an application runs, and when it stops; what `startAll` takes for all of its applications. */
export interface ApplicationSetting {
  /**
   * A runtime, or the options of a new one. Default: a new one. Applications of one runtime know each other: they stop one
   * after the other, and depend on each other. What is left in a runtime made here is killed with its last application.
   */
  readonly runtime?: Runtime | RuntimeOptions;
  /** Which signals stop all applications of the runtime. Default SIGTERM and SIGINT; `[]` for none. */
  readonly signals?: readonly StopSignal[];
}

/** An application: a tree that starts and stops in order, with the program it is part of. `State`: see `start`. */
export interface ApplicationOptions<State = undefined> extends ApplicationSetting {
  /** One application of a runtime has it. */
  readonly name: string;
  /** The tree. Left out: `start` gives it, or there is none, and the root has no children (APP-007). */
  readonly root?: ApplicationRoot;
  /**
   * `permanent` (default): when the tree gives up or ends by itself, all applications of the runtime stop and the program's
   * exit code is 1. `transient`: the same, unless the tree ended with `normal`. `temporary`: only this one stops (APP-012,
   * APP-013). OTP's default is `temporary`.
   */
  readonly type?: ApplicationType;
  /** Names of applications that must run before this one (APP-005). */
  readonly dependsOn?: readonly string[];
  /** A limit for the whole stop; what still runs then is killed. Default 25,000, below the 30 s of Kubernetes; Infinity for none. */
  readonly stopTimeoutMs?: Milliseconds;
  /** Runs before the tree starts, and may give it; may be async. A throw fails the start (APP-001, APP-003). */
  readonly start?: (runtime: Runtime) => ApplicationStart<State> | Promise<ApplicationStart<State>>;
  /** Runs at a stop while the tree is still up; may be async. What it returns, unless undefined, is the new state (APP-008, APP-009). */
  readonly prepStop?: (state: State) => State | void | Promise<State | void>;
  /** Runs last, when the tree is down; may be async (APP-008). */
  readonly stop?: (state: State) => void | Promise<void>;
}

/** Options that have been checked, with their defaults. */
export type ApplicationPlan = ApplicationOptions<unknown> &
  Required<Pick<ApplicationOptions, 'type' | 'dependsOn' | 'stopTimeoutMs' | 'signals'>>;

const TYPES: readonly ApplicationType[] = ['permanent', 'transient', 'temporary'];
const SIGNALS: readonly StopSignal[] = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGBREAK', 'SIGUSR2'];

/** Below what orchestrators wait, so that the report of a late stop is still written. */
const STOP_TIMEOUT_MS: Milliseconds = 25_000;

/** Throws an InvalidOptionError that names what is wrong. */
export function planOf(options: ApplicationOptions<unknown>): ApplicationPlan {
  if (typeof options !== 'object' || options === null) {
    throw new InvalidOptionError('options', 'the options of an application', options);
  }
  const {
    type = 'permanent',
    dependsOn = [],
    stopTimeoutMs = STOP_TIMEOUT_MS,
    signals = ['SIGTERM', 'SIGINT'],
  } = options;
  checkText('name', options.name);
  checkOneOf('type', type, TYPES);
  checkDuration('stopTimeoutMs', stopTimeoutMs);
  checkList('dependsOn', dependsOn, (name) => checkText('dependsOn', name));
  checkList('signals', signals, (signal) => checkOneOf('signals', signal, SIGNALS));
  for (const callback of ['start', 'prepStop', 'stop'] as const) {
    if (options[callback] !== undefined) checkFunction(callback, options[callback], 'a function');
  }
  if (options.root !== undefined && options.start !== undefined) {
    throw new InvalidOptionError('root', 'left out where `start` gives the tree', options.root);
  }
  return { ...options, type, dependsOn, stopTimeoutMs, signals };
}

/** The runtime that was given, or a new one. */
export function runtimeOf(given: unknown): Runtime {
  if (given instanceof Runtime) return given;
  if (given === undefined) return new Runtime();
  if (typeof given === 'object' && given !== null) return new Runtime(given);
  throw new InvalidOptionError('runtime', 'a Runtime or its options', given);
}

function checkText(option: string, value: unknown): void {
  if (typeof value !== 'string' || value === '') throw new InvalidOptionError(option, 'a non-empty string', value);
}

function checkList(option: string, value: unknown, checkOne: (one: unknown) => void): void {
  if (!Array.isArray(value)) throw new InvalidOptionError(option, 'an array', value);
  for (const one of value) checkOne(one);
}
