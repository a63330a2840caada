import type { Column } from '../rules/connect-four.js';
import type { Ending, Level, Side } from '../store/records.js';

// What people see of a game: plain data, ready to be sent.

export interface SeatView {
  readonly kind: 'player' | 'computer';
  readonly name: string;
  /** Null for the computer. */
  readonly playerId: string | null;
  /** Null for a player. */
  readonly level: Level | null;
  readonly online: boolean;
}

export interface GameView {
  readonly id: string;
  readonly status: 'waiting' | 'playing' | 'finished';
  readonly seats: readonly [SeatView, SeatView | null];
  /** Six rows from top to bottom, a character for each column: `.` empty, `x` the first player, `o` the second. */
  readonly board: readonly string[];
  readonly moves: readonly Column[];
  /** The four (or more) that won, as [column, row]; row 0 is the lowest. */
  readonly line: readonly (readonly [column: number, row: number])[] | null;
  /** Who is to move; null when nobody is. */
  readonly turn: Side | null;
  /** What is left of this turn at the moment the view was made. */
  readonly turnEndsInMs: number | null;
  readonly ending: Ending | null;
  /** Who watches without playing. */
  readonly spectators: number;
  readonly rematch: { readonly offeredBy: readonly Side[]; readonly gameId: string | null };
  /** Another pid than before: another process. `restored`: it took the game from the store. */
  readonly session: { readonly pid: string; readonly restored: boolean };
}

/** A line of the list of games. */
export interface GameSummary {
  readonly id: string;
  readonly status: GameView['status'];
  readonly seats: GameView['seats'];
  /** How many were made. */
  readonly moves: number;
  readonly spectators: number;
}
