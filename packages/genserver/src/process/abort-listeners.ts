/** What happens once when a signal fires. */
type OnAbort = () => void;

/**
 * Who waits for which AbortSignal: one listener for each signal, however many calls share it. Node walks the list of a
 * signal's listeners at each change, so one for each call would make many calls at a time quadratic.
 */
export class AbortListeners {
  readonly #waiting = new WeakMap<AbortSignal, SharedListener>();

  /** Returns how to stop waiting. */
  add(signal: AbortSignal, onAbort: OnAbort): () => void {
    let listener = this.#waiting.get(signal);
    if (listener === undefined) {
      listener = new SharedListener(signal, () => this.#waiting.delete(signal));
      this.#waiting.set(signal, listener);
    }
    return listener.add(onAbort);
  }
}

class SharedListener {
  readonly #callbacks = new Set<OnAbort>();
  readonly #fire = (): void => {
    this.forget();
    for (const callback of this.#callbacks) callback();
  };

  constructor(
    private readonly signal: AbortSignal,
    private readonly forget: () => void,
  ) {
    signal.addEventListener('abort', this.#fire, { once: true });
  }

  add(onAbort: OnAbort): () => void {
    this.#callbacks.add(onAbort);
    return () => {
      this.#callbacks.delete(onAbort);
      if (this.#callbacks.size > 0) return;
      this.signal.removeEventListener('abort', this.#fire);
      this.forget();
    };
  }
}
