import { AsyncLocalStorage } from 'node:async_hooks';
import type { Activities, Activity } from './activity.js';
import type { Message } from './message.js';
import { isThenable } from './thenable.js';

/**
 * For a runtime without its senders' async contexts. Before Node 24, an AsyncLocalStorage that is in use costs every promise of
 * the program something; so a handler runs in it only if it may wait for something, and otherwise a variable, which is never
 * held across an await, tells whose code is running.
 */
export class SparingActivities implements Activities {
  readonly #storage = new AsyncLocalStorage<Activity>();
  #running: Activity | undefined;

  getStore(): Activity | undefined {
    return this.#running ?? this.#storage.getStore();
  }

  run(activity: Activity, handler: (message: Message) => unknown, message: Message): unknown {
    const { behaviour } = activity.process;
    if (behaviour.mayWait?.(message) !== false) return this.#storage.run(activity, handler, message);
    const outer = this.#running;
    this.#running = activity;
    try {
      const result = handler(message);
      if (isThenable(result)) behaviour.noteWait?.();
      return result;
    } finally {
      this.#running = outer;
    }
  }

  disable(): void {
    this.#storage.disable();
  }
}
