import { NoProcessError } from '../errors.js';
import type { ExitReason } from '../process/exit-reason.js';
import type { Behaviour } from '../process/host.js';
import { identityOf, type ProcessIdentity } from '../process/identity.js';
import { breakLinks, link, unlink } from '../process/links.js';
import type { Message } from '../process/message.js';
import { Monitor, type MonitorRef } from '../process/monitors.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import { TaskContext } from './task-context.js';
import { TaskReply, type TaskResult } from './task-result.js';

/** What a task runs: a function, synchronous or not. What it returns is the task's value; what it throws ends the task. */
export type TaskFunction<T> = (context: TaskContext) => T | PromiseLike<T>;

/** Somebody waiting for the result. */
interface Waiter {
  resolve(result: TaskResult<unknown>): unknown;
}

/** Whose task it is, and who is told. */
export interface TaskPlan {
  readonly fn: TaskFunction<unknown>;
  /** Who may wait for it. */
  readonly owner: Process | undefined;
  /** Who supervises it; or its owner, when that is linked with it and nobody supervises it. */
  readonly parent: Process | undefined;
  /** Whether the owner is linked with it. */
  readonly isLinked: boolean;
  /** An owner that traps exits gets no Exit of it, as it hears of its end otherwise. */
  readonly isQuiet?: boolean;
  /** Who asked for it. Default: the owner or else who starts it, and its callers. */
  readonly callers?: readonly ProcessIdentity[];
  /** What it is called. Default: as its function. */
  readonly name?: string;
}

/** What runs in the process of a task, and the place for its one result. */
export class TaskJob implements Behaviour {
  readonly kernel: Kernel;
  readonly process: Process;
  readonly owner: Process | undefined;
  /** From whoever started it up to the first that is no task (TASK-030). */
  readonly callers: readonly ProcessIdentity[];
  /** The value, or how it ended without one. */
  result: TaskResult<unknown> | undefined;
  /** Whoever awaited it has stopped waiting: a value that still comes is late. */
  isGivenUp = false;
  /** The owner's monitor, when the result goes to the owner as a message. */
  ref: MonitorRef | undefined;
  #fn: TaskFunction<unknown> | undefined;
  readonly #isQuiet: boolean;
  #abort: AbortController | undefined;
  #waits: Waiter[] | undefined;

  /** Starts the process. Throws when the owner or the runtime has ended. */
  constructor(kernel: Kernel, plan: TaskPlan) {
    const { fn, owner, parent, isLinked, isQuiet = false, name = fn.name, callers = callersOf(kernel, owner) } = plan;
    if (owner?.status === 'ended') throw new NoProcessError(owner.label, 'start');
    this.kernel = kernel;
    this.owner = owner;
    this.callers = callers;
    this.#fn = fn;
    this.#isQuiet = isQuiet;
    const kind = { name: name === '' ? 'Task' : `Task(${name})` };
    this.process = kernel.spawn({ kind, name: undefined, behaviour: this, parent, mailbox: undefined });
    if (isLinked && owner !== undefined && owner !== parent) link(owner, this.process);
    if (this.process.exitReason !== undefined) this.#endedAtOnce(this.process.exitReason);
    // Not a `start`, which somebody would wait for; and what a process asks of itself is no dead letter when it ends before.
    const { process } = this;
    process.deliver(new kernel.context.Message('continue', name === '' ? 'task' : name, undefined, 0, process));
  }

  /** Fires when the function should stop; not when it has returned. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.result?.kind === 'exit') this.#abort.abort();
    return this.#abort.signal;
  }

  /** The value goes to the owner as a message, and then the news of the end (TASK-002, PROC-022). */
  sendResult(owner: Process): void {
    this.ref = this.kernel.newMonitorRef();
    new Monitor(this.ref, owner, this.process).start();
  }

  /** No message will come. One that is in the mailbox already stays there. */
  stopSending(): void {
    if (this.ref !== undefined) this.owner?.monitors?.get(this.ref)?.remove();
    this.ref = undefined;
  }

  /** Resolves the wait with the result as soon as that is there. */
  addWait(wait: Waiter): void {
    if (this.result === undefined) (this.#waits ??= []).push(wait);
    else wait.resolve(this.result);
  }

  /** It has given up. */
  removeWait(wait: Waiter): void {
    const at = this.#waits?.indexOf(wait) ?? -1;
    if (at !== -1) this.#waits?.splice(at, 1);
  }

  handle(): unknown {
    const fn = this.#fn;
    this.#fn = undefined;
    return fn?.(new TaskContext(this));
  }

  complete(message: Message, value: unknown): void {
    const { process, ref } = this;
    if (ref !== undefined) {
      // In the context of who started it, like all that comes of it.
      message.runInAsyncScope(() => this.#tell(new TaskReply(ref, value)));
    }
    this.#settle({ kind: 'ok', value });
    if (process.status === 'running') process.end({ kind: 'normal' }, true); // else it has stopped itself, with a reason
  }

  terminate(): void {}

  /**
   * It will not look into its mailbox before it is done, so one that traps exits hears of it by its signal (TASK-019). The
   * end of one that it is linked with asks for nothing, unless that is its parent.
   */
  askToEnd(reason: ExitReason, from?: Process): void {
    const { process } = this;
    if (!process.trapExit) process.end(reason, true);
    else if (reason.kind === 'normal' && from !== undefined) return;
    else if (from?.status !== 'ended' || from === process.parent || from === this.owner) {
      (this.#abort ??= new AbortController()).abort();
    }
  }

  ended(): void {
    this.#fn = undefined;
    if ((this.process as Process | undefined) === undefined) return; // see #endedAtOnce
    if (this.#isQuiet && this.owner?.trapExit === true) unlink(this.owner, this.process);
    if (this.result !== undefined) return;
    this.#settle({ kind: 'exit', reason: this.process.exitReason ?? { kind: 'noproc' } });
    this.#abort?.abort();
  }

  /** By a listener, as soon as it heard of the new process: before that was known here. */
  #endedAtOnce(reason: ExitReason): void {
    this.ended();
    breakLinks(this.process, reason);
  }

  #settle(result: TaskResult<unknown>): void {
    this.result = result;
    const waits = this.#waits;
    this.#waits = undefined;
    for (const wait of waits ?? []) wait.resolve(result);
    if (this.isGivenUp && result.kind === 'ok') this.#dropLate(result.value);
  }

  #tell(reply: TaskReply): void {
    this.owner?.deliver(new this.kernel.context.Message('info', 'task', reply, 0, this.owner));
  }

  #dropLate(value: unknown): void {
    this.kernel.drop('late_reply', this.process.label, 'await', value);
  }
}

/** Who starts a task: its owner, or whose handler is running; and the callers of that, if it is a task itself. */
export function callersOf(kernel: Kernel, owner?: Process): readonly ProcessIdentity[] {
  const starter = owner ?? kernel.activities.getStore()?.process;
  if (starter === undefined) return [];
  const earlier = starter.behaviour instanceof TaskJob ? starter.behaviour.callers : [];
  return [identityOf(starter), ...earlier];
}
