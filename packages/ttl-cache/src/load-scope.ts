import { AsyncLocalStorage } from 'node:async_hooks';
import type { LoadNode } from './load-node.js';

/** Knows in which loader the code that asks is running, or was begun. */
class LoadScope {
  readonly #storage = new AsyncLocalStorage<LoadNode>();
  #running = 0;

  /** The load whose loader runs here; none when that load is over. */
  get current(): LoadNode | undefined {
    const node = this.#storage.getStore();
    return node?.isEnded === false ? node : undefined;
  }

  run<T>(node: LoadNode, work: () => T): T {
    return this.#storage.run(node, work);
  }

  /** A load begins. */
  enter(): void {
    this.#running++;
  }

  /** One has ended. Off while there is none, as on Node 20 it makes every promise of the program slower. */
  leave(): void {
    if (--this.#running === 0) this.#storage.disable();
  }
}

/**
 * One for all caches of the program, though nothing else here is: a loader of one cache may wait for a load of another, and only
 * the async context knows. It holds no load and no cache, and changes nothing but which LoadCycleError is thrown.
 */
export const loadScope = new LoadScope();
