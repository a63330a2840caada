import { Inject, Injectable } from '@nestjs/common';
import { Runtime, type ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import { UnknownGameError } from '../games/errors.js';
import { GAME_REGISTRY, gameName } from '../games/game-name.js';
import { GameSession, type GameView } from '../games/game-session.server.js';
import { Lobby } from '../games/lobby.server.js';
import { MoveLog } from '../games/move-log.server.js';
import type { Players } from '../games/named-players.js';
import type { Column } from '../rules/connect-four.js';

/** The way from HTTP to the servers: finds the session of a game, and tells a game that is away from one that never was. */
@Injectable()
export class GamesService {
  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @InjectServer(Lobby) private readonly lobby: ServerRef<Lobby>,
    @InjectServer(MoveLog) private readonly log: ServerRef<MoveLog>,
  ) {}

  open(players: Players): Promise<GameView> {
    return this.lobby.call.open(players);
  }

  /** The running sessions. One that crashes at this moment is not among them: it is not running. */
  async list(): Promise<readonly GameView[]> {
    const ids = this.runtime.registry(GAME_REGISTRY).keys();
    const views = await Promise.allSettled(ids.map((id) => this.#session(String(id)).call.view()));
    return views.flatMap((view) => (view.status === 'fulfilled' ? [view.value] : []));
  }

  async view(id: string): Promise<GameView> {
    return (await this.#find(id)).call.view();
  }

  async move(id: string, player: string, column: Column): Promise<GameView> {
    return (await this.#find(id)).call.move(player, column);
  }

  async close(id: string): Promise<void> {
    await (await this.#find(id)).call.close();
  }

  /** A cast: nobody waits for the answer of a server that is about to die. */
  async crash(id: string): Promise<void> {
    (await this.#find(id)).cast.crash();
  }

  /**
   * Throws an UnknownGameError only if the log does not know the game either. Otherwise its session is just being restarted: a
   * call then finds the new one, or rejects with a NoProcessError, which says that it is worth another try.
   */
  async #find(id: string): Promise<ServerRef<GameSession>> {
    const session = this.#session(id);
    if (!session.isAlive && !(await this.log.call.has(id))) throw new UnknownGameError(id);
    return session;
  }

  #session(id: string): ServerRef<GameSession> {
    return this.runtime.ref(GameSession, gameName(id));
  }
}
