import { setImmediate as nextTurn } from 'node:timers/promises';
import { failureOf } from './failure.js';
import type { Orm } from './orm.js';
import type { Request } from './request.js';
import { untilDone, type StoreContext } from './store-context.js';

/** Asks for many at once: what is not there is left out. */
export type Load<Value> = (orm: Orm, keys: readonly string[]) => Promise<ReadonlyMap<string, Value>>;

type Waiting<Value> = Map<string, Request<Value | undefined>[]>;

/**
 * Reads rows by key. One query is under way at a time; who asks meanwhile waits for the next one, which is for all of them,
 * and once for those who ask for the same.
 */
export class ReadQueue<Value> {
  #waiting: Waiting<Value> = new Map();
  #underWay: Waiting<Value> = new Map();
  #isRunning = false;

  constructor(
    private readonly context: StoreContext,
    /** What every read waits for: the writes that were asked for before it. */
    private readonly settled: () => Promise<void>,
    private readonly load: Load<Value>,
  ) {}

  add(key: string, request: Request<Value | undefined>): void {
    const others = this.#waiting.get(key);
    if (others === undefined) this.#waiting.set(key, [request]);
    else others.push(request);
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#run().catch(this.context.onBroken);
  }

  async #run(): Promise<void> {
    while (this.#waiting.size > 0 && !this.context.closed.aborted) {
      await nextTurn(); // what is asked in this turn goes together
      this.#take();
      await this.settled();
      const isWanted = (): boolean =>
        Array.from(this.#underWay.values())
          .flat()
          .some(({ isAnswered }) => !isAnswered);
      await untilDone(this.context, isWanted, () => this.#read(Array.from(this.#underWay.keys())));
    }
    this.#isRunning = false;
  }

  /** As many as may go together. */
  #take(): void {
    this.#underWay = new Map(Array.from(this.#waiting).slice(0, this.context.limits.batchRows));
    for (const key of this.#underWay.keys()) this.#waiting.delete(key);
  }

  /** A key that the database cannot even read, such as one with a zero byte, is there for nobody: it must not hurt the others. */
  async #read(keys: readonly string[]): Promise<void> {
    try {
      const found = await this.load(this.context.database.orm, keys);
      for (const key of keys) this.#answer(key, found.get(key));
    } catch (error) {
      const [only, second] = keys;
      if (failureOf(error, this.context.database.canBeAway) !== 'refused' || only === undefined) throw error;
      if (second === undefined) return this.#answer(only, undefined);
      for (const key of keys) await this.#read([key]);
    }
  }

  #answer(key: string, value: Value | undefined): void {
    for (const request of this.#underWay.get(key) ?? []) request.reply(value);
  }
}
