import { checkBoolean, checkDuration, checkFunction, checkOptions, checkSignal } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Shutdown } from '../gen-server/child-defaults.js';
import { checkWhere, inside, type Where } from '../gen-server/inside.js';
import type { MonitorRef } from '../process/monitors.js';
import type { Process } from '../process/process.js';
import type { Milliseconds } from '../runtime/clock.js';
import { checkShutdown } from '../supervisor/child-spec.js';
import { awaitMany, yieldMany, type YieldManyOptions } from './many.js';
import { TaskHandle } from './task-handle.js';
import { type TaskFunction, TaskJob } from './task-job.js';
import { TaskRef } from './task-ref.js';
import { TaskReply, type TaskResult } from './task-result.js';

/** How a task gives its result. */
export interface TaskOptions {
  /**
   * The result comes to the owner's `handleInfo`: a `TaskReply` with the value and then a `Down` with reason `normal`; only
   * the `Down` when the task ends without a value (TASK-002, TASK-003). Then it cannot be awaited. Default false.
   */
  readonly asMessage?: boolean;
}

/** How long to await a task. */
export interface AwaitOptions {
  /** Default 5000 (TASK-007). Infinity waits as long as it takes. The deadline of the call being handled may come first. */
  readonly timeoutMs?: Milliseconds;
  /** Ends the waiting with a TaskAbortedError. */
  readonly signal?: AbortSignal;
}

/** What several tasks give, place by place. */
export type TaskValues<Tasks extends readonly Task<unknown>[]> = {
  -readonly [Place in keyof Tasks]: Tasks[Place] extends Task<infer Value> ? Value : never;
};

/** Elixir's default for await, yield, shutdown and the tasks of a stream. */
const TASK_TIMEOUT_MS: Milliseconds = 5000;

/**
 * One function run in a process of its own, and its one result. Made by `Task.async`, or by a task supervisor. A failed task
 * that nobody awaits is no unhandled rejection: its crash is reported as an event, as of any process (TASK-029).
 */
export class Task<T> extends TaskRef {
  readonly #handle: TaskHandle;

  /** Made by the runtime. */
  constructor(handle: TaskHandle) {
    super(handle.job?.process);
    this.#handle = handle;
  }

  /**
   * Starts `fn` in a process of its own and returns at once. From a server's `this.self` the task belongs to that server and
   * is linked with it: a crash of one ends the other, unless it traps exits (TASK-001, TASK-006, TASK-028). From a runtime
   * it belongs to nobody and is linked with nobody. `fn` runs in the async context of who started it, never on the caller's
   * stack. Throws a NoProcessError when the owner has ended.
   */
  static async<V>(where: Where, fn: TaskFunction<V>, options: TaskOptions = {}): Task<V> {
    checkWhere(where);
    checkTaskOptions(where[inside].process, options);
    return taskOf(startJob(where, fn, true), options);
  }

  /** Fire and forget: linked with nobody, and its result goes nowhere (TASK-026). */
  static start(where: Where, fn: TaskFunction<unknown>): TaskRef {
    return new TaskRef(startJob(where, fn, false).process);
  }

  /** Fire and forget, linked with the server that starts it (TASK-026). */
  static startLink(where: Where, fn: TaskFunction<unknown>): TaskRef {
    return new TaskRef(startJob(where, fn, true).process);
  }

  /** A task that is done, without a process: where a task is expected and the value is there already (TASK-025). */
  static completed<V>(value: V): Task<V> {
    return new Task<V>(TaskHandle.completed(value));
  }

  /**
   * The values of all, in the order given. Rejects at the first task that ends without a value, with a TaskExitedError; with
   * a TaskTimeoutError when `timeoutMs`, for all together, is over. All are used up then (TASK-010 to TASK-012).
   */
  static async awaitMany<const Tasks extends readonly Task<unknown>[]>(
    tasks: Tasks,
    options: AwaitOptions = {},
  ): Promise<TaskValues<Tasks>> {
    const handles = Task.#handlesOf(tasks);
    return (await awaitMany(handles, limitsOf(options))) as TaskValues<Tasks>;
  }

