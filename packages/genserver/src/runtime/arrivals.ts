/** Waits until somebody holds a name. */
export interface Awaiting {
  /** Perhaps somebody does now: look. */
  arrived(): void;
  /** Nobody will: the runtime has shut down. */
  closed(): void;
}

/** Who waits for names that nobody holds. By the text of the name: two names of one text cost a look, no more. */
export class Arrivals {
  readonly #awaiting = new Map<string, Set<Awaiting>>();

  /** Whether anybody waits: looked at before the text of a name is made. */
  get isAwaited(): boolean {
    return this.#awaiting.size > 0;
  }

  /** Returns how to stop waiting. */
  add(name: string, awaiting: Awaiting): () => void {
    let all = this.#awaiting.get(name);
    if (all === undefined) this.#awaiting.set(name, (all = new Set()));
    all.add(awaiting);
    return () => {
      all.delete(awaiting);
      if (all.size === 0 && this.#awaiting.get(name) === all) this.#awaiting.delete(name);
    };
  }

  /** A name is held. */
  tell(name: string): void {
    for (const each of Array.from(this.#awaiting.get(name) ?? [])) each.arrived();
  }

  close(): void {
    for (const all of Array.from(this.#awaiting.values())) for (const each of Array.from(all)) each.closed();
  }
}
