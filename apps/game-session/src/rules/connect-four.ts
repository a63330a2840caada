/** The rules of Connect Four: values in, values out. Nothing here knows of players, processes, HTTP or time. */

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

/** 0 (left) to 6 (right). */
export type Column = number;

/** Row 0 is the lowest. */
type Cell = readonly [column: Column, row: number];

/** 0 plays `x` and begins, 1 plays `o`. */
type Side = 0 | 1;
type Disc = 'x' | 'o';
type Columns = readonly (readonly Disc[])[];

/** A position. Never changed: each move makes a new one. */
export interface Board {
  readonly moves: readonly Column[];
  /** From left to right; in each the discs from the bottom up. */
  readonly columns: Columns;
  /** The four (or more) in a line that the last move has made: who made it has won. */
  readonly line: readonly Cell[] | null;
}

export type DropResult =
  | { readonly kind: 'legal'; readonly board: Board }
  | { readonly kind: 'illegal'; readonly objection: 'game_over' | 'column_full' };

export const EMPTY_BOARD: Board = { moves: [], columns: Array.from({ length: COLUMNS }, () => []), line: null };

/** The position after these moves. Throws when they break the rules: then they are not the moves of a game. */
export function replay(moves: readonly Column[]): Board {
  return moves.reduce((board, column) => {
    const result = drop(board, column);
    if (result.kind === 'legal') return result.board;
    throw new Error(`Move ${board.moves.length + 1} (column ${column}) cannot be replayed: ${result.objection}`);
  }, EMPTY_BOARD);
}

/** Drops a disc of the side whose turn it is. Throws a RangeError for a column that does not exist. */
export function drop(board: Board, column: Column): DropResult {
  const discs = board.columns[column];
  if (discs === undefined) throw new RangeError(`Expected a column from 0 to ${COLUMNS - 1}, got ${column}`);
  if (isOver(board)) return { kind: 'illegal', objection: 'game_over' };
  if (discs.length === ROWS) return { kind: 'illegal', objection: 'column_full' };
  const columns = board.columns.with(column, [...discs, turnOf(board) === 0 ? 'x' : 'o']);
  return { kind: 'legal', board: { columns, moves: [...board.moves, column], line: lineThrough(columns, column) } };
}

export function isOver({ line, moves }: Board): boolean {
  return line !== null || moves.length === COLUMNS * ROWS;
}

/** Whose disc would be next, whether the game is over or not. */
export function turnOf({ moves }: Pick<Board, 'moves'>): Side {
  return moves.length % 2 === 0 ? 0 : 1;
}

/** Six rows from top to bottom, a character for each column: `.` empty, `x` the first player, `o` the second. */
export function rowsOf({ columns }: Board): readonly string[] {
  return Array.from({ length: ROWS }, (_, row) => columns.map((discs) => discs[ROWS - 1 - row] ?? '.').join(''));
}

/** All lines of at least four that the top disc of a column is part of; null if there is none. */
function lineThrough(columns: Columns, column: Column): readonly Cell[] | null {
  const row = (columns[column]?.length ?? 0) - 1;
  const disc = columns[column]?.[row];
  const ray = (right: number, up: number): Cell[] => {
    const cells: Cell[] = [];
    for (let step = 1; columns[column + right * step]?.[row + up * step] === disc; step++) {
      cells.push([column + right * step, row + up * step]);
    }
    return cells;
  };
  const others = DIRECTIONS.map(([right, up]) => [...ray(right, up), ...ray(-right, -up)]);
  const lines = others.filter(({ length }) => length + 1 >= LINE);
  return lines.length === 0 ? null : [[column, row], ...lines.flat()];
}
