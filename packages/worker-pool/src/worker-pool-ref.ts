import type { Pid, ServerRef } from '@rookery/genserver';
import type { DrainOptions, DrainReport } from './drain.js';
import { PoolStoppedError } from './errors.js';
import type { Engine } from './engine.js';
import type { Closures, Face } from './face.js';
import { faceOf, type Submission } from './pool-face.js';
import type { PoolStats } from './stats.js';
import type { TaskPool } from './task-pool.js';
import type { WorkerPoolServer } from './worker-pool-server.js';

/**
 * A supervised pool, by name (or by pid): directly, without messages, whatever pool holds the name now, so it stays good over
 * restarts. While none does, tasks are refused with a PoolStoppedError, and all figures are 0. Throws an InvalidOptionError of
 * @rookery/genserver when another kind of server holds the name.
 */
export class WorkerPoolRef<F extends Face = Closures> {
  /** As of a WorkerPool. */
  readonly executeTask: F['executeTask'];
  /** As of a WorkerPool. Each item goes to the pool that is there when its turn comes. */
  readonly map: F['map'];
  readonly #server: ServerRef<WorkerPoolServer>;
  readonly #engineKind: Engine['kind'] | undefined;

  /** Made by the start of a pool, or by `WorkerPool.ref`. */
  constructor(server: ServerRef<WorkerPoolServer>, engineKind?: Engine['kind']) {
    this.#server = server;
    this.#engineKind = engineKind;
    const pool = (): TaskPool<Face> | undefined => this.#pool();
    const face = faceOf<F>({
      label: String(server),
      get concurrency() {
        return Math.max(1, pool()?.getStats().total ?? 1);
      },
      submit: (submission) => this.#submit(submission),
    });
    this.executeTask = face.executeTask;
    this.map = face.map;
  }

  /** Who stands behind it now; undefined when nobody does. */
  get pid(): Pid | undefined {
    return this.#server.pid;
  }

  /** Whether a pool stands behind it now that takes tasks. */
  get isAlive(): boolean {
    return this.#pool()?.isStopped === false;
  }

  /** What runs its tasks. A ref that a child specification gave knows it at any time, another one while there is a pool; else undefined. */
  get engineKind(): Engine['kind'] | undefined {
    return this.#engineKind ?? this.#pool()?.engineKind;
  }

  /** Of the pool that is there now. */
  getStats(): PoolStats {
    return this.#pool()?.getStats() ?? NO_STATS;
  }

  /** As of a WorkerPool; at once when there is none. */
  async idle(): Promise<void> {
    await this.#pool()?.idle();
  }

  /**
   * As of a WorkerPool. Its process goes on, and refuses tasks: it is for the time before the program ends, when others still run.
   * Without a pool nothing is left to be done.
   */
  async drain(options: DrainOptions = {}): Promise<DrainReport> {
    return (await this.#pool()?.drain(options)) ?? { finished: 0, aborted: [], overdue: 0 };
  }

  toString(): string {
    return this.#server.toString();
  }

  #pool(): TaskPool<Face> | undefined {
    return this.#server.shared;
  }

  #submit(submission: Submission): Promise<unknown> {
    let pool: TaskPool<Face> | undefined;
    try {
      pool = this.#pool();
    } catch (error) {
      return Promise.reject(error);
    }
    return pool?.submit(submission) ?? Promise.reject(new PoolStoppedError(String(this), false));
  }
}

const NO_DURATIONS = { count: 0, meanMs: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 } as const;

const NO_STATS: PoolStats = {
  total: 0,
  available: 0,
  busy: 0,
  queued: 0,
  blocked: 0,
  completed: 0,
  failed: 0,
  timedOut: 0,
  aborted: 0,
  rejected: 0,
  dropped: 0,
  stopped: 0,
  overdue: 0,
  lateResults: 0,
  wait: NO_DURATIONS,
  run: NO_DURATIONS,
  utilisation: 0,
};
