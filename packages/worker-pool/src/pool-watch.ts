import { AsyncResource } from 'node:async_hooks';
import {
  type Clock,
  type ClockTimer,
  GenServer,
  type Milliseconds,
  type Self,
  shared,
  type Task,
  type TaskSupervisorRef,
} from '@rookery/genserver';

/** A timer has fired. */
class Tick {
  /** It may be in the mailbox already. */
  isCancelled = false;

  constructor(readonly run: () => void) {}
}

/** What a watch does for the pool it belongs to. */
export interface Watch {
  readonly clock: Clock;
  /** Starts a task that belongs to the watch, in the async context of who calls this. `onKilled` hears if it ends before it is done. */
  start(tasks: TaskSupervisorRef, task: () => unknown, onKilled: (error: unknown) => void): void;
}

/**
 * The timers of a supervised pool, and who waits for its tasks: a process of its own, linked with the pool's, as that does not look
 * into its mailbox while it drains. All it does ends with it.
 */
export class PoolWatch extends GenServer {
  declare readonly [shared]: Watch;

  override init(): void {
    const { self } = this;
    self.trapExit(true); // a pool that stops for no bad reason takes it along
    // A task is waited for by its owner alone; whoever gives a task to a pool may be another process.
    const own = new AsyncResource('WorkerPoolWatch');
    const watch: Watch = {
      clock: clockOf(self),
      start: (tasks, task, onKilled) => {
        const started = tasks.asyncNolink(self, task);
        own.runInAsyncScope(waitFor, undefined, started).catch(onKilled);
      },
    };
    Object.defineProperty(this, shared, { value: watch });
  }

  override handleInfo(message: unknown): void {
    if (message instanceof Tick && !message.isCancelled) message.run();
  }
}

function waitFor(task: Task<unknown>): Promise<unknown> {
  return task.await({ timeoutMs: Infinity });
}

function clockOf(self: Self): Clock {
  return {
    now: () => self.now(),
    setTimer: (delayMs, callback) => new ProcessTimer(self, delayMs, callback),
  };
}

/** The timers of a process can be unref-ed, not ref-ed again: then another one takes over. */
class ProcessTimer implements ClockTimer {
  readonly #self: Self;
  readonly #tick: Tick;
  #timer: ReturnType<Self['sendAfter']>;
  #isUnreffed = false;

  constructor(self: Self, delayMs: Milliseconds, callback: () => void) {
    this.#self = self;
    this.#tick = new Tick(callback);
    this.#timer = self.sendAfter(delayMs, this.#tick);
  }

  cancel(): void {
    this.#tick.isCancelled = true;
    this.#timer.cancel();
  }

  unref(): void {
    this.#isUnreffed = true;
    this.#timer.unref();
  }

  ref(): void {
    if (!this.#isUnreffed) return;
    this.#isUnreffed = false;
    const leftMs = this.#timer.cancel();
    if (leftMs !== false) this.#timer = this.#self.sendAfter(leftMs, this.#tick);
  }
}
