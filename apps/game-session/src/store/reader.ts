import { failureOf } from './failure.js';
import type { Orm } from './orm.js';
import { gamesById, openGamesOf } from './queries/games.js';
import { playersByToken } from './queries/players.js';
import { ReadQueue } from './read-queue.js';
import type { GameRecord, PlayerRecord } from './records.js';
import type { Request } from './request.js';
import { untilDone, type StoreContext } from './store-context.js';

/** What the reader is at. */
export interface ReaderFigures {
  readonly pendingReads: number;
  /** Queries so far. */
  readonly queries: number;
  /** Reads that were refused as too many were waiting. */
  readonly overloadedReads: number;
}

/** Reads, each after the writes that were asked for before it. */
export class Reader {
  readonly #open = new Set<Request<never>>();
  readonly #games: ReadQueue<GameRecord>;
  readonly #tokens: ReadQueue<PlayerRecord>;
  readonly #openGames: ReadQueue<readonly string[]>;
  #queries = 0;
  #overloaded = 0;

  constructor(
    private readonly context: StoreContext,
    private readonly settled: () => Promise<void>,
  ) {
    this.#games = new ReadQueue(context, settled, async (orm, ids) => {
      this.#queries++;
      return new Map((await gamesById(orm, ids)).map((game) => [game.id, game]));
    });
    this.#tokens = new ReadQueue(context, settled, (orm, hashes) => {
      this.#queries++;
      return playersByToken(orm, hashes);
    });
    this.#openGames = new ReadQueue(context, settled, (orm, playerIds) => {
      this.#queries++;
      return openGamesOf(orm, playerIds);
    });
  }

  get figures(): ReaderFigures {
    return { pendingReads: this.#open.size, queries: this.#queries, overloadedReads: this.#overloaded };
  }

  game(id: string, request: Request<GameRecord | undefined>): void {
    if (this.#admits(request)) this.#games.add(id, request);
  }

  playerByToken(hash: string, request: Request<PlayerRecord | undefined>): void {
    if (this.#admits(request)) this.#tokens.add(hash, request);
  }

  openGamesOf(playerId: string, request: Request<readonly string[] | undefined>): void {
    if (this.#admits(request)) this.#openGames.add(playerId, request);
  }

  /** Any other query: at once, beside all others. */
  query<T>(query: (orm: Orm) => Promise<T>, request: Request<T>): void {
    if (this.#admits(request)) this.#query(query, request).catch(this.context.onBroken);
  }

  /** Refuses all that waits. */
  stop(): void {
    for (const request of this.#open) request.giveUp('stopping');
  }

  #admits(request: Request<never>): boolean {
    if (this.#open.size >= this.context.limits.maxWaiting) {
      this.#overloaded++;
      request.giveUp('overloaded');
      return false;
    }
    this.#open.add(request);
    request.onAnswered = () => this.#open.delete(request);
    return true;
  }

  async #query<T>(query: (orm: Orm) => Promise<T>, request: Request<T>): Promise<void> {
    await this.settled();
    const { database } = this.context;
    try {
      await untilDone(
        this.context,
        () => !request.isAnswered,
        async () => {
          this.#queries++;
          request.reply(await query(database.orm));
        },
      );
    } catch (error) {
      if (failureOf(error, database.canBeAway) !== 'refused') throw error;
      request.refuse(error); // asked for something that no database can hold, such as a date of the year 300,000
    }
  }
}
