import { CallCycleError } from '../errors.js';
import { limit } from '../gen-server/call.js';
import { findCallCycle } from '../gen-server/call-cycle.js';
import type { CallMessage } from '../process/call-message.js';
import type { Due, DueList } from '../process/deadlines.js';
import type { Milliseconds } from '../runtime/clock.js';
import { TaskAbortedError } from './errors.js';
import type { TaskJob } from './task-job.js';
import type { TaskResult } from './task-result.js';

/** How long to wait for a task, and what then. */
export interface TaskWaitPlan {
  readonly timeoutMs: Milliseconds;
  /** The task is being ended: neither an outer deadline nor a task that waits for us is a reason not to wait for that. */
  readonly isShutdown?: boolean;
  readonly signal?: AbortSignal | undefined;
  /** Time is up: settles the wait. An outer deadline may come first. */
  readonly onExpire: (wait: TaskWait) => void;
  /** Whoever waits has given up by its AbortSignal. */
  readonly onAbort?: () => void;
}

/** Somebody waiting for a task. Its time limit costs as little as a call's, and the deadline of an outer call cuts it short. */
export class TaskWait implements Due {
  timeoutMs: Milliseconds = Infinity;
  dueAt: Milliseconds = Infinity;
  dueList: DueList | undefined = undefined;
  nextDue: Due | undefined = undefined;
  previousDue: Due | undefined = undefined;
  isPending = true;
  readonly #job: TaskJob;
  readonly #onExpire: (wait: TaskWait) => void;
  readonly #resolve: (result: TaskResult<unknown> | undefined) => void;
  readonly #reject: (error: unknown) => void;
  /** Lets go of the AbortSignal. */
  #release: (() => void) | undefined = undefined;
  /** Shows that the server which runs here waits. */
  #notice: CallMessage | undefined = undefined;

  private constructor(
    job: TaskJob,
    onExpire: (wait: TaskWait) => void,
    resolve: (result: TaskResult<unknown> | undefined) => void,
    reject: (error: unknown) => void,
  ) {
    this.#job = job;
    this.#onExpire = onExpire;
    this.#resolve = resolve;
    this.#reject = reject;
  }

  /** Resolves with the result of the task, or as the plan says. `onStart` gets the wait, to end it. */
  static start(
    job: TaskJob,
    plan: TaskWaitPlan,
    onStart?: (wait: TaskWait) => void,
  ): Promise<TaskResult<unknown> | undefined> {
    return new Promise((resolve, reject) => {
      const wait = new TaskWait(job, plan.onExpire, resolve, reject);
      onStart?.(wait);
      job.addWait(wait);
      if (wait.isPending) wait.#limitBy(plan);
      if (wait.isPending) wait.#noteCaller(plan.isShutdown === true);
    });
  }

  expire(): void {
    this.#onExpire(this);
  }

  resolve(result: TaskResult<unknown> | undefined): void {
    if (this.#settle()) this.#resolve(result);
  }

  /** Nobody waits any more, and there is no result. */
  leave(): void {
    this.#job.removeWait(this);
    this.resolve(undefined);
  }

  /** Nobody waits any more: what waited is told why. */
  giveUp(error: unknown): void {
    this.#job.removeWait(this);
    if (this.#settle()) this.#reject(error);
  }

  #settle(): boolean {
    if (!this.isPending) return false;
    this.isPending = false;
    this.dueList?.remove(this);
    this.#release?.();
    this.#notice?.resolve(undefined);
    return true;
  }

  #limitBy({ timeoutMs, isShutdown, signal, onAbort }: TaskWaitPlan): void {
    const { kernel } = this.#job;
    limit(kernel, this, timeoutMs, isShutdown === true ? undefined : kernel.activities.getStore());
    if (signal !== undefined) this.#abortOn(signal, onAbort);
  }

  /** The process that runs here waits for the task, as with a call: a task that then calls it hears of the cycle. */
  #noteCaller(isShutdown: boolean): void {
    const { kernel, process } = this.#job;
    const caller = kernel.currentProcess;
    if (caller === undefined) return;
    const cycle = isShutdown ? undefined : findCallCycle(caller, process);
    if (cycle !== undefined) return this.giveUp(new CallCycleError(cycle, 'await'));
    this.#notice = new kernel.context.CallMessage('call', 'await', undefined, 0, ignored, ignored);
    this.#notice.receiver = process;
    this.#notice.origin = caller.activity;
    (caller.waitsFor ??= new Set()).add(this.#notice);
  }

  #abortOn(signal: AbortSignal, onAbort: (() => void) | undefined): void {
    const { kernel, process } = this.#job;
    const aborted = (reason: unknown): void => {
      this.giveUp(new TaskAbortedError(process.label, reason));
      onAbort?.();
    };
    if (signal.aborted) return aborted(signal.reason);
    const listener = { aborted };
    kernel.abortListeners.add(signal, listener);
    this.#release = () => kernel.abortListeners.remove(signal, listener);
  }
}

function ignored(): void {}
