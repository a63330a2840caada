import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  computerToMove,
  type GameState,
  isRematchDue,
  join,
  move,
  moveOfTurn,
  offerRematch,
  resign,
  sideOf,
  sideToMove,
  stateOf,
  statusOf,
  timeUp,
  type Transition,
} from '../../src/sessions/game-state.js';
import type { GameRecord, Seats, Side } from '../../src/store/records.js';
import { playerOf } from '../support/arena.js';

const ada = { kind: 'player', id: playerOf('ada').id, name: 'ada' } as const;
const bob = { kind: 'player', id: playerOf('bob').id, name: 'bob' } as const;
const computer = { kind: 'computer', level: 3 } as const;

function game(seats: Seats = [ada, bob], moves: readonly number[] = []): GameState {
  const times = { createdAt: new Date(0), startedAt: new Date(0), lastMoveAt: null };
  return stateOf({ id: 'g', seats, moves, ending: null, rematchOf: null, ...times });
}

function ended(state: GameState): GameState {
  return changed(resign(state, 0));
}

function changed(transition: Transition): GameState {
  if (transition.kind !== 'changed') throw new Error(`expected a change, got ${JSON.stringify(transition)}`);
  return transition.state;
}

describe('whose turn it is', () => {
  test.each<readonly [string, GameState, Side | null, number | undefined]>([
    ['nobody while one waits', game([ada, null]), null, undefined],
    ['the first player', game(), 0, undefined],
    ['then the second one', game([ada, bob], [3]), 1, undefined],
    ['the computer', game([ada, computer], [3]), 1, 3],
    ['the computer, if it begins', game([computer, ada]), 0, 3],
    ['nobody when it is over', ended(game([ada, computer], [3])), null, undefined],
  ])('%s', (_, state, side, level) => {
    expect(sideToMove(state)).toBe(side);
    expect(computerToMove(state)).toBe(level);
  });
});

test.each<readonly [string, Side | undefined]>([
  [ada.id, 0],
  [bob.id, 1],
  ['nobody', undefined],
])('%s sits at %s', (id, side) => {
  expect(sideOf(game(), id)).toBe(side);
});

describe('an ending', () => {
  test('by a line or a full board comes with the move', () => {
    expect(changed(move(game([ada, bob], [0, 1, 0, 1, 0, 1]), 0, 6, 0)).ending).toEqual({ kind: 'line', winner: 0 });
    const full = (column: number): readonly number[] => Array.from({ length: 6 }, () => column);
    const drawn = [...[1, 2, 4, 5].flatMap(full), 0, ...full(3), ...full(6), 0, 0, 0, 0];
    expect(changed(moveOfTurn(game([ada, bob], drawn), 0)).ending).toEqual({ kind: 'draw' });
  });

  test.each([
    ['resigned', (state: GameState) => resign(state, 1), { kind: 'resigned', winner: 0 }],
    ['timeout, of who is to move', timeUp, { kind: 'timeout', winner: 1 }],
  ] as const)('%s', (_, end, ending) => {
    expect(changed(end(game())).ending).toEqual(ending);
    expect(statusOf(changed(end(game())))).toBe('finished');
  });

  test('of a game that nobody has joined is that it is abandoned', () => {
    expect(changed(timeUp(game([ada, null]))).ending).toEqual({ kind: 'abandoned' });
    expect(changed(resign(game([ada, null]), 0)).ending).toEqual({ kind: 'abandoned' });
  });

  test('is the last one', () => {
    const over = ended(game());
    expect(resign(over, 0)).toEqual({ kind: 'repeated' });
    expect(resign(over, 1)).toEqual({ kind: 'refused', reason: 'game_over' });
    expect(timeUp(over)).toEqual({ kind: 'repeated' });
    expect(join(ended(game([ada, null])), bob)).toEqual({ kind: 'refused', reason: 'game_over' });
  });
});

describe('a rematch', () => {
  test('is due when both have offered it, and not twice', () => {
    const one = changed(offerRematch(ended(game()), 0));
    expect(isRematchDue(one)).toBe(false);
    expect(offerRematch(one, 0)).toEqual({ kind: 'repeated' });
    expect(isRematchDue(changed(offerRematch(one, 1)))).toBe(true);
  });

  test('is always accepted by the computer', () => {
    expect(isRematchDue(changed(offerRematch(ended(game([ada, computer])), 0)))).toBe(true);
  });

  test('needs an opponent', () => {
    const left = changed(resign(game([ada, null]), 0));
    expect(offerRematch(left, 0)).toEqual({ kind: 'refused', reason: 'not_finished' });
  });
});

describe('in every game, whatever comes', () => {
  const wishes = fc.array(
    fc.record({ side: fc.constantFrom<Side>(0, 1), back: fc.nat({ max: 3 }), column: fc.nat({ max: 6 }) }),
    { maxLength: 80 },
  );

  test('a state never changes, and what is stored gives the same state again', () => {
    fc.assert(
      fc.property(wishes, (moves) => {
        let state = game();
        for (const { side, back, column } of moves) {
          const before = JSON.stringify(state);
          const result = move(state, side, Math.max(0, state.board.moves.length - back), column);
          expect(JSON.stringify(state)).toBe(before);
          if (result.kind === 'changed') state = result.state;
        }
        const { id, seats, board, ending, createdAt } = state;
        const record: GameRecord = {
          id,
          seats,
          moves: board.moves,
          ending,
          createdAt,
          startedAt: createdAt,
          lastMoveAt: null,
          rematchOf: null,
        };
        expect(stateOf(record)).toEqual(state);
      }),
    );
  });

  test('the same move once more changes nothing', () => {
    fc.assert(
      fc.property(wishes, (moves) => {
        let state = game();
        for (const { side, column } of moves) {
          const ply = state.board.moves.length;
          const result = move(state, side, ply, column);
          if (result.kind !== 'changed') continue;
          ({ state } = result);
          expect(move(state, side, ply, column)).toEqual({ kind: 'repeated' });
        }
      }),
    );
  });
});
