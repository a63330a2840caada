import { type Clock, type Milliseconds, systemClock } from '@rookery/genserver';
import {
  checkCount,
  checkDuration,
  checkFunction,
  checkLimit,
  checkObject,
  checkOneOf,
  checkPriority,
  checkSignal,
  checkText,
  checkTimeout,
} from './checks.js';
import type { Engine } from './engine.js';
import { PoolOptionError } from './errors.js';
import type { PoolListener } from './events.js';
import type { Face } from './face.js';
import { systemRandom } from './machine.js';

/** How long a task may take. What is left out of a task's options is as the pool says. */
export interface TimeLimits {
  /** From `executeTask` to the answer, waiting included. Default 10 000. Infinity: no limit. */
  readonly timeoutMs?: Milliseconds;
  /** From its begin to its end. Default Infinity. */
  readonly runTimeoutMs?: Milliseconds;
  /** From `executeTask` to its begin. Default Infinity. */
  readonly queueTimeoutMs?: Milliseconds;
}

/** How one task is run. */
export interface TaskOptions extends TimeLimits {
  /** An integer from -100 to 100: the higher, the earlier. See `ageingMs`. Default 0. */
  readonly priority?: number;
  /**
   * Tasks with the same key are begun in the order they were given, and the next one when the one before has ended. Keys take turns.
   * Compared as by a Map. Default undefined: no order but that of the queue; all that have no key take turns as if they had one.
   */
  readonly key?: unknown;
  /** Ends the task for its caller. */
  readonly signal?: AbortSignal;
}

/** How one task is run on a thread. */
export interface ThreadTaskOptions extends TaskOptions {
  /** What is moved to the thread instead of copied: ArrayBuffers, MessagePorts and the like. */
  readonly transfer?: readonly object[];
}

/** A task's options as the pool keeps them: what the caller does with its object later changes nothing. */
export type TaskTerms = {
  readonly [Option in keyof Required<ThreadTaskOptions>]: ThreadTaskOptions[Option] | undefined;
};

/** How the items of a `map` are run. The options of tasks are those of each item; its `signal` ends all. */
export interface MapOptions extends TaskOptions {
  /** How many at a time; no more than the pool has slots are of use. Default: the pool's size. */
  readonly concurrency?: number;
  /** Whether results come in the order of the items, or as they are done. Default true. */
  readonly ordered?: boolean;
}

/** What to do with a task when the queue is full: `block` lets it wait outside until there is room. */
export type Overflow = 'reject' | 'drop_oldest' | 'block';

/** How many tasks may wait. */
export interface QueueLimit {
  /** 0: a task runs at once or not at all. */
  readonly limit: number;
  /** Default `reject`. */
  readonly overflow?: Overflow;
}

/**
 * Sheds load by age. When for `intervalMs` no task was begun that had waited less than `targetMs`, the pool is overloaded: tasks that
 * waited twice as long are dropped when it would be their turn, until one has waited less.
 */
export interface Shedding {
  readonly targetMs: Milliseconds;
  readonly intervalMs: Milliseconds;
}

/** How a pool is made. All of it may be left out. */
export interface WorkerPoolOptions<F extends Face = Face> extends TimeLimits {
  /** What runs the tasks: `closures()` or `threads(…)`. Default `closures()`. */
  readonly engine?: Engine<F>;
  /** How many tasks run at a time. Default 5 for closures. */
  readonly size?: number;
  /** What errors and events call it. Default `worker-pool`. */
  readonly label?: string;
  /** Default: no limit. */
  readonly queue?: QueueLimit;
  /** Default: none is shed. */
  readonly shed?: Shedding;
  /** How much earlier one more of priority lets a task be begun: one that waits overtakes in time. Infinity: never. Default 1 000. */
  readonly ageingMs?: Milliseconds;
  /** How many tasks with the same key run at a time; above 1 they only begin in order. Default 1. */
  readonly keyConcurrency?: number;
  /** Told of what is the answer to nobody. */
  readonly onEvent?: PoolListener;
  /** Default: the machine's monotonic clock; under a supervisor the runtime's. */
  readonly clock?: Clock;
  /** In [0, 1), for jitter. Default Math.random. */
  readonly random?: () => number;
}

