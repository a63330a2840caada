import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { BOTTOM, hasLine, LINES } from '../../src/computer/bits.js';
import { DEPTHS } from '../../src/computer/levels.js';
import { search } from '../../src/computer/search.js';
import {
  type Board,
  type Column,
  COLUMNS,
  drop,
  EMPTY_BOARD,
  isOver,
  replay,
  ROWS,
  turnOf,
} from '../../src/rules/connect-four.js';
import type { Level } from '../../src/store/records.js';

/** Deep enough for a test, and quick: with more time level 5 looks further. */
const FIVE = 10;

/** What this level plays. */
function choose(board: Board, level: Level, chance = 0): Column {
  return search(board.moves, { depth: Math.min(DEPTHS[level], FIVE), chance });
}

function after(board: Board, column: Column): Board {
  const result = drop(board, column);
  if (result.kind === 'illegal') throw new Error(`column ${column} after ${board.moves.join('')}: ${result.objection}`);
  return result.board;
}

/** A game of two who choose. 0 or 1: who has won; null: a draw. */
function duel(players: readonly ((board: Board) => Column)[], moves: readonly Column[] = []): 0 | 1 | null {
  let board = replay(moves);
  while (!isOver(board)) board = after(board, players[turnOf(board)]?.(board) ?? 0);
  return board.line === null ? null : turnOf(board) === 0 ? 1 : 0;
}

/** Chance that is the same each time. */
function chances(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 16_807) % 2_147_483_647) / 2_147_483_647;
}

describe('the board as bits', () => {
  test('has 69 lines, each of them a line', () => {
    expect(LINES).toHaveLength(2 * 69);
    for (let n = 0; n < LINES.length; n += 2) expect(hasLine(LINES[n] ?? 0, LINES[n + 1] ?? 0)).toBe(true);
  });

  test('knows a line exactly where the rules do', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: COLUMNS - 1 }), { maxLength: 60 }), (wishes) => {
        const board = wishes.reduce((game, column) => {
          const result = drop(game, column);
          return result.kind === 'legal' ? result.board : game;
        }, EMPTY_BOARD);
        const last = turnOf(board) === 0 ? 'o' : 'x';
        let [lo, hi] = [0, 0];
        for (const [column, discs] of board.columns.entries()) {
          for (const [row, disc] of discs.entries()) {
            const bottom = BOTTOM[column] ?? { lo: 0, hi: 0 };
            if (disc !== last) continue;
            lo |= bottom.lo << row;
            hi |= bottom.hi << row;
          }
        }
        expect(hasLine(lo, hi)).toBe(board.line !== null);
      }),
      { numRuns: 500 },
    );
  });
});

describe('every level', () => {
  test.each([1, 2, 3, 4, 5] as const)('%i wins when it can with one move', (level) => {
    expect(choose(replay([0, 1, 0, 1, 0, 1]), level)).toBe(0);
    expect(choose(replay([0, 6, 1, 6, 2, 5]), level)).toBe(3);
  });

  test.each([1, 2, 3, 4, 5] as const)('%i prevents what the opponent would win with the next move', (level) => {
    expect(choose(replay([0, 1, 0, 1, 0]), level)).toBe(0);
    expect(choose(replay([1, 6, 2, 6, 2, 6]), level)).toBe(6);
  });

  test('plays only where there is room, to the last cell', () => {
    for (let seed = 1; seed <= 10; seed++) {
      const chance = chances(seed);
      const players = [(board: Board) => choose(board, 1, chance()), (board: Board) => choose(board, 2, chance())];
      expect(() => duel(players)).not.toThrow();
    }
  });
});

