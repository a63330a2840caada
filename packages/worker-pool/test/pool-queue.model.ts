import type { QueueEntry, QueueRules } from '../src/pool-queue.js';

/** The rules of the queue, as they are told, with lists that are searched: slow, and easy to believe. */
export class NaiveQueue {
  readonly #rules: QueueRules;
  #waiting: QueueEntry[] = [];
  /** Keys in the order of their turns; those without a key have a turn for each priority. */
  #turns: string[] = [];
  readonly #running = new Map<unknown, number>();

  constructor(rules: QueueRules) {
    this.#rules = rules;
  }

  get size(): number {
    return this.#waiting.length;
  }

  get oldest(): QueueEntry | undefined {
    return this.#waiting[0];
  }

  get isReady(): boolean {
    return this.#turns.length > 0;
  }

  admits(key: unknown): boolean {
    return key === undefined || (!this.#waiting.some((entry) => entry.key === key) && this.#mayRun(key));
  }

  claim(key: unknown): void {
    if (key !== undefined) this.#running.set(key, (this.#running.get(key) ?? 0) + 1);
  }

  push(entry: QueueEntry): void {
    this.#waiting.push(entry);
    this.#updateTurns();
  }

  remove(entry: QueueEntry): boolean {
    const isThere = this.#waiting.includes(entry);
    const before = this.#headOf(this.#turnOf(entry));
    this.#waiting = this.#waiting.filter((one) => one !== entry);
    const after = this.#headOf(this.#turnOf(entry));
    // Whose head has another priority now stands in another line: at its end.
    if (before !== after && before?.priority !== after?.priority) this.#leave(this.#turnOf(entry));
    this.#updateTurns();
    return isThere;
  }

  take(): QueueEntry | undefined {
    const fronts = new Map<number, QueueEntry>();
    for (const turn of this.#turns) {
      const head = this.#headOf(turn);
      if (head !== undefined && !fronts.has(head.priority)) fronts.set(head.priority, head);
    }
    const [next] = [...fronts.values()].toSorted((a, b) => this.#order(a, b));
    if (next === undefined) return undefined;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    this.claim(next.key);
    this.#leave(this.#turnOf(next));
    this.#updateTurns();
    return next;
  }

  released(key: unknown): void {
    if (key === undefined) return;
    this.#running.set(key, (this.#running.get(key) ?? 0) - 1);
    this.#updateTurns();
  }

  /** Negative when `a` is next. */
  #order(a: QueueEntry, b: QueueEntry): number {
    const { ageingMs } = this.#rules;
    const byPriority = b.priority - a.priority;
    if (ageingMs === Infinity) return byPriority;
    return a.since - a.priority * ageingMs - (b.since - b.priority * ageingMs) || byPriority;
  }

  #turnOf({ key, priority }: QueueEntry): string {
    return key === undefined ? `none ${priority}` : `key ${key as string}`;
  }

  #headOf(turn: string): QueueEntry | undefined {
    return this.#waiting.find((entry) => this.#turnOf(entry) === turn);
  }

  #mayRun(key: unknown): boolean {
    return key === undefined || (this.#running.get(key) ?? 0) < this.#rules.keyConcurrency;
  }

  #leave(turn: string): void {
    this.#turns = this.#turns.filter((one) => one !== turn);
  }

  /** Who has nothing that may be begun has no turn; who has something and had no turn is last. */
  #updateTurns(): void {
    this.#turns = this.#turns.filter((turn) => this.#isReadyTurn(turn));
    for (const entry of this.#waiting) {
      const turn = this.#turnOf(entry);
      if (!this.#turns.includes(turn) && this.#isReadyTurn(turn)) this.#turns.push(turn);
    }
  }

  #isReadyTurn(turn: string): boolean {
    const head = this.#headOf(turn);
    return head !== undefined && this.#mayRun(head.key);
  }
}
