import { Inject, Injectable, Logger, type OnApplicationShutdown, Optional } from '@nestjs/common';
import { WorkerPool, type WorkerPoolRef } from '@rookery/worker-pool';
import { BeforeStop } from '../../tree/before-stop.js';
import { inSetup, PoolSetupError } from './errors.js';
import type { Pool, PoolOptions } from './module-options.js';

interface OwnPool {
  readonly name: string;
  readonly pool: WorkerPool;
  readonly drainMs: number;
}

/** Where there is no deadline. */
const DRAIN_MS = 5_000;

/** The pools of the application, by name: it makes them, and ends them. */
@Injectable()
export class OpenPools implements OnApplicationShutdown {
  readonly all = new Map<string, Pool>();
  readonly #own: OwnPool[] = [];
  readonly #logger = new Logger('WorkerPoolModule');
  readonly #beforeStop: BeforeStop | undefined;

  constructor(@Optional() @Inject(BeforeStop) beforeStop?: BeforeStop) {
    this.#beforeStop = beforeStop;
    beforeStop?.add((withinMs) => this.#drain(withinMs));
  }

  /** Ready, when it resolves. Rejects with a PoolSetupError when it cannot be: its module is missing, say. */
  async make(where: string, name: string, { drainMs = Infinity, ...options }: PoolOptions): Promise<WorkerPool> {
    this.#checkFree(where, name);
    const pool = inSetup(where, () => new WorkerPool({ label: name, ...options })) as WorkerPool;
    this.all.set(name, pool);
    this.#own.push({ name, pool, drainMs });
    try {
      await pool.ready();
    } catch (error) {
      throw new PoolSetupError(where, `it cannot start. ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
    return pool;
  }

  /** One that its supervisor starts and stops. */
  add(where: string, name: string, pool: WorkerPoolRef): WorkerPoolRef {
    this.#checkFree(where, name);
    this.all.set(name, pool);
    return pool;
  }

  /**
   * Not earlier: until the last answer is given requests may need the pools. The tree waits for this, as tasks may need the tree.
   */
  async onApplicationShutdown(): Promise<void> {
    await (this.#beforeStop === undefined ? this.#drain(DRAIN_MS) : this.#beforeStop.run());
  }

  /** They refuse tasks at once, and end those they have; all at the same time. */
  async #drain(withinMs: number): Promise<void> {
    await Promise.all(this.#own.splice(0).map((own) => this.#end(own, withinMs)));
  }

  async #end({ name, pool, drainMs }: OwnPool, withinMs: number): Promise<void> {
    const { finished, aborted, overdue } = await pool.drain({ timeoutMs: Math.min(drainMs, withinMs) });
    if (aborted.length + overdue === 0) return;
    const runOn = overdue === 0 ? '' : `, ${overdue} running on, as nothing stops a function`;
    this.#logger.warn(`Pool "${name}" closed: ${finished} tasks finished, ${aborted.length} aborted${runOn}`);
  }

  /** Two under one name would each keep to their limit, and together to none. */
  #checkFree(where: string, name: string): void {
    if (!this.all.has(name)) return;
    throw new PoolSetupError(
      where,
      `there is another pool "${name}" in the application, and each would keep to its own limit only: make it once, in forRoot or in ` +
        'a forFeature that both modules import, or rename one of them.',
    );
  }
}
