import {
  child,
  type ChildDefaults,
  type ChildId,
  type ChildSpec,
  type Milliseconds,
  type Name,
} from '@rookery/genserver';
import { checkDuration, checkOneOf } from './checks.js';
import { closures } from './closures.js';
import type { Closures, Face } from './face.js';
import { completeOptions, type WorkerPoolOptions } from './options.js';
import { WorkerPoolRef } from './worker-pool-ref.js';
import { WorkerPoolServer } from './worker-pool-server.js';

/** A pool as a child. Its clock is the runtime's. */
export interface WorkerPoolChildOptions<F extends Face = Face>
  extends
    Omit<WorkerPoolOptions<F>, 'clock'>,
    Pick<ChildDefaults, 'restart' | 'shutdownMs' | 'significant' | 'backoff'> {
  /** By which refs find it, over restarts. */
  readonly name?: Name;
  /** Default: the name, or the class of the server. */
  readonly id?: ChildId;
  /** How long it waits for its tasks when it is told to stop; then it aborts them. Default: four fifths of `shutdownMs`. */
  readonly drainMs?: Milliseconds;
  /**
   * `supervised`: each closure is a task under the pool's task supervisor, seen in the tree, and can be ended there. `direct`: it is
   * just called, which costs a fraction. Means nothing with threads. Default `supervised`.
   */
  readonly tasks?: 'supervised' | 'direct';
}

/** OTP's time for a worker to stop. */
const SHUTDOWN_MS = 5000;
/** What is left is for telling those that were aborted. */
const DRAIN_PART = 0.8;

/** How to start a pool, for a supervisor or `runtime.start`: `permanent`, unless said otherwise. A restart starts empty. */
export function childSpec<F extends Face = Closures>(
  options: WorkerPoolChildOptions<F> = {},
): ChildSpec<WorkerPoolRef<F>> {
  const { name, id, restart, shutdownMs, significant, backoff, drainMs, tasks = 'supervised', ...pool } = options;
  const { engine } = completeOptions(pool, closures()); // so that what makes no sense is refused here, not at the start
  if (drainMs !== undefined) checkDuration('drainMs', drainMs);
  checkOneOf('tasks', tasks, ['supervised', 'direct']);
  const server = {
    pool,
    drainMs: drainMs ?? drainTime(shutdownMs),
    areTasksSupervised: engine.kind === 'closures' && tasks === 'supervised',
  };
  const spec = child(WorkerPoolServer, {
    args: [server],
    ...defined({ name, id, restart, shutdownMs, significant, backoff }),
  });
  return { ...spec, toRef: (kernel, target) => new WorkerPoolRef<F>(spec.toRef(kernel, target), engine.kind) };
}

function drainTime(shutdownMs: ChildDefaults['shutdownMs'] = SHUTDOWN_MS): Milliseconds {
  if (shutdownMs === 'infinity') return Infinity;
  return shutdownMs === 'brutal_kill' ? 0 : shutdownMs * DRAIN_PART;
}

type Defined<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

/** Without what is undefined. */
function defined<T extends object>(options: T): Defined<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Defined<T>;
}
