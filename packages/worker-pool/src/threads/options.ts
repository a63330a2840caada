import { availableParallelism } from 'node:os';
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { ResourceLimits } from 'node:worker_threads';
import type { Milliseconds } from '@rookery/genserver';
import { checkCount, checkDuration, checkLimit, checkObject, checkOneOf, checkText, checkTimeout } from '../checks.js';
import { PoolOptionError } from '../errors.js';
import type { CrashBackoff, CrashLoop } from './crashes.js';
import type { ErrorClass } from './put-together.js';
import { checkErrorClasses, checkWorkerData, type WorkerOptions, workerOptions } from './worker-options.js';

/** What threads run, and how many of them. */
export interface ThreadsOptions<Name = string> {
  /** `new URL('./work.js', import.meta.url)`: a URL of a JavaScript file, as text or not, or an absolute path. */
  readonly module: URL | string;
  /** The function it exports for tasks: called with the input and a ThreadContext. Default `default`. */
  readonly export?: Name;
  /**
   * The function it exports that prepares a thread, once: called with `workerData`, and what it gives is `state` of each ThreadContext.
   * May take its time. If it throws, the thread has crashed. Default: none.
   */
  readonly setup?: string;
  /** The function it exports that is called with that state before a thread is ended. Not when it crashed or ran too long. Default: none. */
  readonly teardown?: string;
  /** So many are kept when there is nothing to do. 0: all may go. Default 1. */
  readonly minThreads?: number;
  /** Default: the pool's size, which is as many as the machine has processors if it is not given either. */
  readonly maxThreads?: number;
  /** A thread beyond `minThreads` that had nothing to do for so long is ended. Default 30 000. Infinity: never. */
  readonly idleTimeoutMs?: Milliseconds;
  /** After so many tasks a thread is replaced, for code that leaks. Threads do not give all memory back: do it rarely. Default Infinity. */
  readonly maxTasksPerWorker?: number;
  /** For a thread to load the module and run its `setup`. Default 60 000. */
  readonly startTimeoutMs?: Milliseconds;
  /** For its `teardown`; then it is ended. Default 5 000. */
  readonly teardownTimeoutMs?: Milliseconds;
  /** How long the replacement of a thread that crashed is put off. Default from 100 ms to 10 s, twice as long each time, jitter `equal`. */
  readonly backoff?: Partial<CrashBackoff>;
  /** How many crashes, with no task done in between, are too many: then the pool fails. */
  readonly crashLoop?: CrashLoop;
  /** Of V8, for each thread; as those of a Worker. Not for Buffers, and not a wall: see the README. */
  readonly resourceLimits?: ResourceLimits;
  /** Copied to each thread, for `setup`. */
  readonly workerData?: unknown;
  /** The environment of the threads. Default: a copy of this process's. */
  readonly env?: NodeJS.Dict<string>;
  /** What follows in `process.argv` of the threads. Default: nothing. */
  readonly argv?: readonly string[];
  /** The options of Node for the threads. Default: this process's. */
  readonly execArgv?: readonly string[];
  /** Errors of a class with one of their names are `instanceof` it here, too; its constructor is not run. Default: none. */
  readonly errorClasses?: readonly ErrorClass[];
}

/** The options, complete. */
export interface CompleteThreadsOptions {
  readonly module: string;
  readonly export: string;
  readonly setup: string | undefined;
  readonly teardown: string | undefined;
  readonly minThreads: number;
  readonly maxThreads: number;
  readonly defaultSize: number;
  readonly idleTimeoutMs: Milliseconds;
  readonly maxTasksPerWorker: number;
  readonly startTimeoutMs: Milliseconds;
  readonly teardownTimeoutMs: Milliseconds;
  readonly backoff: Required<CrashBackoff>;
  readonly crashLoop: CrashLoop;
  readonly workerData: unknown;
  readonly errorClasses: readonly ErrorClass[];
  /** As Worker has them. Only those that were given. */
  readonly worker: WorkerOptions;
}

