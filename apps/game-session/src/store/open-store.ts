import type { LoggerService } from '@nestjs/common';
import type { Clock, Milliseconds } from '@rookery/genserver';
import type { Database } from './database.js';
import type { Limits } from './limits.js';
import { Reader, type ReaderFigures } from './reader.js';
import { Writer, type WriterFigures } from './writer.js';

/** How the store is doing, for metrics and health. */
export interface StoreFigures extends WriterFigures, ReaderFigures {
  readonly database: Database['kind'];
  /** How many writes a batch had so far, on average. */
  readonly writesPerBatch: number;
  /** For how long the database has not answered by now; 0 while all is well. */
  readonly awayMs: Milliseconds;
}

interface Means {
  readonly database: Database;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly logger: Pick<LoggerService, 'log' | 'warn' | 'error'>;
}

/** An open database with those who work on it: what a Repo has from its start to its end. */
export class OpenStore {
  readonly writer: Writer;
  readonly reader: Reader;
  readonly #closing = new AbortController();
  #awaySince: Milliseconds | undefined;
  #closed: Promise<void> | undefined;

  constructor(
    private readonly means: Means,
    onBroken: (error: unknown) => void,
  ) {
    const { database, clock, limits } = means;
    const context = {
      database,
      clock,
      limits,
      closed: this.#closing.signal,
      onAway: (error: unknown) => this.#away(error),
      onBack: () => this.#back(),
      onBroken: (error: unknown) => {
        this.#stop();
        onBroken(error);
      },
    };
    this.writer = new Writer(context);
    this.reader = new Reader(context, () => this.writer.settled());
  }

  get figures(): StoreFigures {
    const writer = this.writer.figures;
    return {
      database: this.means.database.kind,
      ...writer,
      ...this.reader.figures,
      writesPerBatch: writer.batches === 0 ? 0 : writer.writes / writer.batches,
      awayMs: this.#awaySince === undefined ? 0 : this.means.clock.now() - this.#awaySince,
    };
  }

  /** Writes what waits for as long as it may take, refuses the rest, and closes. */
  async drain(): Promise<void> {
    const { clock, limits } = this.means;
    const limit = clock.setTimer(limits.drainMs, () => void this.close()); // what is under way may take as long as that
    await this.writer.settled();
    limit.cancel();
    await this.close();
  }

  /** Refuses what waits, and closes the database. Never rejects: nobody could do anything about it. */
  close(): Promise<void> {
    this.#stop();
    this.#closed ??= this.means.database.close().catch((error: unknown) => {
      this.means.logger.error(`The database could not be closed: ${String(error)}`);
    });
    return this.#closed;
  }

  #stop(): void {
    this.#closing.abort();
    this.writer.stop();
    this.reader.stop();
  }

  #away(error: unknown): void {
    if (this.#awaySince !== undefined) return;
    this.#awaySince = this.means.clock.now();
    this.means.logger.warn(
      `The database is away, and tried again: ${error instanceof Error ? error.message : String(error)}`,
    );
  }

  #back(): void {
    if (this.#awaySince === undefined) return;
    const awayMs = Math.round(this.means.clock.now() - this.#awaySince);
    this.#awaySince = undefined;
    this.means.logger.log(`The database is back after ${awayMs} ms`);
  }
}
