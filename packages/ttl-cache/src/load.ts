import type { AbortListeners, Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import { FetchAbortedError, LoadTimeoutError } from './errors.js';
import { formatKey } from './key.js';
import { type Loader, LoadWishes } from './load-context.js';
import type { LoadNode } from './load-node.js';
import { loadScope } from './load-scope.js';
import type { Lookup } from './found.js';
import type { FetchOptions } from './options.js';
import { Waiter } from './waiter.js';

/** How a load ended, or what those who wait for it are given. */
export type Outcome<Value> =
  | { readonly kind: 'loaded'; readonly value: Value }
  | { readonly kind: 'failed'; readonly error: unknown }
  /** Nobody wants it any more, or the cache is closed: says nothing about the key. */
  | { readonly kind: 'given_up'; readonly error: unknown };

/** What a load is made of. */
export interface LoadPlan<Key, Value> {
  readonly key: Key;
  readonly options: Pick<FetchOptions, 'ttlMs' | 'staleForMs' | 'tags'>;
  readonly errorTtlMs: Milliseconds;
  readonly stale: Lookup<Value>;
  readonly startedAt: Milliseconds;
  /** Gets the outcome first, and says what those who wait are to be given. */
  readonly ended: (load: Load<Key, Value>, outcome: Outcome<Value>) => Outcome<Value>;
}

/** One run of a loader, and all who wait for it. */
export class Load<Key, Value> {
  readonly plan: LoadPlan<Key, Value>;
  readonly wishes: LoadWishes<Value>;
  /** Whether its result may be kept: nothing was put, deleted or cleared under its key since. */
  isCurrent = true;
  isEnded = false;
  /** `deleteTag` was called for these meanwhile. */
  deletedTags: Set<string> | undefined;
  /** Goes on although nobody waits for it. */
  isBehind = false;
  /** For all who have no signal and so never leave. */
  #shared: Waiter<Value> | undefined;
  #sharedBy = 0;
  #leaving: Set<Waiter<Value>> | undefined;
  #timer: ClockTimer | undefined;

  constructor(
    plan: LoadPlan<Key, Value>,
    /** What other loads see of it. */
    readonly node: LoadNode,
  ) {
    this.plan = plan;
    this.wishes = new LoadWishes(plan.stale);
  }

  /** How many wait for it. */
  get waiting(): number {
    return this.#sharedBy + (this.#leaving?.size ?? 0);
  }

  /** Calls the loader, once. */
  run(loader: Loader<Key, Value>, clock: Clock, timeoutMs: Milliseconds): void {
    if (timeoutMs !== Infinity) this.#timer = clock.setTimer(timeoutMs, () => this.#timeOut(timeoutMs));
    new Promise<Value>((resolve) => resolve(this.#call(loader))).then(
      (value) => this.end({ kind: 'loaded', value }),
      (error: unknown) => this.end({ kind: 'failed', error }),
    );
  }

  /** Waits for it to the end. */
  share(): Promise<Value> {
    this.#sharedBy++;
    return (this.#shared ??= new Waiter<Value>()).promise;
  }

  /** Waits for it, and may leave before: as `leave` says, or when the signal fires. `signals`: of all who wait. */
  join(signal: AbortSignal | undefined, signals: AbortListeners): Waiter<Value> {
    const waiter = new Waiter<Value>();
    if (signal !== undefined) {
      waiter.onAbort(signal, signals, (reason) => {
        waiter.reject(new FetchAbortedError(formatKey(this.plan.key), reason));
        this.leave(waiter);
      });
    }
    (this.#leaving ??= new Set()).add(waiter); // last, as a signal that takes no listener has no waiter
    return waiter;
  }

  /** Does not wait any more. When the last one leaves, the load is given up. */
  leave(waiter: Waiter<Value>): void {
    this.#leaving?.delete(waiter);
    if (this.waiting > 0 || this.isBehind) return;
    this.giveUp(new FetchAbortedError(formatKey(this.plan.key), new Error('Nobody waits for it any more.')));
  }

  /** Ends it, and tells the loader. */
  giveUp(error: unknown): void {
    this.end({ kind: 'given_up', error });
    this.wishes.abort(error);
  }

  /** The first end counts; what comes later is nobody's any more. */
  end(outcome: Outcome<Value>): void {
    if (this.isEnded) return;
    this.isEnded = true;
    this.node.end();
    this.#timer?.cancel();
    const given = this.plan.ended(this, outcome);
    for (const waiter of [...(this.#leaving ?? []), this.#shared]) {
      if (given.kind === 'loaded') waiter?.resolve(given.value);
      else waiter?.reject(given.error);
    }
  }

  #call(loader: Loader<Key, Value>): Value | PromiseLike<Value> {
    this.node.isLaunching = true;
    try {
      return loadScope.run(this.node, () => loader(this.plan.key, this.wishes));
    } finally {
      this.node.isLaunching = false;
    }
  }

  #timeOut(timeoutMs: Milliseconds): void {
    const error = new LoadTimeoutError(formatKey(this.plan.key), timeoutMs);
    this.end({ kind: 'failed', error });
    this.wishes.abort(error);
  }
}
