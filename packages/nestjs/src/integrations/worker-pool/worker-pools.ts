import { Inject, Injectable } from '@nestjs/common';
import type { Engine, PoolStats } from '@rookery/worker-pool';
import type { Pool } from './module-options.js';
import { OpenPools } from './open-pools.js';

/** One pool as it is now. Plain data: it can be sent as JSON. */
export interface PoolReport {
  readonly name: string;
  /** `closures` or `threads`. */
  readonly engineKind: Engine['kind'] | undefined;
  readonly stats: PoolStats;
}

/** All pools of the application: inject it where they are shown to people, or counted. */
@Injectable()
export class WorkerPools {
  readonly #open: OpenPools;

  constructor(@Inject(OpenPools) open: OpenPools) {
    this.#open = open;
  }

  /** The pool of that name; undefined if there is none. One of threads is a `Pool<Threads<…>>`: inject it by `@InjectPool`. */
  get(name: string): Pool | undefined {
    return this.#open.all.get(name);
  }

  /** All of them. */
  report(): readonly PoolReport[] {
    return [...this.#open.all].map(([name, pool]) => ({
      name,
      engineKind: pool.engineKind,
      stats: pool.getStats(),
    }));
  }
}
