import { Inject, Injectable } from '@nestjs/common';
import { CallTimeoutError, NoProcessError, ProcessExitedError, Runtime, type ServerRef } from '@rookery/genserver';
import { InjectRegistry, InjectServer } from '@rookery/nestjs';
import type { Column } from '../rules/connect-four.js';
import type { Level, PlayerRecord } from '../store/records.js';
import { Repo } from '../store/repo.server.js';
import { answerOf } from '../store/asked.js';
import { GameError } from './errors.js';
import { gameName, GameRegistry, type GameRegistryRef } from './game-registry.js';
import { GameSession } from './game-session.server.js';
import { isRematchDue, stateOf } from './game-state.js';
import type { GameSummary, GameView } from './game-view.js';
import type { PlayerSeat } from './matchmaking.js';
import { Places } from './places.js';
import { SessionManager } from './session-manager.server.js';
import { viewOf } from './view-of.js';

/** Whom a player wants to play. */
export type Opponent = 'anyone' | { readonly computer: Level };

/** How long a player waits for a session. */
const ANSWER_MS = 3_000;
/** How often somebody who was quicker may take the game that was found. */
const QUICK_TRIES = 5;

/**
 * The way from HTTP and WebSockets to the games: finds the session, tells a game that is away from one that never was, and has the session
 * looked at that did not answer. Rejects with a GameError, a StoreError, or a CallTimeoutError.
 */
@Injectable()
export class Games {
  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @InjectServer(SessionManager) private readonly manager: ServerRef<SessionManager>,
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @InjectRegistry(GameRegistry) private readonly registry: GameRegistryRef,
    @Inject(Places) private readonly places: Places,
  ) {}

  async open(player: PlayerRecord, opponent: Opponent): Promise<GameView> {
    const second = opponent === 'anyone' ? null : ({ kind: 'computer', level: opponent.computer } as const);
    return this.view(await this.manager.call.open([seatOf(player), second]));
  }

  /** The game that waits longest, or a new one. */
  async quick(player: PlayerRecord): Promise<GameView> {
    for (let tries = 1; ; tries++) {
      await this.places.check(seatOf(player)); // first: a game that is found is kept from others for a while
      const { id, kind } = await this.manager.call.quick(seatOf(player));
      if (kind === 'opened') return this.view(id);
      try {
        return await this.join(player, id);
      } catch (error) {
        if (!(error instanceof GameError) || tries === QUICK_TRIES) throw error;
      }
    }
  }

  join(player: PlayerRecord, id: string): Promise<GameView> {
    const seat = seatOf(player);
    return this.places.take(id, [seat], () => this.#ask(id, (game) => game.join(seat)));
  }

  /** `ply`: the number of the move, from 0. The same move once more is answered like the first time. */
  move(player: PlayerRecord, id: string, ply: number, column: Column): Promise<GameView> {
    return this.#ask(id, (game) => game.move(player.id, ply, column));
  }

  resign(player: PlayerRecord, id: string): Promise<GameView> {
    return this.#ask(id, (game) => game.resign(player.id));
  }

  /** Once both have asked, `rematch.gameId` is the new game. */
  async rematch(player: PlayerRecord, id: string): Promise<GameView> {
    const view = await this.#ask(id, (game) => game.rematch(player.id));
    if (!isRematchDue(view)) return view;
    const gameId = await this.manager.call.rematch(id);
    return { ...view, rematch: { ...view.rematch, gameId } };
  }

  /** As it is now; one that is over for a while comes from the store. */
  async view(id: string): Promise<GameView> {
    if (this.registry.whereis(id) !== undefined) return this.#ask(id, (game) => game.view());
    const record = await answerOf(this.repo.call.game(id));
    if (record === undefined) throw new GameError('unknown_game');
    if (record.ending === null) throw new GameError('restarting');
    const session = { pid: '', restored: true };
    return viewOf(stateOf(record), { isOnline: () => false, spectators: 0, turnEndsInMs: null, session });
  }

  /** All that run, the latest first. Takes no message, as sessions keep their line up to date in the registry. */
  list(): readonly GameSummary[] {
    const entries = this.registry.select(({ value }) => value !== undefined);
    return entries.flatMap(({ value }) => value?.summary ?? []).toReversed();
  }

  /** For demonstration. A cast: nobody waits for the answer of a server that is about to die, or to hang. */
  disturb(id: string, how: 'crash' | 'hang'): void {
    const { cast } = this.#session(id);
    if (how === 'crash') cast.crash();
    else cast.hang();
  }

  async #ask(id: string, request: (game: ServerRef<GameSession>['call']) => Promise<GameView>): Promise<GameView> {
    try {
      return await request(this.#session(id).with({ timeoutMs: ANSWER_MS }).call);
    } catch (error) {
      if (error instanceof CallTimeoutError) this.manager.cast.suspect(id);
      if (error instanceof ProcessExitedError) throw new GameError('restarting', { cause: error });
      if (error instanceof NoProcessError) throw await this.#whyAway(id);
      throw error;
    }
  }

  /** Nobody is there: whether that passes is known by the store. */
  async #whyAway(id: string): Promise<GameError> {
    const record = await answerOf(this.repo.call.game(id));
    if (record === undefined) return new GameError('unknown_game');
    return new GameError(record.ending === null ? 'restarting' : 'game_over');
  }

  #session(id: string): ServerRef<GameSession> {
    return this.runtime.ref(GameSession, gameName(id));
  }
}

function seatOf({ id, name }: PlayerRecord): PlayerSeat {
  return { kind: 'player', id, name };
}
