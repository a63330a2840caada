import type { Milliseconds } from '@rookery/genserver';
import type { Column } from '../rules/connect-four.js';
import type { Ending, NewMail, Seats } from './records.js';

// What can be asked of the store, as plain values. Each may be repeated: what is there already counts as written.

export interface NewPlayer {
  readonly id: string;
  readonly name: string;
  readonly email: string | null;
  /** SHA-256 of the token. */
  readonly tokenHash: string;
}

export interface NewGame {
  readonly id: string;
  readonly seats: Seats;
  readonly rematchOf: string | null;
}

/** Somebody takes the free seat: the game begins. */
export interface Join {
  readonly id: string;
  readonly side: 1;
  readonly playerId: string;
}

export interface NewMove {
  readonly gameId: string;
  /** 0 is the first move. The one before must be stored. */
  readonly ply: number;
  readonly column: Column;
  /** If it ends the game: stored with the move, or neither is. */
  readonly ending: Ending | null;
  /** Put into the outbox with the ending. */
  readonly mails: readonly NewMail[];
}

/** An ending without a move. */
export interface GameEnd {
  readonly id: string;
  readonly ending: Ending;
  readonly mails: readonly NewMail[];
}

/** Old rows to be deleted, at most so many at a time: a large statement keeps all others waiting. */
export interface Deletion {
  readonly before: Date;
  readonly limit: number;
}

/** A mail could not be sent. */
export interface MailFailure {
  readonly kind: 'mail_failed';
  readonly id: number;
  readonly error: string;
  /** Null: it is given up. */
  readonly retryInMs: Milliseconds | null;
}

export type Write =
  | { readonly kind: 'add_player'; readonly row: NewPlayer }
  | { readonly kind: 'open_game'; readonly row: NewGame }
  | { readonly kind: 'join_game'; readonly row: Join }
  | { readonly kind: 'add_move'; readonly row: NewMove }
  | { readonly kind: 'end_game'; readonly row: GameEnd }
  | { readonly kind: 'mail_sent'; readonly id: number }
  | MailFailure
  | { readonly kind: 'delete_games' | 'delete_players'; readonly deletion: Deletion };
