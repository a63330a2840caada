import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Milliseconds } from '@rookery/genserver';
import type { Connection } from './database.js';
import { WriteRefusedError } from './errors.js';
import { causeOf, failureOf, refusalOf } from './failure.js';
import type { Request } from './request.js';
import { type Outcome, send, type Waiting } from './send.js';
import { untilDone, type StoreContext } from './store-context.js';
import { batchSize, subjectOf } from './write-batch.js';
import type { Write } from './writes.js';

/** What the writer has done so far. */
export interface WriterFigures {
  readonly pendingWrites: number;
  /** Writes that have been answered by the database. */
  readonly writes: number;
  /** The statements, or transactions, that this took. */
  readonly batches: number;
  readonly largestBatch: number;
  readonly longestBatchMs: Milliseconds;
  /** Writes that were refused as too many were waiting. */
  readonly overloaded: number;
}

interface Numbered extends Waiting {
  /** Writes are counted as they come. */
  readonly number: number;
}

/**
 * Writes what waits, one batch after another, in the order in which it came. While a batch is under way the next one gathers: the
 * more is asked, the larger the batches.
 */
export class Writer {
  #waiting: Numbered[] = [];
  #isRunning = false;
  #isSending = false;
  #asked = 0;
  #observers: { readonly number: number; readonly resolve: () => void }[] = [];
  readonly #done = { writes: 0, batches: 0, largestBatch: 0, longestBatchMs: 0, overloaded: 0 };

  constructor(private readonly context: StoreContext) {}

  get figures(): WriterFigures {
    return { pendingWrites: this.#waiting.length, ...this.#done };
  }

  add(write: Write, request: Request<number | void>): void {
    if (this.#waiting.length >= this.context.limits.maxWaiting) {
      this.#done.overloaded++;
      return request.giveUp('overloaded');
    }
    this.#waiting.push({ write, request, number: ++this.#asked });
    request.onAnswered = () => this.#forgetAnswered();
    if (this.#isRunning) return;
    this.#isRunning = true;
    this.#run().catch(this.context.onBroken);
  }

  /** Resolves when nothing that was asked before waits or is under way any more, whatever became of it. */
  settled(): Promise<void> {
    if (this.#waiting.length === 0) return Promise.resolve();
    const number = this.#asked;
    return new Promise((resolve) => {
      this.#observers.push({ number, resolve });
    });
  }

  /** Refuses all that waits. What is under way is in doubt. */
  stop(): void {
    for (const { request } of Array.from(this.#waiting)) request.giveUp('stopping'); // each leaves the queue
  }

  async #run(): Promise<void> {
    while (this.#waiting.length > 0 && !this.context.closed.aborted) {
      await nextTurn(); // what came in this turn goes together; and between two batches everybody else has a turn
      await untilDone(
        this.context,
        () => this.#waiting.length > 0,
        () => this.#round(),
      );
    }
    this.#isRunning = false;
  }

  async #round(): Promise<void> {
    const connection = await this.context.database.connect();
    this.#isSending = true;
    try {
      // Whose time is up is not written any more: the caller was told so.
      const next = this.#waiting.filter(({ request }) => !request.isAnswered).slice(0, this.context.limits.batchRows);
      await this.#write(connection, next.slice(0, batchSize(next.map(({ write }) => write))));
      connection.release();
    } catch (error) {
      connection.release(error);
      throw error;
    } finally {
      this.#isSending = false;
      this.#forgetAnswered();
    }
  }

  async #write(connection: Connection, batch: readonly Waiting[]): Promise<void> {
    const startedAt = this.context.clock.now();
    try {
      this.#settle(batch, await send(connection, batch));
    } catch (error) {
      if (failureOf(error, this.context.database.canBeAway) !== 'refused') throw error;
      await this.#divide(connection, batch, error);
    }
    this.#done.longestBatchMs = Math.max(this.#done.longestBatchMs, this.context.clock.now() - startedAt);
  }

  /** One row was refused, and with it all: each half is tried alone, the earlier one first, until that row is alone. */
  async #divide(connection: Connection, batch: readonly Waiting[], error: unknown): Promise<void> {
    const [only, second] = batch;
    if (only !== undefined && second === undefined) {
      const refused = new WriteRefusedError(refusalOf(error), subjectOf(only.write), { cause: causeOf(error) });
      return this.#settle(batch, () => refused);
    }
    const half = Math.ceil(batch.length / 2);
    for (const part of [batch.slice(0, half), batch.slice(half)]) {
      const live = part.filter(({ request }) => !request.isAnswered);
      if (live.length > 0) await this.#write(connection, live);
    }
  }

  #settle(batch: readonly Waiting[], outcome: Outcome): void {
    for (const waiting of batch) {
      const result = outcome(waiting);
      if (result instanceof WriteRefusedError) waiting.request.refuse(result);
      else waiting.request.reply(result);
    }
    this.#done.batches++;
    this.#done.writes += batch.length;
    this.#done.largestBatch = Math.max(this.#done.largestBatch, batch.length);
  }

  /** Only between two rounds: until then one whose caller gave up may still be under way, and reads wait for it. */
  #forgetAnswered(): void {
    if (this.#isSending) return;
    while (this.#waiting[0]?.request.isAnswered === true) this.#waiting.shift();
    const oldest = this.#waiting[0]?.number ?? Infinity;
    while ((this.#observers[0]?.number ?? Infinity) < oldest) this.#observers.shift()?.resolve();
  }
}
