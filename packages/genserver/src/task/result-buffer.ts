/** Results between the tasks that make them and the consumer that takes them: in the order of the inputs, or as they come. */
export class ResultBuffer<R> {
  readonly #results = new Map<number, R>();
  readonly #isOrdered: boolean;
  /** How many have come: the place of the next one, when the order does not matter. */
  #came = 0;
  /** The place of the next one to be taken. */
  #next = 0;

  constructor(isOrdered: boolean) {
    this.#isOrdered = isOrdered;
  }

  get isEmpty(): boolean {
    return this.#results.size === 0;
  }

  put(position: number, result: R): void {
    this.#results.set(this.#isOrdered ? position : this.#came++, result);
  }

  /** The next one, if it is its turn; undefined otherwise. */
  take(): R | undefined {
    const result = this.#results.get(this.#next);
    if (result !== undefined) this.#results.delete(this.#next++);
    return result;
  }
}
