import {
  type Board,
  type Column,
  drop as dropDisc,
  EMPTY_BOARD,
  isOver as isFinished,
  replay as replayMoves,
  rowsOf,
  turnOf,
} from '../rules/connect-four.js';

// The rules as this version of the app speaks of them: by names of players instead of sides.

/** Two different names; the first one begins. */
export type Players = readonly [string, string];

export interface Game {
  readonly players: Players;
  readonly board: Board;
}

/** Why a move is not allowed. */
export type Objection = 'unknown_player' | 'game_over' | 'not_your_turn' | 'column_full';

type DropResult =
  { readonly kind: 'legal'; readonly game: Game } | { readonly kind: 'illegal'; readonly objection: Objection };

/** A game as players see it: plain data, ready to be sent. */
export interface Position {
  readonly players: Players;
  readonly state: 'playing' | 'won' | 'draw';
  /** Who is to move; null when the game is over. */
  readonly turn: string | null;
  readonly winner: string | null;
  readonly board: readonly string[];
  readonly moves: readonly Column[];
}

export function newGame(players: Players): Game {
  return { players, board: EMPTY_BOARD };
}

export function replay(players: Players, moves: readonly Column[]): Game {
  return { players, board: replayMoves(moves) };
}

/** Drops a disc of `player` into a column. */
export function drop({ players, board }: Game, player: string, column: Column): DropResult {
  const objection = objectionTo(players, board, player);
  if (objection !== undefined) return { kind: 'illegal', objection };
  const result = dropDisc(board, column);
  return result.kind === 'legal' ? { kind: 'legal', game: { players, board: result.board } } : result;
}

export function isOver({ board }: Game): boolean {
  return isFinished(board);
}

export function view({ players, board }: Game): Position {
  const { moves, line } = board;
  const over = isFinished(board);
  return {
    players,
    state: line !== null ? 'won' : over ? 'draw' : 'playing',
    turn: over ? null : players[turnOf(board)],
    winner: line === null ? null : players[turnOf(board) === 0 ? 1 : 0],
    board: rowsOf(board),
    moves,
  };
}

function objectionTo(players: Players, board: Board, player: string): Objection | undefined {
  if (!players.includes(player)) return 'unknown_player';
  if (isFinished(board)) return 'game_over';
  return player === players[turnOf(board)] ? undefined : 'not_your_turn';
}
