/** The rules of Connect Four: values in, values out. Nothing here knows of processes, HTTP or time. */

export const COLUMNS = 7;
export const ROWS = 6;
const LINE = 4;
/** Upright, level, and the two diagonals, as steps to the right and up. */
const DIRECTIONS = [
  [0, 1],
  [1, 0],
  [1, 1],
  [1, -1],
] as const;

/** Two different names; the first one begins. */
export type Players = readonly [string, string];

/** 0 (left) to 6 (right). */
export type Column = number;

type Disc = 'x' | 'o';
type Columns = readonly (readonly Disc[])[];

/** A position. Never changed: each move makes a new one. */
export interface Game {
  readonly players: Players;
  readonly moves: readonly Column[];
  /** From left to right; in each the discs from the bottom up. */
  readonly columns: Columns;
  readonly winner: string | null;
}

/** Why a move is not allowed. */
export type Objection = 'unknown_player' | 'game_over' | 'not_your_turn' | 'column_full';

export type DropResult =
  { readonly kind: 'legal'; readonly game: Game } | { readonly kind: 'illegal'; readonly objection: Objection };

/** A game as players see it: plain data, ready to be sent. */
export interface Position {
  readonly players: Players;
  readonly state: 'playing' | 'won' | 'draw';
  /** Who is to move; null when the game is over. */
  readonly turn: string | null;
  readonly winner: string | null;
  /** Six rows from top to bottom, a character for each column: `.` empty, `x` the first player, `o` the second. */
  readonly board: readonly string[];
  readonly moves: readonly Column[];
}

export function newGame(players: Players): Game {
  return { players, moves: [], columns: Array.from({ length: COLUMNS }, () => []), winner: null };
}

/** The position after these moves, made in turn. Throws when they break the rules: then they are not the moves of a game. */
export function replay(players: Players, moves: readonly Column[]): Game {
  return moves.reduce((game, column) => {
    const result = drop(game, players[turnOf(game)], column);
    if (result.kind === 'legal') return result.game;
    throw new Error(`Move ${game.moves.length + 1} (column ${column}) cannot be replayed: ${result.objection}`);
  }, newGame(players));
}

/** Drops a disc of `player` into a column. */
export function drop(game: Game, player: string, column: Column): DropResult {
  const discs = game.columns[column];
  if (discs === undefined) throw new RangeError(`Expected a column from 0 to ${COLUMNS - 1}, got ${column}`);
  const objection = objectionTo(game, player, discs);
  if (objection !== undefined) return { kind: 'illegal', objection };
  const columns = game.columns.with(column, [...discs, turnOf(game) === 0 ? 'x' : 'o']);
  const winner = endsLine(columns, column) ? player : null;
  return { kind: 'legal', game: { ...game, columns, moves: [...game.moves, column], winner } };
}

export function isOver(game: Game): boolean {
  return game.winner !== null || game.moves.length === COLUMNS * ROWS;
}

export function view(game: Game): Position {
  const { players, moves, columns, winner } = game;
  const rows = Array.from({ length: ROWS }, (_, row) => columns.map((discs) => discs[ROWS - 1 - row] ?? '.').join(''));
  const over = isOver(game);
  return {
    players,
    state: winner !== null ? 'won' : over ? 'draw' : 'playing',
    turn: over ? null : players[turnOf(game)],
    winner,
    board: rows,
    moves,
  };
}

function objectionTo(game: Game, player: string, discs: readonly Disc[]): Objection | undefined {
  if (!game.players.includes(player)) return 'unknown_player';
  if (isOver(game)) return 'game_over';
  if (player !== game.players[turnOf(game)]) return 'not_your_turn';
  return discs.length === ROWS ? 'column_full' : undefined;
}

function turnOf({ moves }: Game): 0 | 1 {
  return moves.length % 2 === 0 ? 0 : 1;
}

/** Whether the top disc of a column is part of four in a row. */
function endsLine(columns: Columns, column: Column): boolean {
  const row = (columns[column]?.length ?? 0) - 1;
  const disc = columns[column]?.[row];
  const count = (right: number, up: number): number => {
    let length = 0;
    while (columns[column + right * (length + 1)]?.[row + up * (length + 1)] === disc) length++;
    return length;
  };
  return DIRECTIONS.some(([right, up]) => count(right, up) + 1 + count(-right, -up) >= LINE);
}
