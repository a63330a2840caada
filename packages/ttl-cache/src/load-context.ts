import type { Milliseconds } from '@rookery/genserver';
import { checkTags, checkTtl } from './checks.js';
import type { Lookup } from './found.js';

/** What a loader is given besides the key. */
export interface LoadContext<Value> {
  /** Fires when nobody waits for the load any more, when its time is over, or when the cache is closed: pass it on. */
  readonly signal: AbortSignal;
  /** The value that is there now though it is over or old, for a conditional request. */
  readonly stale: Lookup<Value>;
  /** The result is given to those who wait, and not kept. */
  readonly skip: () => void;
  /** The result lives so long, instead of what `fetch` was told. Above 0; Infinity: for ever. */
  readonly setTtl: (ttlMs: Milliseconds) => void;
  /** The result has these tags, instead of what `fetch` was told. */
  readonly setTags: (tags: readonly string[]) => void;
}

/** Gives the value of a key. Runs in the async context of whoever asked first. */
export type Loader<Key, Value> = (key: Key, context: LoadContext<Value>) => Value | PromiseLike<Value>;

/** What a loader has said about its result. */
export class LoadWishes<Value> implements LoadContext<Value> {
  isSkipped = false;
  ttlMs: Milliseconds | undefined;
  tags: readonly string[] | undefined;
  /** Made when somebody looks, as most loaders do not. */
  #controller: AbortController | undefined;
  #abortedBy: { readonly reason: unknown } | undefined;

  constructor(readonly stale: Lookup<Value>) {}

  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#abortedBy !== undefined) this.#controller.abort(this.#abortedBy.reason);
    }
    return this.#controller.signal;
  }

  abort(reason: unknown): void {
    this.#abortedBy = { reason };
    this.#controller?.abort(reason);
  }

  // Arrow functions, as loaders take their context apart.
  readonly skip = (): void => {
    this.isSkipped = true;
  };

  readonly setTtl = (ttlMs: Milliseconds): void => {
    checkTtl('ttlMs', ttlMs);
    this.ttlMs = ttlMs;
  };

  readonly setTags = (tags: readonly string[]): void => {
    checkTags(tags);
    this.tags = [...tags];
  };
}
