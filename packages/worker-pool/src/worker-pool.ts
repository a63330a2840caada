import type { ChildSpec, Name, Pid, Runtime } from '@rookery/genserver';
import { childSpec, type WorkerPoolChildOptions } from './child-spec.js';
import type { Closures, Face } from './face.js';
import type { WorkerPoolOptions } from './options.js';
import { TaskPool } from './task-pool.js';
import { WorkerPoolRef } from './worker-pool-ref.js';
import { WorkerPoolServer } from './worker-pool-server.js';

/**
 * Runs tasks, so many at a time, and answers each caller once: with closures in this thread, or a module in threads. As it stands it
 * needs no runtime; when no task waits or runs it does not keep Node running.
 */
export class WorkerPool<F extends Face = Closures> extends TaskPool<F> {
  /** Throws a PoolOptionError for options that make no sense. Default: closures, 5 at a time, 10 s for each. */
  constructor(options: WorkerPoolOptions<F> = {}) {
    super(options);
  }

  /**
   * The same as a child of a supervisor, for `runtime.start` too. Its process has the timers and the life of the pool; closures run as
   * tasks under a task supervisor that is linked with it. Tasks go to the pool directly. When it is told to stop it drains; when it
   * crashes or is killed all that wait or run are told. Throws a PoolOptionError for options that make no sense.
   */
  static childSpec<F extends Face = Closures>(options: WorkerPoolChildOptions<F> = {}): ChildSpec<WorkerPoolRef<F>> {
    return childSpec<F>(options);
  }

  /** A supervised pool by name, which nobody needs to hold yet, or by pid. */
  static ref<F extends Face = Closures>(runtime: Pick<Runtime, 'ref'>, target: Name | Pid): WorkerPoolRef<F> {
    return new WorkerPoolRef<F>(runtime.ref(WorkerPoolServer, target));
  }
}
