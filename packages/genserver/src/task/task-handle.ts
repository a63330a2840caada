import type { Shutdown } from '../gen-server/child-defaults.js';
import { ExitReason } from '../process/exit-reason.js';
import { unlink } from '../process/links.js';
import type { Milliseconds } from '../runtime/clock.js';
import { TaskExitedError, TaskOwnerError, TaskTimeoutError, TaskUsedError } from './errors.js';
import type { TaskJob } from './task-job.js';
import { afterShutdown, type TaskResult, type TaskUse, USED_UP } from './task-result.js';
import { TaskWait } from './task-wait.js';

/** How long to await, and what may end the waiting. */
export interface AwaitLimits {
  readonly timeoutMs: Milliseconds;
  readonly signal: AbortSignal | undefined;
}

/** The owner's end of a task: who may ask, what is left to give, and how to wait for it. */
export class TaskHandle {
  readonly #job: TaskJob | undefined;
  readonly #completed: TaskResult<unknown> | undefined;
  #use: TaskUse | undefined;

  private constructor(job: TaskJob | undefined, completed?: TaskResult<unknown>) {
    this.#job = job;
    this.#completed = completed;
    if (job?.ref !== undefined) this.#use = 'message';
  }

  static of(job: TaskJob): TaskHandle {
    return new TaskHandle(job);
  }

  static completed(value: unknown): TaskHandle {
    return new TaskHandle(undefined, { kind: 'ok', value });
  }

  get job(): TaskJob | undefined {
    return this.#job;
  }

  get label(): string {
    return this.#job?.process.label ?? 'a completed task';
  }

  get result(): TaskResult<unknown> | undefined {
    return this.#job === undefined ? this.#completed : this.#job.result;
  }

  /** Throws when the wrong process asks, or when there is nothing left to give. */
  claim(request: string, use: TaskUse | undefined): void {
    this.#checkOwner(request);
    if (this.#use !== undefined) throw new TaskUsedError(this.label, request, this.#use);
    this.#use = use;
  }

  /** The value; a rejection when there is none. To be claimed before. */
  async value({ timeoutMs, signal }: AwaitLimits, onStart?: (wait: TaskWait) => void): Promise<unknown> {
    const onExpire = (wait: TaskWait): void => {
      wait.giveUp(new TaskTimeoutError(this.label, wait.timeoutMs));
      this.giveUp();
    };
    const onAbort = (): void => this.giveUp();
    const plan = { timeoutMs, signal, onExpire, onAbort };
    const result = this.result ?? (this.#job && (await TaskWait.start(this.#job, plan, onStart))) ?? USED_UP;
    if (result.kind === 'ok') return result.value;
    throw new TaskExitedError(this.label, result.reason);
  }

  /** The result, if it comes in time. To be claimed before, with no use. */
  async maybe(timeoutMs: Milliseconds, onStart?: (wait: TaskWait) => void): Promise<TaskResult<unknown> | undefined> {
    const plan = { timeoutMs, onExpire: (wait: TaskWait): void => wait.leave() };
    const result = this.result ?? (this.#job && (await TaskWait.start(this.#job, plan, onStart)));
    if (result !== undefined) this.#use = 'taken';
    return result;
  }

  /** Whoever awaited it goes on without it. With nobody whose exit could end it, that is its end (TASK-007). */
  giveUp(): void {
    const job = this.#job;
    this.#use = 'given_up';
    if (job === undefined || job.result !== undefined) return;
    job.isGivenUp = true;
    if (job.owner === undefined) job.kernel.exitSignals.send(job.process, undefined, ExitReason.shutdown);
  }

  async shutdown(limit: Shutdown): Promise<TaskResult<unknown> | undefined> {
    this.#checkOwner('shut down');
    if (this.#use !== undefined && this.#use !== 'message') return USED_UP;
    this.#use = 'shut_down';
    this.#job?.stopSending();
    const result = this.result ?? (this.#job && (await end(this.#job, limit))) ?? USED_UP;
    return afterShutdown(result, limit);
  }

  ignore(): TaskResult<unknown> | undefined {
    this.#checkOwner('ignore');
    if (this.#use !== undefined && this.#use !== 'message') return undefined;
    this.#use = 'ignored';
    this.#job?.stopSending();
    if (this.#job?.owner !== undefined) unlink(this.#job.owner, this.#job.process);
    return this.result;
  }

  /** Another process may not; what runs in no process has nobody's mailbox to look into, and may (TASK-009). */
  #checkOwner(request: string): void {
    const owner = this.#job?.owner;
    if (owner === undefined) return;
    const current = this.#job?.kernel.activities.getStore()?.process;
    if (current === undefined || current === owner) return;
    throw new TaskOwnerError(this.label, request, owner.label, current.label);
  }
}

/** Tells it to end, waits, kills: without hurting its owner (TASK-018, TASK-021). */
function end(job: TaskJob, limit: Shutdown): Promise<TaskResult<unknown> | undefined> {
  const { owner, process, kernel } = job;
  if (owner !== undefined) unlink(owner, process);
  const timeoutMs = typeof limit === 'number' ? limit : Infinity;
  const ended = TaskWait.start(job, { timeoutMs, isShutdown: true, onExpire: () => process.kill() });
  if (limit !== 'brutal_kill') kernel.exitSignals.send(process, owner, ExitReason.shutdown);
  if (limit === 'brutal_kill' || limit === 0) process.kill(); // no effect on one that the signal has ended
  return ended;
}
