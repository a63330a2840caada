import type { Wait } from './load-node.js';

/**
 * What a loader gets from `fetch`. It notices when somebody begins to wait for it (`await`, `then`, Promise.all, a loader that
 * returns it), as only then the loads wait for each other: a loader may begin a load of another key without waiting for it.
 */
export class NestedPromise<Value> extends Promise<Value> {
  #wait: Wait | undefined;

  /** What is made of it by `then` is an ordinary promise. */
  static override get [Symbol.species](): PromiseConstructor {
    return Promise;
  }

  static of<Value>(promise: Promise<Value>, wait: Wait): NestedPromise<Value> {
    const nested = new NestedPromise<Value>((resolve, reject) => void promise.then(resolve, reject));
    nested.#wait = wait;
    return nested;
  }

  override then<One = Value, Two = never>(
    onFulfilled?: ((value: Value) => One | PromiseLike<One>) | null,
    onRejected?: ((reason: unknown) => Two | PromiseLike<Two>) | null,
  ): Promise<One | Two> {
    const wait = this.#wait;
    if (wait === undefined) return super.then(onFulfilled, onRejected);
    if (typeof onFulfilled !== 'function') {
      // `catch` waits for nothing by itself: what it gives may be waited for, or not.
      return NestedPromise.of(super.then(undefined, onRejected), wait) as unknown as Promise<One | Two>;
    }
    const cycle = wait.begin();
    if (cycle === undefined) return super.then(onFulfilled, onRejected);
    super.then(undefined, () => {}); // this failure is told below
    return Promise.reject(cycle).then(onFulfilled, onRejected);
  }
}