const BACKOFF: Required<CrashBackoff> = { initialMs: 100, factor: 2, maxMs: 10_000, jitter: 'equal' };
const JITTERS = ['none', 'full', 'equal'] as const;

/** Checks what came, once, and fills in the rest. */
export function completeThreads(options: ThreadsOptions<unknown>): CompleteThreadsOptions {
  checkObject('options', options);
  const { maxThreads = Infinity, minThreads = Math.min(1, maxThreads) } = options;
  const complete = {
    module: moduleUrl(options.module),
    export: nameOf('export', options.export) ?? 'default',
    setup: nameOf('setup', options.setup),
    teardown: nameOf('teardown', options.teardown),
    minThreads,
    maxThreads,
    defaultSize: maxThreads === Infinity ? availableParallelism() : maxThreads,
    idleTimeoutMs: options.idleTimeoutMs ?? 30_000,
    maxTasksPerWorker: options.maxTasksPerWorker ?? Infinity,
    startTimeoutMs: options.startTimeoutMs ?? 60_000,
    teardownTimeoutMs: options.teardownTimeoutMs ?? 5_000,
    backoff: backoffOf(options.backoff ?? {}),
    crashLoop: options.crashLoop ?? {},
    workerData: options.workerData,
    errorClasses: options.errorClasses ?? [],
    worker: workerOptions(options),
  };
  checkThreads(complete);
  return complete;
}

function checkThreads(options: CompleteThreadsOptions): void {
  const { minThreads, maxThreads, crashLoop } = options;
  if (maxThreads !== Infinity) checkCount('maxThreads', maxThreads, 1);
  checkCount('minThreads', minThreads, 0);
  if (minThreads > maxThreads)
    throw new PoolOptionError('minThreads', `at most maxThreads (${maxThreads})`, minThreads);
  checkDuration('idleTimeoutMs', options.idleTimeoutMs);
  checkLimit('maxTasksPerWorker', options.maxTasksPerWorker, 1);
  checkTimeout('startTimeoutMs', options.startTimeoutMs);
  checkDuration('teardownTimeoutMs', options.teardownTimeoutMs);
  checkObject('crashLoop', crashLoop);
  if (crashLoop.maxCrashes !== undefined) checkLimit('crashLoop.maxCrashes', crashLoop.maxCrashes, 1);
  if (crashLoop.withinMs !== undefined) checkTimeout('crashLoop.withinMs', crashLoop.withinMs);
  checkErrorClasses(options.errorClasses);
  checkWorkerData(options.workerData);
}

function moduleUrl(module: unknown): string {
  const url = module instanceof URL ? module.href : module;
  if (typeof url === 'string' && /^(file|data):/.test(url) && URL.canParse(url)) return url;
  if (typeof url === 'string' && isAbsolute(url)) return pathToFileURL(url).href;
  throw new PoolOptionError(
    'module',
    "a URL such as new URL('./work.js', import.meta.url), or an absolute path",
    module,
  );
}

function nameOf(option: string, name: unknown): string | undefined {
  if (name !== undefined) checkText(option, name);
  return name;
}

function backoffOf(given: Partial<CrashBackoff>): Required<CrashBackoff> {
  checkObject('backoff', given);
  const { initialMs = BACKOFF.initialMs, factor = BACKOFF.factor, jitter = BACKOFF.jitter } = given;
  const { maxMs = Math.max(BACKOFF.maxMs, initialMs) } = given;
  checkDuration('backoff.initialMs', initialMs);
  checkDuration('backoff.maxMs', maxMs);
  if (!Number.isFinite(factor) || factor < 1) throw new PoolOptionError('backoff.factor', 'a number >= 1', factor);
  if (!(initialMs <= maxMs && maxMs !== Infinity)) {
    throw new PoolOptionError('backoff.maxMs', `a number of milliseconds >= initialMs (${initialMs})`, maxMs);
  }
  checkOneOf('backoff.jitter', jitter, JITTERS);
  return { initialMs, factor, maxMs, jitter };
}
