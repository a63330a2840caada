import { checkFunction, checkOptions } from '../checks.js';
import { InvalidOptionError, NoProcessError } from '../errors.js';
import type { Shutdown } from '../gen-server/child-defaults.js';
import { ServerBehaviour } from '../gen-server/dispatch.js';
import { checkWhere, inside, type Where } from '../gen-server/inside.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { locate, named, type ProcessRef } from '../runtime/address.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Name } from '../runtime/names.js';
import type { ChildSpec } from '../supervisor/child-spec.js';
import type { ChildCounts } from '../supervisor/child-view.js';
import { adopt } from '../supervisor/dynamic-supervisor.js';
import { DynamicSupervisorRef } from '../supervisor/supervisor-ref.js';
import { streamOf } from './async-stream.js';
import type { AsyncStreamOptions, Inputs } from './stream-options.js';
import type { StreamFunction, StreamResult } from './stream-plan.js';
import { checkTaskOptions, type Task, taskOf, type TaskOptions } from './task.js';
import { type TaskFunction, TaskJob, type TaskPlan } from './task-job.js';
import { TaskRef } from './task-ref.js';
import { type TaskChildOptions, taskOfCaller, temporaryTask } from './task-spec.js';
import { TaskSupervisor } from './task-supervisor.js';

/** What a task is to its supervisor. */
interface Supervised {
  /** How it is stopped when its supervisor stops. Default 5000 ms (TSUP-010). */
  readonly shutdownMs?: Shutdown;
}

/** A task under a supervisor. */
export interface SupervisedTaskOptions extends TaskOptions, Supervised {}

/** A stream whose tasks are under a supervisor. */
export interface SupervisedStreamOptions extends AsyncStreamOptions, Supervised {}

/**
 * How to start tasks under a supervisor: they end with it, may be limited in number, and are seen in the tree. They are
 * started at once, without a message to the supervisor. All that starts tasks throws a ChildError (`max_children`) when
 * there are too many, and a NoProcessError when the supervisor does not run, or is just being restarted.
 */
export class TaskSupervisorRef implements ProcessRef {
  readonly #kernel: Kernel;
  readonly #supervisor: DynamicSupervisorRef;

  /** Made by the runtime. */
  constructor(kernel: Kernel, target: Process | Name | Pid) {
    this.#kernel = kernel;
    this.#supervisor = new DynamicSupervisorRef(kernel, target);
  }

  /** Who stands behind it now. */
  get pid(): Pid | undefined {
    return this.#supervisor.pid;
  }

  get isAlive(): boolean {
    return this.#supervisor.isAlive;
  }

  /** As `Task.async`, and a child of this supervisor. Stopping the supervisor ends a linked owner, too (TSUP-002, TSUP-003, TSUP-011). */
  async<T>(where: Where, fn: TaskFunction<T>, options: SupervisedTaskOptions = {}): Task<T> {
    return this.#startTask(where, fn, options, true);
  }

  /** The same, but not linked with its owner: neither ends with the other (TSUP-004 to TSUP-006). */
  asyncNolink<T>(where: Where, fn: TaskFunction<T>, options: SupervisedTaskOptions = {}): Task<T> {
    return this.#startTask(where, fn, options, false);
  }

  /** Fire and forget. Not restarted unless `restart` says so; then `fn` runs anew (TSUP-008, TSUP-009). */
  startChild(fn: TaskFunction<unknown>, options: Omit<TaskChildOptions, 'id'> = {}): TaskRef {
    const spec = taskOfCaller(this.#kernel, fn, options);
    const { launch } = spec.start;
    return new TaskRef(this.#adopt(spec, (supervisor) => launch(this.#kernel, supervisor)));
  }

  /** As `asyncStream`, its tasks being children of this supervisor (TSUP-015). */
  asyncStream<In, Out>(
    where: Where,
    inputs: Inputs<In>,
    fn: StreamFunction<In, Out>,
    options: SupervisedStreamOptions = {},
  ): AsyncIterable<StreamResult<In, Out>> {
    checkWhere(where);
    return this.#stream(where, inputs, fn, options, where[inside].process !== undefined);
  }

  /** The same, with tasks that are not linked with who runs the loop: each failure is an `exit` result (TSUP-016 to TSUP-018). */
  asyncStreamNolink<In, Out>(
    where: Where,
    inputs: Inputs<In>,
    fn: StreamFunction<In, Out>,
    options: SupervisedStreamOptions = {},
  ): AsyncIterable<StreamResult<In, Out>> {
    return this.#stream(where, inputs, fn, options, false);
  }

  /** The tasks that run; without those that are just being restarted (TSUP-013). */
  async children(): Promise<readonly Pid[]> {
    const views = await this.#supervisor.whichChildren();
    return views.flatMap(({ pid }) => (pid === undefined ? [] : [pid]));
  }

  /** How many it has. */
  async countChildren(): Promise<ChildCounts> {
    return this.#supervisor.countChildren();
  }

  /** Stops a task. Rejects with a ChildError (`not_found`) if it is none of its own (TSUP-013). */
  async terminateChild(target: Pid | ProcessRef): Promise<void> {
    return this.#supervisor.terminateChild(target);
  }

  toString(): string {
    return this.#supervisor.toString();
  }

  get [named](): Name | undefined {
    return this.#supervisor[named];
  }

  [locate](): Process | undefined {
    return this.#supervisor[locate]();
  }

  #startTask<T>(where: Where, fn: TaskFunction<T>, options: SupervisedTaskOptions, isLinked: boolean): Task<T> {
    checkFunction('fn', fn, 'a function for the task to run');
    checkWhere(where);
    const owner = where[inside].process;
    checkTaskOptions(owner, options);
    return taskOf<T>(this.#startJob({ fn, owner, isLinked }, temporaryTask(options.shutdownMs)), options);
  }

  #stream<In, Out>(
    where: Where,
    inputs: Inputs<In>,
    fn: StreamFunction<In, Out>,
    options: SupervisedStreamOptions,
    isLinked: boolean,
  ): AsyncIterable<StreamResult<In, Out>> {
    checkOptions(options);
    const { shutdownMs, ...limits } = options;
    const spec = temporaryTask(shutdownMs);
    return streamOf(where, inputs, fn, limits, { isLinked, start: (plan) => this.#startJob(plan, spec) });
  }

  #startJob(plan: Omit<TaskPlan, 'parent'>, spec: ChildSpec): TaskJob {
    const launch = (parent: Process): Process => new TaskJob(this.#kernel, { ...plan, parent }).process;
    return this.#adopt(spec, launch).behaviour as TaskJob; // as it was made a line above
  }

  #adopt(spec: ChildSpec, launch: (supervisor: Process) => Process): Process {
    const process = this[locate]();
    const instance = process?.behaviour instanceof ServerBehaviour ? process.behaviour.instance : undefined;
    // One that is stopping its children would not stop this one.
    if (process?.status !== 'running' || instance === undefined) throw new NoProcessError(String(this), 'start a task');
    if (instance instanceof TaskSupervisor) return instance[adopt](spec, launch);
    throw new InvalidOptionError('supervisor', 'the name of a task supervisor', process.label);
  }
}