describe('level 5', () => {
  // Ways in which a win can be forced; that it can is checked by trying everything, without the search.
  test.each([
    ['two in the middle become three with both ends open', [3, 0, 2, 0]],
    ['the same, from the other side', [3, 6, 4, 6]],
    ['the same for the second one', [0, 3, 0, 2, 6]],
  ] as const)('wins: %s', (_, moves) => {
    const board = replay(moves);
    expect(canForce(board, 5)).toBe(true);
    expect(duel([strong, strong], moves)).toBe(turnOf(board));
    expect(duel(against(1, turnOf(board)), moves)).toBe(turnOf(board));
  });

  test('never loses, nor draws, a position in which a win can be forced', () => {
    const random = chances(42);
    const won = Array.from({ length: 400 }, () => randomGame(random)).filter(isWonSoon);
    expect(won.length).toBeGreaterThan(10); // or this would prove nothing
    for (const board of won) {
      expect([board.moves, duel([strong, strong], board.moves)]).toEqual([board.moves, turnOf(board)]);
      expect([board.moves, duel(against(2, turnOf(board)), board.moves)]).toEqual([board.moves, turnOf(board)]);
    }
  });

  test('takes the shortest way to a win, and the longest to a loss', () => {
    const board = replay([3, 0, 2, 0]);
    const next = after(board, strong(board));
    expect(canForce(after(next, strong(next)), 1)).toBe(true);
  });
});

describe('the levels', () => {
  test.each([
    [3, 1, 10],
    [4, 2, 4],
  ] as const)('%i beats %i far more often than it loses', (better, worse, games) => {
    const random = chances(better);
    const results = Array.from({ length: games }, (_, game) => {
      const side = game % 2 === 0 ? 0 : 1;
      const strongSide = (board: Board): Column => choose(board, better, random());
      const weakSide = (board: Board): Column => choose(board, worse, random());
      const winner = duel(side === 0 ? [strongSide, weakSide] : [weakSide, strongSide]);
      return winner === null ? 0 : winner === side ? 1 : -1;
    });
    expect(results.filter((result) => result === 1).length).toBeGreaterThanOrEqual(0.7 * games);
  });
});

describe('when time is up', () => {
  test('the best column of the last depth that was finished counts', () => {
    const reached: (readonly [column: Column, depth: number])[] = [];
    let positions = 0;
    const column = search([], {
      depth: 42,
      isTimeUp: () => ++positions > 5_000,
      onDepth: (best, depth) => void reached.push([best, depth]),
    });
    expect(reached.length).toBeGreaterThan(3);
    expect(reached.map(([, depth]) => depth)).toEqual(Array.from(reached, (_, index) => index + 1));
    expect(reached.at(-1)?.[0]).toBe(column);
  });

  test('before any was finished there is a column with room all the same', () => {
    expect(search([3, 3, 3, 3, 3, 3], { depth: 42, isTimeUp: () => true })).not.toBe(3);
  });
});

const strong = (board: Board): Column => choose(board, 5);

/** Level 5 on this side, another level on the other. */
function against(level: Level, side: 0 | 1): readonly ((board: Board) => Column)[] {
  const other = (board: Board): Column => choose(board, level);
  return side === 0 ? [strong, other] : [other, strong];
}

function randomGame(random: () => number): Board {
  let board = EMPTY_BOARD;
  const length = 6 + Math.floor(random() * 24);
  while (board.moves.length < length && !isOver(board)) {
    const columns = legal(board);
    board = after(board, columns[Math.floor(random() * columns.length)] ?? 0);
  }
  return board;
}

/** Not at once, but with the third or fifth disc from now. */
function isWonSoon(board: Board): boolean {
  return !isOver(board) && !canForce(board, 1) && canForce(board, 5);
}

function canForce(board: Board, depth: number): boolean {
  return depth > 0 && !isOver(board) && legal(board).some((column) => isLost(after(board, column), depth - 1));
}

function isLost(board: Board, depth: number): boolean {
  if (board.line !== null) return true;
  if (isOver(board) || depth === 0) return false;
  return legal(board).every((column) => canForce(after(board, column), depth - 1));
}

function legal(board: Board): readonly Column[] {
  return board.columns.flatMap((discs, column) => (discs.length < ROWS ? [column] : []));
}
