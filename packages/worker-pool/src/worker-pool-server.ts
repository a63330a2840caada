import { Exit, type ExitReason, GenServer, isAbnormal, shared, taskSupervisor } from '@rookery/genserver';
import type { Face } from './face.js';
import type { WorkerPoolOptions } from './options.js';
import { PoolWatch, type Watch } from './pool-watch.js';
import { TaskPool } from './task-pool.js';

/** How the process of a pool is started. */
export interface ServerOptions {
  readonly pool: WorkerPoolOptions;
  /** How long it waits for its tasks when it is told to stop. */
  readonly drainMs: number;
  /** Whether closures have processes of their own. */
  readonly areTasksSupervised: boolean;
}

/**
 * The process that owns a pool: with a watch, and a task supervisor for closures, linked with it. What the pool is asked goes to it
 * directly, see WorkerPoolRef; no task waits for a mailbox.
 */
export class WorkerPoolServer extends GenServer {
  declare readonly [shared]: TaskPool<Face>;
  #drainMs = 0;
  #own: readonly { readonly pid: number | undefined }[] = [];

  override async init({ pool: options, drainMs, areTasksSupervised }: ServerOptions): Promise<void> {
    const { self } = this;
    self.trapExit(true);
    this.#drainMs = drainMs;
    const watchRef = await self.startLink(PoolWatch);
    const watch = watchRef.shared as Watch; // as it was started a line above
    const tasks = areTasksSupervised ? await self.startLink(taskSupervisor()) : undefined;
    this.#own = [{ pid: watchRef.pid }, ...(tasks === undefined ? [] : [{ pid: tasks.pid }])];
    const pool = new TaskPool<Face>(
      { label: self.name, ...options, clock: watch.clock },
      {
        ...(tasks !== undefined && { spawn: (task, onKilled) => watch.start(tasks, task, onKilled) }),
        onFailed: (error) => self.stop({ kind: 'error', error }),
      },
    );
    self.signal.addEventListener('abort', () => pool.abandon(), { once: true });
    Object.defineProperty(this, shared, { value: pool });
    await pool.ready();
  }

  /** Without its helpers it cannot go on; and it takes part in what it is linked with, as if it did not trap exits. */
  override handleInfo(message: unknown): void {
    if (!(message instanceof Exit)) return;
    const isOwn = this.#own.some(({ pid }) => pid === message.from);
    if (isOwn || isAbnormal(message.reason)) this.self.stop(message.reason);
  }

  override async terminate(reason: ExitReason): Promise<void> {
    await this[shared].drain({ timeoutMs: isAbnormal(reason) ? 0 : this.#drainMs });
  }
}
