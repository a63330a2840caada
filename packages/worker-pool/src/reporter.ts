import { channel } from 'node:diagnostics_channel';
import { isPromise } from 'node:util/types';
import type { PoolEvent, PoolListener } from './events.js';

/** On which `node:diagnostics_channel` the events of all pools of the process are published. */
const EVENT_CHANNEL = 'rookery:worker-pool';

/** Tells whoever listens. */
export class Reporter {
  readonly #listener: PoolListener | undefined;
  readonly #channel = channel(EVENT_CHANNEL);

  constructor(
    readonly label: string,
    listener: PoolListener | undefined,
  ) {
    this.#listener = listener;
  }

  /** Whether anybody does. */
  get isHeard(): boolean {
    return this.#listener !== undefined || this.#channel.hasSubscribers;
  }

  report(event: PoolEvent): void {
    if (this.#channel.hasSubscribers) this.#channel.publish(event);
    if (this.#listener === undefined) return;
    try {
      const result: unknown = this.#listener(event);
      if (isPromise(result)) result.catch((error: unknown) => this.#warn(event, error)); // an async function is a listener, too
    } catch (error) {
      this.#warn(event, error);
    }
  }

  #warn(event: PoolEvent, error: unknown): void {
    const text = error instanceof Error ? `${error.name}: ${error.message}` : 'it threw what is no Error';
    process.emitWarning(`The listener of ${this.label} failed for the event '${event.kind}': ${text}`, {
      type: 'WorkerPoolWarning',
      code: 'WORKER_POOL_LISTENER',
      ...(error instanceof Error && error.stack !== undefined && { detail: error.stack }),
    });
  }
}
