import type { Where } from '../gen-server/inside.js';
import { Self } from '../gen-server/self.js';
import type { ProcessIdentity } from '../process/identity.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';

/**
 * The process of a task, as its function sees it. It can start other tasks (`Task.async(self, …)`), link, trap exits, and
 * stop with a reason. A task has no handlers, so what is for them is not here.
 */
export type TaskSelf = Where &
  Pick<Self, 'pid' | 'name' | 'label' | 'setLabel' | 'ancestors' | 'register' | 'signal' | 'stop' | 'trapExit'> &
  Pick<Self, 'link' | 'unlink' | 'start' | 'startLink' | 'sleep' | 'now'>;

/** What a context shows of a task. */
interface RunningTask {
  readonly kernel: Kernel;
  readonly process: Process;
  readonly callers: readonly ProcessIdentity[];
  readonly signal: AbortSignal;
}

/** What the function of a task is given. */
export class TaskContext {
  readonly #task: RunningTask;
  #self: TaskSelf | undefined;

  /** Made by the runtime. */
  constructor(task: RunningTask) {
    this.#task = task;
  }

  /**
   * Fires when the function should stop: the task has been ended, and what it still returns is ignored; or, while it traps
   * exits, it was asked to end, and what it then returns counts. Does not fire when it has returned.
   */
  get signal(): AbortSignal {
    return this.#task.signal;
  }

  /** The process of the task. */
  get self(): TaskSelf {
    return (this.#self ??= new Self(this.#task.kernel, this.#task.process));
  }

  /**
   * Who asked for this work: the process that started the task; if that is a task itself, then also its callers, and so on
   * (TASK-030). Under a task supervisor that is somebody else than who started the process.
   */
  get callers(): readonly ProcessIdentity[] {
    return this.#task.callers;
  }
}
