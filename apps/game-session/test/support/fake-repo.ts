import { type Deferred, GenServer, refuse } from '@rookery/genserver';
import { StoreUnavailableError, WriteRefusedError } from '../../src/store/errors.js';
import type { GameRecord, NewMail, PlayerRecord, Seats } from '../../src/store/records.js';
import type { Repo } from '../../src/store/repo.server.js';
import type { GameEnd, Join, NewGame, NewMove, NewPlayer } from '../../src/store/writes.js';
import type { WallClock } from '../../src/wall-clock.js';

/**
 * What becomes of a write. `away`: nothing is written, and the caller is told; `in_doubt`: it is written, and the caller is told that nobody
 * knows; `late`: it is written, and nobody is told anything; `slow`: it is written, and told when the test says so; `stuck`: nothing happens
 * at all.
 */
export type Fault = 'away' | 'in_doubt' | 'late' | 'slow' | 'stuck';

/** What is on disk: it outlives the Repo. */
export class Disk {
  readonly games = new Map<string, GameRecord>();
  readonly players = new Map<string, PlayerRecord>();
  readonly tokens = new Map<string, string>();
  readonly mails: NewMail[] = [];
  /** Of all that is asked, until it is taken back. */
  fault: Fault | undefined;
  /** The answers of writes that are `slow`. */
  readonly held: (() => void)[] = [];
  /** How often each method was asked. */
  readonly asked = new Map<string, number>();

  /** Changes what is stored of a game behind everybody's back. */
  change(id: string, change: Partial<GameRecord>): void {
    const record = this.games.get(id);
    if (record === undefined) throw new WriteRefusedError('unknown_game', id);
    this.games.set(id, { ...record, ...change });
  }
}

type Face = Pick<
  Repo,
  | 'addPlayer'
  | 'openGame'
  | 'joinGame'
  | 'addMove'
  | 'endGame'
  | 'game'
  | 'playerByToken'
  | 'playersById'
  | 'openGamesOf'
  | 'unfinishedGames'
  | 'ping'
>;

/** The Repo without a database: as fast as memory, and away when a test wants it to be. */
export class FakeRepo extends GenServer implements Face {
  constructor(
    private readonly disk: Disk,
    private readonly now: WallClock,
  ) {
    super();
  }

  addPlayer({ id, name, email, tokenHash }: NewPlayer): Deferred<void> {
    return this.#write('addPlayer', () => {
      this.disk.players.set(id, { id, name, email, createdAt: this.now() });
      this.disk.tokens.set(tokenHash, id);
    });
  }

  openGame({ id, seats, rematchOf }: NewGame): Deferred<void> {
    return this.#write('openGame', () => {
      if (this.disk.games.has(id)) return;
      const createdAt = this.now();
      const startedAt = seats[1] === null ? null : createdAt;
      this.disk.games.set(id, {
        id,
        seats,
        rematchOf,
        moves: [],
        createdAt,
        startedAt,
        lastMoveAt: null,
        ending: null,
      });
    });
  }

  joinGame({ id, playerId }: Join): Deferred<void> {
    return this.#write('joinGame', () => {
      const [first] = this.#record(id).seats;
      const name = this.disk.players.get(playerId)?.name ?? playerId;
      const seats: Seats = [first, { kind: 'player', id: playerId, name }];
      this.disk.change(id, { seats, startedAt: this.now() });
    });
  }

  addMove({ gameId, ply, column, ending, mails }: NewMove): Deferred<void> {
    return this.#write('addMove', () => {
      const { moves } = this.#record(gameId);
      if (ply < moves.length && moves[ply] === column) return;
      if (ply !== moves.length) throw new WriteRefusedError('wrong_ply', gameId);
      this.disk.change(gameId, { moves: [...moves, column], lastMoveAt: this.now(), ending });
      this.disk.mails.push(...mails);
    });
  }

  endGame({ id, ending, mails }: GameEnd): Deferred<void> {
    return this.#write('endGame', () => {
      this.disk.change(id, { ending });
      this.disk.mails.push(...mails);
    });
  }

  game(id: string): Deferred<GameRecord | undefined> {
    return this.#read('game', () => this.disk.games.get(id));
  }

  playerByToken(tokenHash: string): Deferred<PlayerRecord | undefined> {
    return this.#read('playerByToken', () => this.disk.players.get(this.disk.tokens.get(tokenHash) ?? ''));
  }

  playersById(ids: readonly string[]): Deferred<readonly PlayerRecord[]> {
    return this.#read('playersById', () => ids.flatMap((id) => this.disk.players.get(id) ?? []));
  }

  openGamesOf(playerId: string): Deferred<readonly string[] | undefined> {
    const isOpen = ({ ending, seats }: GameRecord): boolean =>
      ending === null && seats.some((seat) => seat?.kind === 'player' && seat.id === playerId);
    return this.#read('openGamesOf', () => [...this.disk.games.values()].filter(isOpen).map(({ id }) => id));
  }

  ping(): Deferred<void> {
    return this.#read('ping', () => undefined);
  }

  unfinishedGames(): Deferred<readonly string[]> {
    return this.#read('unfinishedGames', () =>
      [...this.disk.games.values()].flatMap(({ id, ending }) => (ending === null ? [id] : [])),
    );
  }

  #record(id: string): GameRecord {
    const record = this.disk.games.get(id);
    if (record === undefined) throw new WriteRefusedError('unknown_game', id);
    return record;
  }

  #write(name: keyof Face, work: () => void): Deferred<void> {
    const { fault } = this.disk;
    const answer = this.#begin<void>(name);
    if (fault === 'stuck') return answer;
    if (fault === 'away') return refuse(new StoreUnavailableError('away', false));
    try {
      work();
    } catch (error) {
      return refuse(error);
    }
    if (fault === 'in_doubt') return refuse(new StoreUnavailableError('away', true));
    if (fault === undefined) answer.reply();
    if (fault === 'slow') this.disk.held.push(() => answer.reply());
    return answer;
  }

  #read<T>(name: keyof Face, work: () => T): Deferred<T> {
    const answer = this.#begin<T>(name);
    if (this.disk.fault === 'stuck' || this.disk.fault === 'late') return answer;
    if (this.disk.fault !== undefined) return refuse(new StoreUnavailableError('away', false));
    answer.reply(work());
    return answer;
  }

  #begin<T>(name: keyof Face): Deferred<T> {
    this.disk.asked.set(name, (this.disk.asked.get(name) ?? 0) + 1);
    return this.self.defer<T>();
  }
}
