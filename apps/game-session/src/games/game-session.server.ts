import { Inject, Logger } from '@nestjs/common';
import {
  type ExitReason,
  formatReason,
  GenServer,
  ignore,
  type Ignored,
  refuse,
  type ServerRef,
} from '@rookery/genserver';
import { InjectServer, Supervised } from '@rookery/nestjs';
import type { Column } from '../rules/connect-four.js';
import { SETTINGS, type Settings } from '../settings.js';
import { IllegalMoveError } from './errors.js';
import { MoveLog } from './move-log.server.js';
import { drop, type Game, isOver, type Position, replay, view } from './named-players.js';

/** What a session answers with. */
export interface GameView extends Position {
  readonly id: string;
}

/** The message of the timer that ends a finished game. A symbol, so that nobody else can send it. */
const graceOver = Symbol('grace over');

/**
 * One game that is being played. Transient: a crash brings it back with its moves, a game that has ended stays away.
 * Its state is a copy: the truth is in the log, where each move is written before it counts.
 */
@Supervised({ restart: 'transient' })
export class GameSession extends GenServer<Game> {
  readonly #logger = new Logger(GameSession.name);
  #id = '';

  constructor(
    @InjectServer(MoveLog) private readonly log: ServerRef<MoveLog>,
    @Inject(SETTINGS) private readonly settings: Settings,
  ) {
    super();
  }

  /** Runs at every start, so after a crash, too. */
  override async init(id: string): Promise<Game | Ignored> {
    this.self.trapExit(true); // or `terminate` would not run at shutdown
    this.#id = id;
    const record = await this.log.call.game(id);
    if (record === undefined) return ignore(); // deleted just before a crash: there is nothing to bring back
    const game = replay(record.players, record.moves);
    if (isOver(game)) this.#endAfterGrace();
    return game;
  }

  view(): GameView {
    return { id: this.#id, ...view(this.state) };
  }

  async move(player: string, column: Column): Promise<GameView> {
    const result = drop(this.state, player, column);
    // The player's mistake, not ours: say no and live on. A throw would end this session.
    if (result.kind === 'illegal') return refuse(new IllegalMoveError(result.objection, player, column));
    await this.log.call.append(this.#id, column); // first written, then true: what was acknowledged is never lost
    this.state = result.game;
    if (isOver(this.state)) this.#endAfterGrace();
    return this.view();
  }

  /** Ends the game for good. */
  async close(): Promise<void> {
    await this.log.call.forget(this.#id); // first, or a crash in between would bring the game back
    this.self.stop();
  }

  /** For demonstration: what a bug does. */
  crash(): never {
    throw new Error('crashed on purpose');
  }

  override async handleInfo(message: unknown): Promise<void> {
    if (message === graceOver) await this.close();
    // Anything else is the exit of the registry, which is linked with all whom it names. Nothing to do: the supervisor above
    // stops this session, too, and the lobby starts it again.
  }

  override terminate(reason: ExitReason): void {
    this.#logger.log(`${this.self.name} ends: ${formatReason(reason)}`);
  }

  /** So that both players can still look at the end. */
  #endAfterGrace(): void {
    this.self.sendAfter(this.settings.finishedGraceMs, graceOver);
  }
}
