import type { ClockTimer } from '@rookery/genserver';

/** A promise, and what would end the waiting for it early. */
export class Waiter<Value> {
  readonly promise: Promise<Value>;
  #resolve!: (value: Value) => void;
  #reject!: (error: unknown) => void;
  #signal: AbortSignal | undefined;
  #onAbort: (() => void) | undefined;
  #timer: ClockTimer | undefined;

  constructor() {
    this.promise = new Promise<Value>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** AbortSignal.any would do it in a line, and on Node 20 keep what it was given alive. */
  onAbort(signal: AbortSignal, action: () => void): void {
    this.#signal = signal;
    this.#onAbort = action;
    signal.addEventListener('abort', action, { once: true });
  }

  /** A timer that is cancelled with the waiting. */
  set timer(timer: ClockTimer) {
    this.#timer = timer;
  }

  resolve(value: Value): void {
    this.#stop();
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.#stop();
    this.#reject(error);
  }

  #stop(): void {
    this.#timer?.cancel();
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener('abort', this.#onAbort);
  }
}
