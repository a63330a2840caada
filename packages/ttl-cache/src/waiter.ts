import type { AbortListener, AbortListeners, ClockTimer } from '@rookery/genserver';

/** A promise, and what would end the waiting for it early. */
export class Waiter<Value> implements AbortListener {
  readonly promise: Promise<Value>;
  #resolve!: (value: Value) => void;
  #reject!: (error: unknown) => void;
  #signal: AbortSignal | undefined;
  #signals: AbortListeners | undefined;
  #onAbort: ((reason: unknown) => void) | undefined;
  #timer: ClockTimer | undefined;

  constructor() {
    this.promise = new Promise<Value>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** `signals`: where its signal is listened to. */
  onAbort(signal: AbortSignal, signals: AbortListeners, action: (reason: unknown) => void): void {
    this.#signal = signal;
    this.#signals = signals;
    this.#onAbort = action;
    signals.add(signal, this);
  }

  aborted(reason: unknown): void {
    this.#onAbort?.(reason);
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
    if (this.#signal !== undefined) this.#signals?.remove(this.#signal, this);
  }
}
