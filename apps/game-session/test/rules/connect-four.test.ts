import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  type Board,
  COLUMNS,
  drop,
  EMPTY_BOARD,
  isOver,
  replay,
  ROWS,
  rowsOf,
  turnOf,
} from '../../src/rules/connect-four.js';

const fullColumn = full(0);
/** Column by column; the single disc in between shifts who is at the bottom, so that nobody gets four. */
const drawnGame = [...[1, 2, 4, 5].flatMap(full), 0, ...full(3), ...full(6), 0, 0, 0, 0, 0];

test('a new game has an empty board of six rows, and the first side begins', () => {
  expect(rowsOf(EMPTY_BOARD)).toEqual(['.......', '.......', '.......', '.......', '.......', '.......']);
  expect(turnOf(EMPTY_BOARD)).toBe(0);
  expect(isOver(EMPTY_BOARD)).toBe(false);
});

describe('four in a row win', () => {
  test.each([
    ['upright', [0, 1, 0, 1, 0, 1, 0], 'x......', ['0 0', '0 1', '0 2', '0 3']],
    ['level', [0, 0, 1, 1, 2, 2, 3], 'ooo....', ['0 0', '1 0', '2 0', '3 0']],
    ['level, closed in the middle', [0, 0, 1, 1, 3, 3, 2], 'oo.o...', ['0 0', '1 0', '2 0', '3 0']],
    ['level, at the right edge', [6, 6, 5, 5, 4, 4, 3], '....ooo', ['3 0', '4 0', '5 0', '6 0']],
    ['rising to the right', [0, 1, 1, 2, 2, 3, 2, 3, 3, 6, 3], '..xx...', ['0 0', '1 1', '2 2', '3 3']],
    ['rising to the left', [6, 5, 5, 4, 4, 3, 4, 3, 3, 0, 3], '...xx..', ['3 3', '4 2', '5 1', '6 0']],
    ['for the second side, too', [6, 0, 6, 0, 6, 0, 5, 0], 'o.....x', ['0 0', '0 1', '0 2', '0 3']],
    [
      'two lines by one disc',
      [0, 6, 1, 6, 2, 0, 4, 1, 5, 2, 6, 4, 6, 5, 3],
      'ooo.ooo',
      ['0 0', '1 0', '2 0', '3 0', '4 0', '5 0'],
    ],
  ])('%s', (_, moves, row, line) => {
    const board = replay(moves);
    expect(isOver(board)).toBe(true);
    expect(rowsOf(board)).toContain(row);
    expect(board.line?.map((cell) => cell.join(' ')).toSorted()).toEqual(line);
    expect(isOver(replay(moves.slice(0, -1)))).toBe(false);
  });

  test.each([
    ['three', [0, 1, 0, 1, 0]],
    ['three and one with a gap', [0, 0, 1, 1, 2, 2, 4]],
    ['discs of both', [0, 1, 2, 3, 4, 5, 6]],
  ])('%s do not', (_, moves) => {
    expect(replay(moves).line).toBeNull();
    expect(isOver(replay(moves))).toBe(false);
  });
});

test('a full board without four in a row is over, and nobody has won', () => {
  const board = replay(drawnGame);
  expect(isOver(board)).toBe(true);
  expect(board.line).toBeNull();
  expect(rowsOf(board).join('')).not.toContain('.');
});

describe('a move is refused', () => {
  test.each([
    ['game_over', [0, 1, 0, 1, 0, 1, 0], 0],
    ['game_over', drawnGame, 3],
    ['column_full', fullColumn, 0],
  ] as const)('%s: after %j into %i', (objection, moves, column) => {
    expect(drop(replay(moves), column)).toEqual({ kind: 'illegal', objection });
  });

  test.each([-1, 7, 1.5, Number.NaN])('a column %p does not exist: that is a mistake of the program', (column) => {
    expect(() => drop(EMPTY_BOARD, column)).toThrow(RangeError);
  });

  test('moves that break the rules cannot be replayed', () => {
    expect(() => replay([...fullColumn, 0])).toThrow('Move 7 (column 0) cannot be replayed: column_full');
  });
});

describe('in every game', () => {
  const wishes = fc.array(fc.nat({ max: COLUMNS - 1 }), { maxLength: 80 });

  test('discs lie on the bottom or on another disc', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const board = rowsOf(play(columns));
        for (let column = 0; column < COLUMNS; column++) {
          expect(board.map((row) => row[column]).join('')).toMatch(/^\.*[xo]*$/); // from top to bottom
        }
      }),
    );
  });

  test('sides take turns', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const board = play(columns);
        const discs = board.columns.flat();
        const [first, second] = [
          discs.filter((disc) => disc === 'x').length,
          discs.filter((disc) => disc === 'o').length,
        ];
        expect(first - second).toBe(turnOf(board));
      }),
    );
  });

  test('a winner has four in a row somewhere on the board, and nobody else has', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const board = play(columns);
        const winner = board.line === null ? undefined : turnOf(board) === 0 ? 'o' : 'x';
        expect(hasFour(rowsOf(board), 'x')).toBe(winner === 'x');
        expect(hasFour(rowsOf(board), 'o')).toBe(winner === 'o');
      }),
      { numRuns: 500 },
    );
  });

  test('the moves alone give the same game again', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const board = play(columns);
        expect(replay(board.moves)).toEqual(board);
      }),
    );
  });
});

function full(column: number): readonly number[] {
  return Array.from({ length: ROWS }, () => column);
}

/** Plays what is allowed of these columns and skips the rest. */
function play(columns: readonly number[]): Board {
  return columns.reduce((board, column) => {
    const result = drop(board, column);
    return result.kind === 'legal' ? result.board : board;
  }, EMPTY_BOARD);
}

/** The slow and obvious way: every line of four on the board. */
function hasFour(board: readonly string[], disc: string): boolean {
  const steps = [-1, 0, 1].flatMap((down) => [-1, 0, 1].map((right) => ({ down, right })));
  const lines = steps.filter(({ down, right }) => down !== 0 || right !== 0);
  return board.some((cells, row) =>
    Array.from(cells).some((_, column) =>
      lines.some(({ down, right }) => [0, 1, 2, 3].every((n) => board[row + n * down]?.[column + n * right] === disc)),
    ),
  );
}