  /**
   * What all have to give, in the order given, after `timeoutMs` at the latest: as `yield` of each (TASK-016, TASK-017).
   */
  static async yieldMany<V>(
    tasks: readonly Task<V>[],
    options: YieldManyOptions = {},
  ): Promise<readonly (readonly [task: Task<V>, result: TaskResult<V> | undefined])[]> {
    const results = await yieldMany(Task.#handlesOf(tasks), options);
    return tasks.map((task, index) => [task, results[index] as TaskResult<V> | undefined] as const);
  }

  static #handlesOf(tasks: readonly Task<unknown>[]): readonly TaskHandle[] {
    const areTasks = Array.isArray(tasks) && tasks.every((task) => task instanceof Task);
    if (!areTasks) throw new InvalidOptionError('tasks', 'an array of tasks', tasks);
    return tasks.map((task) => task.#handle);
  }

  /** Of a task whose result comes as a message: what its TaskReply and its Down carry. Undefined otherwise. */
  get ref(): MonitorRef | undefined {
    return this.#handle.job?.ref;
  }

  /**
   * The value. Rejects with a TaskExitedError when the task ends without one, with the reason and, if it threw, its error as
   * the `cause` (TASK-005); with a TaskTimeoutError after `timeoutMs`; with a TaskAbortedError when `signal` fires; with a
   * TaskUsedError the second time (TASK-008), and a TaskOwnerError in another process than the owner (TASK-009).
   *
   * When the waiting ends without a result, the task is used up. If it belongs to a server it runs on, and what it still
   * returns is counted as a late reply: a server that does not catch the error ends, and takes a linked task with it
   * (TASK-007). If it belongs to nobody, nobody could end it later: it is told to shut down.
   */
  async await(options: AwaitOptions = {}): Promise<T> {
    const limits = limitsOf(options);
    this.#handle.claim('await', 'awaited');
    return (await this.#handle.value(limits)) as T;
  }

  /**
   * What it has to give, waiting for up to `timeoutMs` (default 5000): the value, or how it ended without one; undefined when
   * it still runs, and then it may be asked again (TASK-014). Rejects like `await` when it is used up or somebody else's.
   */
  async yield(timeoutMs: Milliseconds = TASK_TIMEOUT_MS): Promise<TaskResult<T> | undefined> {
    checkDuration('timeoutMs', timeoutMs);
    this.#handle.claim('yield', undefined);
    return (await this.#handle.maybe(timeoutMs)) as TaskResult<T> | undefined;
  }

  /**
   * Ends it without hurting its owner: unlinked, told to shut down, killed after `limit` (default 5000). Resolves when it is
   * gone: with its result, if it had one or still gave one; with how it ended, if by its own doing; undefined when it did
   * as it was told; `noproc` when it was used up (TASK-018 to TASK-023). JavaScript cannot stop running code: `signal` fires,
   * and what the function still returns is ignored.
   */
  async shutdown(limit: Shutdown = TASK_TIMEOUT_MS): Promise<TaskResult<T> | undefined> {
    checkShutdown(limit);
    return (await this.#handle.shutdown(limit)) as TaskResult<T> | undefined;
  }

  /**
   * Lets it run on, unlinked and unwatched: no message comes of it, and its crash does not hurt its owner. Gives its result
   * if it is over, else undefined (TASK-024).
   */
  ignore(): TaskResult<T> | undefined {
    return this.#handle.ignore() as TaskResult<T> | undefined;
  }

  /** Whether a message that came to `handleInfo` is the value of this task. */
  isReply(message: unknown): message is TaskReply<T> {
    return message instanceof TaskReply && this.ref !== undefined && message.ref === this.ref;
  }
}

/** Starts a job from where it belongs; linked, if it belongs to a process. */
function startJob(where: Where, fn: TaskFunction<unknown>, isLinked: boolean): TaskJob {
  checkFunction('fn', fn, 'a function for the task to run');
  checkWhere(where);
  const { kernel, process } = where[inside];
  return new TaskJob(kernel, { fn, owner: process, parent: isLinked ? process : undefined, isLinked });
}

/** Refuses a message to nobody before anything is started. */
export function checkTaskOptions(owner: Process | undefined, options: TaskOptions): void {
  checkOptions(options);
  const { asMessage = false } = options;
  checkBoolean('asMessage', asMessage);
  if (asMessage && owner === undefined) {
    throw new InvalidOptionError('asMessage', 'left out where the task belongs to no server', asMessage);
  }
}

/** The owner's end of a job. */
export function taskOf<T>(job: TaskJob, { asMessage = false }: TaskOptions): Task<T> {
  if (asMessage && job.owner !== undefined) job.sendResult(job.owner);
  return new Task<T>(TaskHandle.of(job));
}

function limitsOf(
  options: AwaitOptions,
): Required<Pick<AwaitOptions, 'timeoutMs'>> & { readonly signal: AbortSignal | undefined } {
  checkOptions(options);
  const { timeoutMs = TASK_TIMEOUT_MS, signal } = options;
  checkDuration('timeoutMs', timeoutMs);
  checkSignal(signal);
  return { timeoutMs, signal };
}
