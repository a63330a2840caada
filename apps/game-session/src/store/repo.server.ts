import { Inject } from '@nestjs/common';
import { type Deferred, type ExitReason, GenServer } from '@rookery/genserver';
import { Supervised } from '@rookery/nestjs';
import { sql } from 'drizzle-orm';
import type { Database } from './database.js';
import { deleteFinishedGames, deleteIdlePlayers } from './queries/cleanup.js';
import { endGames } from './queries/endings.js';
import { gamesById, insertGames, joinGames, unfinishedGames } from './queries/games.js';
import { countFailure, deleteMail, pendingMails } from './queries/mails.js';
import { insertMoves, type Refused } from './queries/moves.js';
import { insertPlayers, playersById, playersByToken } from './queries/players.js';
import { gamesFinishedBetween, type Page, standings, type StandingsQuery } from './queries/results.js';
import type { Orm } from './orm.js';
import type { FinishedGame, GameRecord, MailRecord, PlayerRecord, Standing } from './records.js';
import { STORE_OPTIONS, type StoreOptions } from './store-options.js';
import type { Deletion, GameEnd, Join, NewGame, NewMove, NewPlayer } from './writes.js';

/** The way to the database. Every write resolves once it is on disk; answers are put off, so the mailbox never waits. */
@Supervised({ shutdownMs: 10_000 })
export class Repo extends GenServer<Database> {
  #last: Promise<unknown> = Promise.resolve();

  constructor(@Inject(STORE_OPTIONS) private readonly options: StoreOptions) {
    super();
  }

  override async init(): Promise<Database> {
    this.self.trapExit(true);
    return this.options.open();
  }

  addPlayer(row: NewPlayer): Deferred<void> {
    return this.#write(async (orm) => firstOf(await insertPlayers(orm, [row])));
  }

  openGame(row: NewGame): Deferred<void> {
    return this.#write(async (orm) => firstOf(await insertGames(orm, [row])));
  }

  joinGame(row: Join): Deferred<void> {
    return this.#write(async (orm) => firstOf(await joinGames(orm, [row])));
  }

  addMove(row: NewMove): Deferred<void> {
    return this.#write(async (orm) => {
      firstOf(await insertMoves(orm, [row]));
      const { gameId: id, ending, mails } = row;
      if (ending !== null) firstOf(await endGames(orm, [{ id, ending, mails }]));
    });
  }

  endGame(row: GameEnd): Deferred<void> {
    return this.#write(async (orm) => firstOf(await endGames(orm, [row])));
  }

  mailSent(id: number): Deferred<void> {
    return this.#write((orm) => deleteMail(orm, id));
  }

  mailFailed(id: number, error: string, isGivenUp = false): Deferred<void> {
    return this.#write((orm) => countFailure(orm, id, error, isGivenUp));
  }

  deleteFinishedGames(deletion: Deletion): Deferred<number> {
    return this.#write((orm) => deleteFinishedGames(orm, deletion));
  }

  deleteIdlePlayers(deletion: Deletion): Deferred<number> {
    return this.#write((orm) => deleteIdlePlayers(orm, deletion));
  }

  game(id: string): Deferred<GameRecord | undefined> {
    return this.#read(async (orm) => (await gamesById(orm, [id]))[0]);
  }

  playerByToken(tokenHash: string): Deferred<PlayerRecord | undefined> {
    return this.#read(async (orm) => (await playersByToken(orm, [tokenHash])).get(tokenHash));
  }

  playersById(ids: readonly string[]): Deferred<readonly PlayerRecord[]> {
    return this.#read((orm) => playersById(orm, ids));
  }

  unfinishedGames(): Deferred<readonly string[]> {
    return this.#read(unfinishedGames);
  }

  standings(query: StandingsQuery): Deferred<readonly Standing[]> {
    return this.#read((orm) => standings(orm, query));
  }

  gamesFinishedBetween(from: Date, to: Date, page: Page = {}): Deferred<readonly FinishedGame[]> {
    return this.#read((orm) => gamesFinishedBetween(orm, from, to, page));
  }

  pendingMails(limit: number): Deferred<readonly MailRecord[]> {
    return this.#read((orm) => pendingMails(orm, limit));
  }

  ping(): Deferred<void> {
    return this.#read(async (orm) => void (await orm.execute(sql`select 1`)));
  }

  override async terminate(_reason: ExitReason): Promise<void> {
    await this.#last;
    await this.state.close();
  }

  #write<T>(work: (orm: Orm) => Promise<T>): Deferred<T> {
    return this.#later(async () => (await this.state.connect()).transaction(work));
  }

  #read<T>(work: (orm: Orm) => Promise<T>): Deferred<T> {
    return this.#later(() => work(this.state.orm));
  }

  #later<T>(work: () => Promise<T>): Deferred<T> {
    const answer = this.self.defer<T>();
    this.#last = this.#last.then(work).then(
      (value) => answer.reply(value),
      (error: unknown) => answer.refuse(error),
    );
    return answer;
  }
}

function firstOf<Row>(refused: Refused<Row>): void {
  for (const error of refused.values()) throw error;
}
