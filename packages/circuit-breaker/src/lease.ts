import type { CallRejectedError } from './errors.js';

/** Leave to make one call, to be settled once. Unsettled at the end of its `using` block, it counts as a failure. */
export interface Lease extends Disposable {
  readonly kind: 'acquired';
  /** It worked. Returns false if this lease was settled before. */
  success(): boolean;
  /** It failed. */
  failure(error?: unknown): boolean;
  /** It says nothing about the dependency. */
  ignore(): boolean;
}

/** No call may be made now. */
export interface Rejection extends Disposable {
  readonly kind: 'rejected';
  /** What `execute` would have rejected with; it knows `state` and `retryAfterMs`. */
  readonly error: CallRejectedError;
}

/** What a lease tells its breaker. Called once. */
export type Settle = (outcome: 'success' | 'failure' | 'ignore', error: unknown) => void;

export class OpenLease implements Lease {
  readonly kind = 'acquired';
  #settle: Settle | undefined;

  constructor(settle: Settle) {
    this.#settle = settle;
  }

  success(): boolean {
    return this.#end('success', undefined);
  }

  failure(error?: unknown): boolean {
    return this.#end('failure', error);
  }

  ignore(): boolean {
    return this.#end('ignore', undefined);
  }

  [Symbol.dispose](): void {
    this.#end('failure', undefined);
  }

  #end(outcome: 'success' | 'failure' | 'ignore', error: unknown): boolean {
    const settle = this.#settle;
    this.#settle = undefined;
    settle?.(outcome, error);
    return settle !== undefined;
  }
}

export class NoLease implements Rejection {
  readonly kind = 'rejected';

  constructor(readonly error: CallRejectedError) {}

  [Symbol.dispose](): void {}
}
