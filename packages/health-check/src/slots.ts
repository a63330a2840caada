/** So many at a time; the others wait in line. */
export class Slots {
  readonly #waiting = new Set<() => void>();
  #free: number;

  constructor(size: number) {
    this.#free = size;
  }

  /** Runs `begin` when it is its turn, which may be at once. Returns how to leave the line. */
  take(begin: () => void): () => void {
    if (this.#free > 0) {
      this.#free--;
      begin();
      return () => {};
    }
    const entry = (): void => begin(); // so that one function may wait twice
    this.#waiting.add(entry);
    return () => void this.#waiting.delete(entry);
  }

  /** One is done. */
  release(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#free++;
      return;
    }
    this.#waiting.delete(next);
    next();
  }

  /** Nobody's turn comes any more. */
  close(): void {
    this.#waiting.clear();
    this.#free = 0;
  }
}
