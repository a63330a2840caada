import { Inject, Logger } from '@nestjs/common';
import {
  type Deferred,
  ExitReason,
  formatReason,
  GenServer,
  type Milliseconds,
  type ServerStatus,
} from '@rookery/genserver';
import { Supervised } from '@rookery/nestjs';
import { sql } from 'drizzle-orm';
import { DEFAULT_LIMITS, type Limits } from './limits.js';
import type { Orm } from './orm.js';
import { unfinishedGames } from './queries/games.js';
import { pendingMails } from './queries/mails.js';
import { playersById } from './queries/players.js';
import { gamesFinishedBetween, type Page, standings, type StandingsQuery } from './queries/results.js';
import type { FinishedGame, GameRecord, MailRecord, PlayerRecord, Standing } from './records.js';
import { Request } from './request.js';
import { STORE_OPTIONS, type StoreOptions } from './store-options.js';
import { OpenStore } from './open-store.js';
import type { Deletion, GameEnd, Join, NewGame, NewMove, NewPlayer, Write } from './writes.js';

/**
 * The way to the database. A write is acknowledged when it is on disk, and refused with a WriteRefusedError, or a
 * StoreUnavailableError that says whether it is in doubt. To repeat one is harmless. A read sees every write that was asked for
 * before it. All answers are put off: the mailbox never waits for the database, so what comes meanwhile is written together.
 */
@Supervised({ shutdownMs: 10_000 })
export class Repo extends GenServer<OpenStore> {
  readonly #logger = new Logger(Repo.name);
  readonly #limits: Limits;

  constructor(@Inject(STORE_OPTIONS) private readonly options: StoreOptions) {
    super();
    this.#limits = { ...DEFAULT_LIMITS, ...options.limits };
  }

  override async init(): Promise<OpenStore> {
    this.self.trapExit(true); // or `terminate` would not run at shutdown
    const { clock, signal } = this.self;
    const database = await this.options.open({ clock, signal });
    const store = new OpenStore({ database, clock, limits: this.#limits, logger: this.#logger }, (error) =>
      this.self.stop(ExitReason.error(error)),
    );
    // However it ends, by a kill, too, the database must be closed: the next start opens it again.
    if (signal.aborted) await store.close();
    else signal.addEventListener('abort', () => void store.close(), { once: true });
    return store;
  }

  addPlayer(row: NewPlayer): Deferred<void> {
    return this.#write({ kind: 'add_player', row });
  }

  openGame(row: NewGame): Deferred<void> {
    return this.#write({ kind: 'open_game', row });
  }

  joinGame(row: Join): Deferred<void> {
    return this.#write({ kind: 'join_game', row });
  }

  addMove(row: NewMove): Deferred<void> {
    return this.#write({ kind: 'add_move', row });
  }

  endGame(row: GameEnd): Deferred<void> {
    return this.#write({ kind: 'end_game', row });
  }

  mailSent(id: number): Deferred<void> {
    return this.#write({ kind: 'mail_sent', id });
  }

  /** `retryInMs`: it is not among the pending ones until then; null: never again. */
  mailFailed(id: number, error: string, retryInMs: Milliseconds | null): Deferred<void> {
    return this.#write({ kind: 'mail_failed', id, error, retryInMs });
  }

  deleteFinishedGames(deletion: Deletion): Deferred<number> {
    return this.#write({ kind: 'delete_games', deletion });
  }

  deleteIdlePlayers(deletion: Deletion): Deferred<number> {
    return this.#write({ kind: 'delete_players', deletion });
  }

  game(id: string): Deferred<GameRecord | undefined> {
    return this.#read<GameRecord | undefined>((request) => this.state.reader.game(id, request));
  }

  playerByToken(tokenHash: string): Deferred<PlayerRecord | undefined> {
    return this.#read<PlayerRecord | undefined>((request) => this.state.reader.playerByToken(tokenHash, request));
  }

  /** The ids of the games of a player that are not over; undefined when there are none. */
  openGamesOf(playerId: string): Deferred<readonly string[] | undefined> {
    return this.#read<readonly string[] | undefined>((request) => this.state.reader.openGamesOf(playerId, request));
  }

  /** In any order; who is not known is left out. */
  playersById(ids: readonly string[]): Deferred<readonly PlayerRecord[]> {
    return this.#query((orm) => playersById(orm, ids));
  }

  /** Their ids, the oldest first. */
  unfinishedGames(): Deferred<readonly string[]> {
    return this.#query(unfinishedGames);
  }

  standings(query: StandingsQuery): Deferred<readonly Standing[]> {
    return this.#query((orm) => standings(orm, query));
  }

  gamesFinishedBetween(from: Date, to: Date, page: Page = {}): Deferred<readonly FinishedGame[]> {
    return this.#query((orm) => gamesFinishedBetween(orm, from, to, page));
  }

  /** Those that are to be tried now. */
  pendingMails(limit: number): Deferred<readonly MailRecord[]> {
    return this.#query((orm) => pendingMails(orm, limit));
  }

  /** Resolves when the database answers. */
  ping(): Deferred<void> {
    return this.#query(async (orm) => void (await orm.execute(sql`select 1`)));
  }

  figures(): OpenStore['figures'] {
    return this.state.figures;
  }

  override handleInfo(): void {
    // The exit of somebody linked: nothing to do, nobody is.
  }

  override formatStatus(status: ServerStatus<OpenStore>): ServerStatus {
    return { ...status, state: this.state.figures };
  }

  /** What waits is still written, as far as the time allows, and the rest is refused. */
  override async terminate(reason: ExitReason): Promise<void> {
    await this.state.drain();
    this.#logger.log(`${this.self.name} ends: ${formatReason(reason)}`);
  }

  #write(write: Write): Deferred<never> {
    const answer = this.self.defer<number | void>();
    this.state.writer.add(write, this.#request(answer, this.#limits.writeMs));
    return answer;
  }

  #query<T>(query: (orm: Orm) => Promise<T>): Deferred<T> {
    return this.#read<T>((request) => this.state.reader.query(query, request));
  }

  #read<T>(ask: (request: Request<T>) => void): Deferred<T> {
    const answer = this.self.defer<T>();
    ask(this.#request(answer, this.#limits.readMs));
    return answer;
  }

  /** Refused a little before its caller gives up, so that the caller learns why. */
  #request<T>(answer: Deferred<T>, limitMs: number): Request<T> {
    const remainingMs = this.self.request?.remainingMs ?? Infinity;
    return new Request(answer, this.self.clock, Math.min(limitMs, 0.9 * remainingMs));
  }
}
