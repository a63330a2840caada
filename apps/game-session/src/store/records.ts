import type { Column } from '../rules/connect-four.js';

// What the database remembers, as the rest of the app sees it. Plain values: they can be handed out as they are.

/** How well the computer plays: 1 is a beginner. */
export type Level = 1 | 2 | 3 | 4 | 5;

/** 0 plays `x` and begins, 1 plays `o`. */
export type Side = 0 | 1;

/** Who sits at one side of a board. */
export type Seat =
  | { readonly kind: 'player'; readonly id: string; readonly name: string }
  | { readonly kind: 'computer'; readonly level: Level };

/** The first seat is `x`. A game without a second one waits for somebody. */
export type Seats = readonly [Seat, Seat | null];

/** How a game ended. `abandoned`: nobody came to play it. */
export type Ending =
  | { readonly kind: 'line' | 'resigned' | 'timeout'; readonly winner: Side }
  | { readonly kind: 'draw' }
  | { readonly kind: 'abandoned' };

/** All it takes to go on with a game. */
export interface GameRecord {
  readonly id: string;
  readonly seats: Seats;
  readonly moves: readonly Column[];
  readonly createdAt: Date;
  /** When the second player sat down: that starts the clock of the first move. Null while the game waits. */
  readonly startedAt: Date | null;
  /** Null before the first move. */
  readonly lastMoveAt: Date | null;
  /** Null while it is not over. */
  readonly ending: Ending | null;
  readonly rematchOf: string | null;
}

export interface PlayerRecord {
  readonly id: string;
  readonly name: string;
  /** Where results are sent; null: nowhere. */
  readonly email: string | null;
  readonly createdAt: Date;
}

/** A line of the leaderboard. Three points for a win, one for a draw; games against the computer count, too. */
export interface Standing {
  readonly playerId: string;
  readonly name: string;
  readonly played: number;
  readonly won: number;
  readonly drawn: number;
  readonly lost: number;
  readonly points: number;
}

/** A mail to be sent. */
export interface NewMail {
  readonly to: string;
  readonly subject: string;
  readonly text: string;
}

/** A mail that waits in the outbox. */
export interface MailRecord extends NewMail {
  readonly id: number;
  readonly createdAt: Date;
  /** How often it was tried so far. */
  readonly attempts: number;
}

/** A game that is over, for the report of a day. */
export interface FinishedGame {
  readonly id: string;
  readonly seats: Seats;
  readonly ending: Ending;
  /** How many were made. */
  readonly moves: number;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly endedAt: Date;
}
