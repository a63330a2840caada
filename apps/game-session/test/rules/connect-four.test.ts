import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  COLUMNS,
  drop,
  type Game,
  isOver,
  newGame,
  type Players,
  replay,
  ROWS,
  view,
} from '../../src/rules/connect-four.js';

const players: Players = ['ada', 'bob'];
const fullColumn = full(0);
/** Column by column; the single disc in between shifts who is at the bottom, so that nobody gets four. */
const drawnGame = [...[1, 2, 4, 5].flatMap(full), 0, ...full(3), ...full(6), 0, 0, 0, 0, 0];

describe('a new game', () => {
  test('has an empty board of six rows, and the first player begins', () => {
    expect(view(newGame(players))).toEqual({
      players,
      state: 'playing',
      turn: 'ada',
      winner: null,
      board: ['.......', '.......', '.......', '.......', '.......', '.......'],
      moves: [],
    });
  });
});

describe('four in a row win', () => {
  test.each([
    ['upright', [0, 1, 0, 1, 0, 1, 0], 'ada', 'x......'],
    ['level', [0, 0, 1, 1, 2, 2, 3], 'ada', 'ooo....'],
    ['level, closed in the middle', [0, 0, 1, 1, 3, 3, 2], 'ada', 'oo.o...'],
    ['level, at the right edge', [6, 6, 5, 5, 4, 4, 3], 'ada', '....ooo'],
    ['rising to the right', [0, 1, 1, 2, 2, 3, 2, 3, 3, 6, 3], 'ada', '..xx...'],
    ['rising to the left', [6, 5, 5, 4, 4, 3, 4, 3, 3, 0, 3], 'ada', '...xx..'],
    ['for the second player, too', [6, 0, 6, 0, 6, 0, 5, 0], 'bob', 'o.....x'],
  ])('%s', (_, moves, winner, row) => {
    const position = view(replay(players, moves));
    expect(position).toMatchObject({ state: 'won', winner, turn: null });
    expect(position.board).toContain(row);
    expect(view(replay(players, moves.slice(0, -1))).state).toBe('playing');
  });

  test.each([
    ['three', [0, 1, 0, 1, 0]],
    ['three and one with a gap', [0, 0, 1, 1, 2, 2, 4]],
    ['discs of both', [0, 1, 2, 3, 4, 5, 6]],
  ])('%s do not', (_, moves) => {
    expect(view(replay(players, moves))).toMatchObject({ state: 'playing', winner: null });
  });
});

test('a full board without four in a row is a draw', () => {
  const position = view(replay(players, drawnGame));
  expect(position).toMatchObject({ state: 'draw', winner: null, turn: null });
  expect(position.board.join('')).not.toContain('.');
});

describe('a move is refused', () => {
  test.each([
    ['unknown_player', [], 'eve', 0],
    ['unknown_player', [0, 1, 0, 1, 0, 1, 0], 'eve', 0],
    ['game_over', [0, 1, 0, 1, 0, 1, 0], 'bob', 0],
    ['not_your_turn', [], 'bob', 0],
    ['not_your_turn', [0], 'ada', 0],
    ['column_full', fullColumn, 'ada', 0],
    ['not_your_turn', fullColumn, 'bob', 0],
  ] as const)('%s: after %j, %s into %i', (objection, moves, player, column) => {
    expect(drop(replay(players, moves), player, column)).toEqual({ kind: 'illegal', objection });
  });

  test.each([-1, 7, 1.5, Number.NaN])('a column %p does not exist: that is a mistake of the program', (column) => {
    expect(() => drop(newGame(players), 'ada', column)).toThrow(RangeError);
  });

  test('moves that break the rules cannot be replayed', () => {
    expect(() => replay(players, [...fullColumn, 0])).toThrow('Move 7 (column 0) cannot be replayed: column_full');
  });
});

describe('in every game', () => {
  const wishes = fc.array(fc.nat({ max: COLUMNS - 1 }), { maxLength: 80 });

  test('discs lie on the bottom or on another disc', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const { board } = view(play(columns));
        for (let column = 0; column < COLUMNS; column++) {
          expect(board.map((row) => row[column]).join('')).toMatch(/^\.*[xo]*$/); // from top to bottom
        }
      }),
    );
  });

  test('nobody moves twice in a row', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const game = play(columns);
        const mover = players[(game.moves.length + 1) % 2] ?? '';
        if (game.moves.length === 0 || isOver(game)) return;
        for (let column = 0; column < COLUMNS; column++) {
          expect(drop(game, mover, column)).toEqual({ kind: 'illegal', objection: 'not_your_turn' });
        }
      }),
    );
  });

  test('a winner has four in a row somewhere on the board, and nobody else has', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const { winner, board } = view(play(columns));
        expect(hasFour(board, 'x')).toBe(winner === 'ada');
        expect(hasFour(board, 'o')).toBe(winner === 'bob');
      }),
      { numRuns: 500 },
    );
  });

  test('the moves alone give the same game again', () => {
    fc.assert(
      fc.property(wishes, (columns) => {
        const game = play(columns);
        expect(replay(players, game.moves)).toEqual(game);
      }),
    );
  });
});

function full(column: number): readonly number[] {
  return Array.from({ length: ROWS }, () => column);
}

/** Plays what is allowed of these columns and skips the rest. */
function play(columns: readonly number[]): Game {
  return columns.reduce((game, column) => {
    const result = drop(game, players[game.moves.length % 2] ?? '', column);
    return result.kind === 'legal' ? result.game : game;
  }, newGame(players));
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
