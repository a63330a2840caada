import type { Column } from '../rules/connect-four.js';
import type { Objection } from './named-players.js';

/** What players can get wrong. A session says so by `refuse()`, and lives on. `reason` is for programs, the message for people. */
export abstract class GameError extends Error {
  abstract readonly reason: string;

  override get name(): string {
    return this.constructor.name;
  }
}

/** Never opened, deleted, or finished a while ago. */
export class UnknownGameError extends GameError {
  readonly reason = 'unknown_game';

  constructor(readonly id: string) {
    super(`There is no game ${JSON.stringify(id)}: it was never opened, was deleted, or has been over for a while.`);
  }
}

export class IllegalMoveError extends GameError {
  constructor(
    readonly reason: Objection,
    readonly player: string,
    readonly column: Column,
  ) {
    super(MESSAGES[reason](player, column));
  }
}

const MESSAGES: Readonly<Record<Objection, (player: string, column: Column) => string>> = {
  unknown_player: (player) => `${player} does not play in this game.`,
  game_over: () => 'The game is over.',
  not_your_turn: (player) => `It is not ${player}'s turn.`,
  column_full: (_, column) => `Column ${column} is full.`,
};
