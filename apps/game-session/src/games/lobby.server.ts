import { randomUUID } from 'node:crypto';
import { Logger } from '@nestjs/common';
import {
  AlreadyStartedError,
  child,
  type ChildSpec,
  type DynamicSupervisorRef,
  type ExitReason,
  formatReason,
  GenServer,
  refuse,
  type ServerRef,
  StartError,
} from '@rookery/genserver';
import { InjectServer, Supervised } from '@rookery/nestjs';
import { newGame, type Players, view } from './named-players.js';
import { gameName } from './game-name.js';
import { GameSession, type GameView } from './game-session.server.js';
import { GameSessions } from './game-sessions.supervisor.js';
import { MoveLog } from './move-log.server.js';

/** Opens games, and sees to it that every game of the log has its session. */
@Supervised()
export class Lobby extends GenServer {
  readonly #logger = new Logger(Lobby.name);

  constructor(
    @InjectServer(MoveLog) private readonly log: ServerRef<MoveLog>,
    @InjectServer(GameSessions) private readonly sessions: DynamicSupervisorRef<GameSession>,
  ) {
    super();
  }

  override init(): void {
    this.self.trapExit(true); // or `terminate` would not run at shutdown
    this.self.continue('resume'); // not here: the start of the tree would wait for it
  }

  /** After a restart, before any other message. At the first start the log is empty. */
  override async handleContinue(): Promise<void> {
    for (const id of await this.log.call.ids()) await this.#resume(id);
  }

  async open(players: Players): Promise<GameView> {
    const id = newId();
    await this.log.call.open(id, players);
    try {
      await this.sessions.startChild(sessionOf(id));
    } catch (error) {
      await this.log.call.forget(id); // the caller hears that there is no game, so there must be none
      return refuse(error);
    }
    return { id, ...view(newGame(players)) };
  }

  override terminate(reason: ExitReason): void {
    this.#logger.log(`${this.self.name} ends: ${formatReason(reason)}`);
  }

  async #resume(id: string): Promise<void> {
    try {
      await this.sessions.startChild(sessionOf(id));
      this.#logger.log(`Game ${id} goes on`);
    } catch (error) {
      if (error instanceof AlreadyStartedError) return; // it went on while the lobby was away
      if (!(error instanceof StartError)) throw error;
      this.#logger.error(`Game ${id} cannot go on: ${error.message}`); // one spoilt game must not stop the others
    }
  }
}

function sessionOf(id: string): ChildSpec<ServerRef<GameSession> | undefined> {
  return child(GameSession, { args: [id], name: gameName(id) });
}

/** The last group of a UUID: 48 random bits, short enough to type and hard to guess. */
function newId(): string {
  return randomUUID().slice(-12);
}
