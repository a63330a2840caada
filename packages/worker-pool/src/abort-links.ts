/** A task that ends when a signal fires. */
interface Abortable {
  aborted(reason: unknown): void;
}

/**
 * Which tasks end with which AbortSignal: one listener for each signal, however many tasks share it, as Node walks the list of a
 * signal's listeners at each change. AbortSignal.any would keep all of them alive on Node 20.
 */
export class AbortLinks {
  readonly #links = new Map<AbortSignal, AbortLink>();

  add(signal: AbortSignal, task: Abortable): void {
    let link = this.#links.get(signal);
    if (link === undefined) {
      link = new AbortLink(signal, () => this.#links.delete(signal));
      this.#links.set(signal, link);
    }
    link.tasks.add(task);
  }

  remove(signal: AbortSignal, task: Abortable): void {
    const link = this.#links.get(signal);
    if (link === undefined) return;
    link.tasks.delete(task);
    if (link.tasks.size === 0) link.unlink();
  }
}

class AbortLink {
  readonly tasks = new Set<Abortable>();
  readonly #onAbort = (): void => {
    this.unlink();
    for (const task of this.tasks) task.aborted(this.signal.reason);
  };

  constructor(
    private readonly signal: AbortSignal,
    private readonly forget: () => void,
  ) {
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  unlink(): void {
    this.signal.removeEventListener('abort', this.#onAbort);
    this.forget();
  }
}
