/** Who is to be told when an AbortSignal fires. */
export interface AbortListener {
  /** `reason`: of the signal. */
  aborted(reason: unknown): void;
}

/**
 * Who waits for which AbortSignal: one listener on each signal, however many share it. Node warns of a leak when a signal has more
 * than ten, and walks their list at each change, so that one for each of many running calls costs time quadratic in their number;
 * `AbortSignal.any` keeps what it was given alive on Node 20.
 *
 * Nothing of it is left on a signal that nobody waits for, and it keeps no signal alive.
 */
export class AbortListeners {
  readonly #shared = new WeakMap<AbortSignal, SharedListener>();

  /**
   * `listener` is told once, when `signal` fires; whoever was added first is told first, and what one throws is an uncaught
   * exception and keeps it from no other. The same listener twice for one signal is there once. As with `addEventListener`,
   * a signal that has fired tells nobody any more: look at `signal.aborted` before. A signal that is none throws its own error.
   */
  add(signal: AbortSignal, listener: AbortListener): void {
    const shared = this.#shared.get(signal);
    if (shared === undefined) this.#shared.set(signal, new SharedListener(signal, listener));
    else shared.add(listener);
  }

  /** It is not told any more, not even by a signal that is just telling others. Harmless when it was told, or never added. */
  remove(signal: AbortSignal, listener: AbortListener): void {
    const shared = this.#shared.get(signal);
    if (shared === undefined) return;
    shared.remove(listener);
    if (!shared.isEmpty) return;
    shared.close();
    this.#shared.delete(signal);
  }
}

/** Most signals have one who waits: only more than that need a set. */
class SharedListener {
  readonly #signal: AbortSignal;
  readonly #onAbort = (): void => this.#tellAll();
  #first: AbortListener | undefined;
  #others: Set<AbortListener> | undefined;
  #isClosed = false;

  constructor(signal: AbortSignal, listener: AbortListener) {
    this.#signal = signal;
    this.#first = listener;
    signal.addEventListener('abort', this.#onAbort);
  }

  get isEmpty(): boolean {
    return this.#first === undefined && (this.#others === undefined || this.#others.size === 0);
  }

  add(listener: AbortListener): void {
    if (listener !== this.#first) (this.#others ??= new Set()).add(listener);
  }

  remove(listener: AbortListener): void {
    if (listener === this.#first) this.#first = undefined;
    else this.#others?.delete(listener);
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#signal.removeEventListener('abort', this.#onAbort);
  }

  #has(listener: AbortListener): boolean {
    return listener === this.#first || this.#others?.has(listener) === true;
  }

  #tellAll(): void {
    this.close();
    const reason: unknown = this.#signal.reason;
    const listeners = [...(this.#first === undefined ? [] : [this.#first]), ...(this.#others ?? [])];
    for (const listener of listeners) if (this.#has(listener)) tell(listener, reason);
    this.#first = this.#others = undefined;
  }
}

/** As a signal does with its own listeners. */
function tell(listener: AbortListener, reason: unknown): void {
  try {
    listener.aborted(reason);
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
