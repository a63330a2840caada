import { checkFunction, checkOptions } from '../checks.js';
import type { ChildDefaults, Shutdown } from '../gen-server/child-defaults.js';
import { GenServer } from '../gen-server/gen-server.js';
import type { ProcessIdentity } from '../process/identity.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import { checkFields, type ChildId, type ChildSpec } from '../supervisor/child-spec.js';
import { callersOf, type TaskFunction, TaskJob } from './task-job.js';
import { TaskRef } from './task-ref.js';

/** A task as a child. */
export interface TaskChildOptions extends Omit<ChildDefaults, 'mailbox'> {
  /** Default `'Task'`: give it where a supervisor has several. */
  readonly id?: ChildId;
}

/** Starts the process of a task. */
type Launch = (kernel: Kernel, parent: Process | undefined) => Process;

/** A specification that knows how to start its task. */
interface TaskSpec extends ChildSpec<TaskRef> {
  readonly start: { readonly launch: Launch; readonly create: () => never };
}

/** Stands in specifications for what runs there: a task is no GenServer, and no instance of this is ever made. */
class TaskServer extends GenServer {}

const TASK_SHUTDOWN_MS: Shutdown = 5000;

/** What a task under a task supervisor is to it, when nothing else is said. One for all, as there may be many. */
const TEMPORARY_TASK: ChildSpec<TaskRef> = {
  id: 'Task',
  type: 'worker',
  restart: 'temporary',
  shutdownMs: TASK_SHUTDOWN_MS,
  serverClass: TaskServer,
  start: {},
  toRef: (_, target) => new TaskRef(target as Process), // it has no name
};

/** A specification for a task that is started in another way, and never again. */
export function temporaryTask(shutdownMs: Shutdown | undefined): ChildSpec<TaskRef> {
  return shutdownMs === undefined ? TEMPORARY_TASK : checkFields({ ...TEMPORARY_TASK, shutdownMs });
}

/**
 * A task as a child of any supervisor: the next child is started without waiting for it (TASK-027). Not restarted unless
 * `restart` says so, `transient` until it ends cleanly, `permanent` for ever; each time `fn` runs anew (TSUP-009).
 */
export function task(fn: TaskFunction<unknown>, options: TaskChildOptions = {}): ChildSpec<TaskRef> {
  return specFor(fn, options);
}

/** The same, for one that was asked for by whoever runs now: so it stays, however often it is started again. */
export function taskOfCaller(kernel: Kernel, fn: TaskFunction<unknown>, options: TaskChildOptions): TaskSpec {
  return specFor(fn, options, callersOf(kernel));
}

function specFor(fn: TaskFunction<unknown>, options: TaskChildOptions, callers?: readonly ProcessIdentity[]): TaskSpec {
  checkFunction('fn', fn, 'a function for the task to run');
  checkOptions(options);
  const { id = TEMPORARY_TASK.id, restart = 'temporary', shutdownMs = TASK_SHUTDOWN_MS, ...rest } = options;
  const plan = { fn, owner: undefined, isLinked: false, ...(callers && { callers }) };
  const launch: Launch = (kernel, parent) => new TaskJob(kernel, { ...plan, parent }).process;
  const spec = { ...TEMPORARY_TASK, ...rest, id, restart, shutdownMs, start: { launch, create: neverMade } };
  checkFields(spec);
  return spec;
}

/** A framework that makes instances must not look for one of these. */
function neverMade(): never {
  throw new TypeError('A task has no instance.');
}
