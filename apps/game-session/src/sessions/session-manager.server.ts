import { createHash } from 'node:crypto';
import { Inject, Logger } from '@nestjs/common';
import {
  AlreadyStartedError,
  CallTimeoutError,
  type Deferred,
  type DynamicSupervisorRef,
  GenServer,
  Runtime,
  type ServerRef,
} from '@rookery/genserver';
import { InjectRegistry, InjectServer, InjectSupervisor, Supervised } from '@rookery/nestjs';
import { SETTINGS, type Settings } from '../settings.js';
import type { Seats } from '../store/records.js';
import { Repo } from '../store/repo.server.js';
import type { NewGame } from '../store/writes.js';
import { answerOf, asked, STORE_MS } from '../store/asked.js';
import { GameError } from './errors.js';
import { FirstRecord } from './first-record.js';
import { gameName, GameRegistry, type GameRegistryRef } from './game-registry.js';
import { GameSession } from './game-session.server.js';
import { GameSessions } from './game-sessions.supervisor.js';
import { Matchmaking, type PlayerSeat } from './matchmaking.js';
import { Places } from './places.js';
import { sessionOf } from './session-of.js';

/** Who does not answer for so long does not only wait for the store. */
export const SUSPECT_MS = STORE_MS + 500;

/** A store that takes longer is busy. */
const STORE_SOON_MS = 500;

/** What `quick` has found. */
export interface QuickGame {
  readonly id: string;
  /** `waiting`: somebody waits there, to be joined; `opened`: the player waits there now. */
  readonly kind: 'waiting' | 'opened';
}

/**
 * Opens games, brings players together, and has sessions restarted that hang. It never waits for the store or for a session with its mailbox:
 * answers are deferred. It stands before the sessions in the tree, so its crash takes them along; they come back after it.
 */
@Supervised()
export class SessionManager extends GenServer {
  readonly #logger = new Logger(SessionManager.name);
  readonly #suspects = new Set<string>();
  #matchmaking!: Matchmaking;
  #quick: Promise<unknown> = Promise.resolve();
  /** The ids of the games that are being opened. */
  readonly #opening = new Set<string>();

  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @InjectRegistry(GameRegistry) private readonly games: GameRegistryRef,
    @InjectSupervisor(GameSessions) private readonly sessions: DynamicSupervisorRef<GameSession>,
    @Inject(Places) private readonly places: Places,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'maxGames'>,
  ) {
    super();
  }

  override init(): void {
    this.#matchmaking = new Matchmaking(this.games);
  }

  /** A new game; a second seat of null waits for somebody. Gives its id. */
  open(seats: Seats): Deferred<string> {
    return this.#later(() => this.#open({ id: this.#newId(), seats, rematchOf: null }));
  }

  /** The game that waits longest, or a new one. One after the other, or two who ask together would wait for each other. */
  quick(seat: PlayerSeat): Deferred<QuickGame> {
    const { request } = this.self;
    return this.#later(() => {
      const answer = this.#quick.then(() => {
        // A store that was away keeps many waiting. Who has gone must not be given a game that others would then join.
        if (request?.remainingMs === 0) throw new GameError('restarting');
        return this.#match(seat);
      });
      this.#quick = answer.catch(() => {}); // who asked is told
      return answer;
    });
  }

  /**
   * The game in which the players of a finished one play again, with sides swapped. Its id follows from that of the first one: so
   * there is one rematch, however often it is asked for.
   */
  rematch(rematchOf: string): Deferred<string> {
    const id = createHash('sha256').update(`rematch of ${rematchOf}`).digest('hex').slice(0, 12);
    return this.#later(async () => {
      const [first, second] = (await answerOf(this.repo.call.game(rematchOf)))?.seats ?? [];
      if (first === undefined || !second) throw new GameError('not_finished');
      await this.#open({ id, seats: [second, first], rematchOf });
      this.runtime.ref(GameSession, gameName(rematchOf)).cast.rematchOpened(id);
      return id;
    });
  }

  /** Somebody waited for this session in vain. If it does not answer at all, it is killed, and its supervisor brings it back. */
  suspect(id: string): void {
    if (this.#suspects.has(id)) return;
    this.#suspects.add(id);
    void this.#check(id).finally(() => this.#suspects.delete(id));
  }

  /** For demonstration: what a bug does. */
  crash(): never {
    throw new Error('crashed on purpose');
  }

  #later<T>(work: () => Promise<T>): Deferred<T> {
    const answer = this.self.defer<T>();
    void work().then(
      (value) => answer.reply(value),
      (error: unknown) => answer.refuse(error),
    );
    return answer;
  }

  async #match(seat: PlayerSeat): Promise<QuickGame> {
    const waiting = this.#matchmaking.find(seat.id, this.self.now());
    if (waiting !== undefined) return { id: waiting, kind: 'waiting' };
    return { id: await this.#open({ id: this.#newId(), seats: [seat, null], rematchOf: null }), kind: 'opened' };
  }

  async #open(game: NewGame): Promise<string> {
    if (this.#isFull()) throw new GameError('too_many_games');
    this.#opening.add(game.id);
    try {
      const players = game.seats.filter((seat) => seat?.kind === 'player');
      await this.places.take(game.id, players, () => this.#store(game));
    } finally {
      this.#opening.delete(game.id);
    }
    return game.id;
  }

  /** A game counts once, whether it is still being opened, runs, or, for a moment, both. */
  #isFull(): boolean {
    const { maxGames } = this.settings;
    const running = this.games.count();
    if (running + this.#opening.size < maxGames) return false; // as nearly always: then nobody has to be looked for
    const notYet = Array.from(this.#opening).filter((id) => this.games.whereis(id) === undefined);
    return running + notYet.length >= maxGames;
  }

  async #store(game: NewGame): Promise<void> {
    // If that is in doubt it may come up at the next start, wait for somebody, and end as abandoned.
    await answerOf(this.repo.call.openGame(game));
    const read = await asked(this.repo.call.game(game.id));
    const record = read.kind === 'ok' ? read.value : undefined; // without one the session reads it as soon as the store is back
    if (record?.ending) return; // a rematch that was played already
    try {
      await this.sessions.startChild(sessionOf(game.id, new FirstRecord(record)));
    } catch (error) {
      if (!(error instanceof AlreadyStartedError)) throw error;
    }
  }

  async #check(id: string): Promise<void> {
    const session = this.runtime.ref(GameSession, gameName(id));
    const { pid } = session;
    if (!(await this.#isSilent(session)) || session.pid !== pid || pid === undefined) return; // if it has ended, that is known
    // Sessions wait for the store. If that has no time either, none of them hangs: to kill them would only make more to do.
    if ((await asked(this.repo.with({ timeoutMs: STORE_SOON_MS }).call.ping())).kind !== 'ok') return;
    this.#logger.warn(`Game ${id} does not answer: its session is killed`);
    this.runtime.kill(pid);
  }

  async #isSilent(session: ServerRef<GameSession>): Promise<boolean> {
    try {
      await session.with({ timeoutMs: SUSPECT_MS }).call.ping();
      return false;
    } catch (error) {
      return error instanceof CallTimeoutError;
    }
  }

  /** 48 random bits: short enough to type. */
  #newId(): string {
    return Math.floor(this.self.random() * 2 ** 48)
      .toString(16)
      .padStart(12, '0');
  }
}