/** The options, complete. */
export interface CompleteOptions extends Required<TimeLimits> {
  readonly engine: Engine;
  readonly size: number;
  readonly label: string;
  readonly queue: Required<QueueLimit>;
  readonly shed: Shedding | undefined;
  readonly ageingMs: Milliseconds;
  readonly keyConcurrency: number;
  readonly onEvent: PoolListener | undefined;
  readonly clock: Clock;
  readonly random: () => number;
}

const DEFAULTS = {
  label: 'worker-pool',
  timeoutMs: 10_000,
  runTimeoutMs: Infinity,
  queueTimeoutMs: Infinity,
  ageingMs: 1_000,
  keyConcurrency: 1,
} as const;

const OVERFLOWS = ['reject', 'drop_oldest', 'block'] as const;

/** Checks what came, once, and fills in the rest. */
export function completeOptions(options: WorkerPoolOptions, defaultEngine: Engine): CompleteOptions {
  checkObject('options', options);
  const given = withoutUndefined(options);
  const { engine = defaultEngine, queue = { limit: Infinity } } = given;
  checkEngine(engine);
  checkObject('queue', queue);
  const complete: CompleteOptions = {
    ...DEFAULTS,
    clock: systemClock,
    random: systemRandom,
    size: engine.defaultSize,
    ...given,
    engine,
    queue: { limit: queue.limit, overflow: queue.overflow ?? 'reject' },
    shed: given.shed,
    onEvent: given.onEvent,
  };
  checkOptions(complete);
  return complete;
}

/** As if what is undefined had been left out. */
function withoutUndefined<T extends object>(options: T): T {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as T;
}

function checkOptions(options: CompleteOptions): void {
  checkCount('size', options.size, 1);
  checkText('label', options.label);
  checkLimit('queue.limit', options.queue.limit, 0);
  checkOneOf('queue.overflow', options.queue.overflow, OVERFLOWS);
  checkTimeout('ageingMs', options.ageingMs);
  checkLimit('keyConcurrency', options.keyConcurrency, 1);
  checkTimeLimits(options);
  if (options.shed !== undefined) checkShedding(options.shed);
  if (options.onEvent !== undefined) checkFunction('onEvent', options.onEvent);
  checkFunction('random', options.random);
  if (typeof options.clock?.now !== 'function' || typeof options.clock.setTimer !== 'function') {
    throw new PoolOptionError('clock', 'a Clock', options.clock);
  }
}

function checkEngine(engine: Engine): void {
  const { start, check } = (engine ?? {}) as Partial<Engine>;
  if (typeof start === 'function' && typeof check === 'function') return;
  throw new PoolOptionError('engine', 'what closures() or threads() gave', engine);
}

function checkShedding(shed: Shedding): void {
  checkObject('shed', shed);
  checkDuration('shed.targetMs', shed.targetMs);
  checkTimeout('shed.intervalMs', shed.intervalMs);
}

function checkTimeLimits({ timeoutMs, runTimeoutMs, queueTimeoutMs }: Partial<TaskTerms>): void {
  if (timeoutMs !== undefined) checkTimeout('timeoutMs', timeoutMs);
  if (runTimeoutMs !== undefined) checkTimeout('runTimeoutMs', runTimeoutMs);
  if (queueTimeoutMs !== undefined) checkTimeout('queueTimeoutMs', queueTimeoutMs);
}

/** Of one task. What is undefined is the pool's. */
export function taskTerms(options: ThreadTaskOptions): TaskTerms {
  checkObject('options', options);
  const { timeoutMs, runTimeoutMs, queueTimeoutMs, priority, key, signal, transfer } = options;
  const terms: TaskTerms = { timeoutMs, runTimeoutMs, queueTimeoutMs, priority, key, signal, transfer };
  checkTimeLimits(terms);
  if (priority !== undefined) checkPriority(priority);
  if (signal !== undefined) checkSignal(signal);
  return terms;
}

export function checkMapOptions(options: MapOptions): void {
  taskTerms(options);
  if (options.concurrency !== undefined) checkCount('concurrency', options.concurrency, 1);
  if (options.ordered !== undefined && typeof options.ordered !== 'boolean') {
    throw new PoolOptionError('ordered', 'true or false', options.ordered);
  }
}
