import { Logger } from '@nestjs/common';
import { type ExitReason, formatReason, GenServer, refuse } from '@rookery/genserver';
import { Supervised } from '@rookery/nestjs';
import type { Column } from '../rules/connect-four.js';
import { UnknownGameError } from './errors.js';
import type { Players } from './named-players.js';

/** All it takes to play a game again from the start. Never changed, only replaced: so it can be handed out as it is. */
export interface GameRecord {
  readonly players: Players;
  readonly moves: readonly Column[];
}

/**
 * Remembers every game and its moves, so that a session that crashed can be brought back. It stands where a database would:
 * it holds no rules, so that there is little in it that could crash. If it does crash, the games are gone.
 */
@Supervised()
export class MoveLog extends GenServer<Map<string, GameRecord>> {
  readonly #logger = new Logger(MoveLog.name);

  override init(): Map<string, GameRecord> {
    this.self.trapExit(true); // or `terminate` would not run at shutdown
    return new Map();
  }

  open(id: string, players: Players): void {
    if (this.state.has(id)) return refuse(new Error(`Game ${id} exists already`));
    this.state.set(id, { players, moves: [] });
  }

  append(id: string, column: Column): void {
    const game = this.state.get(id);
    if (game === undefined) return refuse(new UnknownGameError(id));
    this.state.set(id, { ...game, moves: [...game.moves, column] });
  }

  game(id: string): GameRecord | undefined {
    return this.state.get(id);
  }

  has(id: string): boolean {
    return this.state.has(id);
  }

  ids(): readonly string[] {
    return [...this.state.keys()];
  }

  forget(id: string): void {
    this.state.delete(id);
  }

  override terminate(reason: ExitReason): void {
    this.#logger.log(`${this.self.name} ends: ${formatReason(reason)}`);
  }
}
