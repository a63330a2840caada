import { describe, expect, test } from '@jest/globals';
import { backoffMs } from '../../public/app/backoff.js';
import { changeIn, clockTime, columnLabel, presenceOf, sideOf, statusOf } from '../../public/app/words.js';
import type { GameView, SeatView } from '../../src/sessions/game-view.js';

const player = (playerId: string, name: string): SeatView => ({
  kind: 'player',
  name,
  playerId,
  level: null,
  online: true,
});
const computer: SeatView = { kind: 'computer', name: 'Computer', playerId: null, level: 4, online: true };

const game: GameView = {
  id: '0123456789ab',
  status: 'playing',
  seats: [player('a', 'Ada'), player('b', 'Bob')],
  board: ['.......', '.......', '.......', '.......', '.......', '...x...'],
  moves: [3],
  line: null,
  turn: 1,
  turnEndsInMs: 1000,
  ending: null,
  spectators: 0,
  rematch: { offeredBy: [], gameId: null },
  session: { pid: '7', restored: false },
};
const ended = (ending: GameView['ending']): GameView => ({ ...game, status: 'finished', turn: null, ending });

test('a side is where the player sits', () => {
  expect(['a', 'b', 'c'].map((id) => sideOf(game, id))).toEqual([0, 1, null]);
  expect(sideOf({ ...game, seats: [player('a', 'Ada'), null] }, 'b')).toBeNull();
});

test.each([
  ['waits', { ...game, status: 'waiting' as const, turn: null }, 0, 'Waiting for an opponent', 'calm'],
  ['is mine to move', game, 1, 'Your turn', 'mine'],
  ['is theirs to move', game, 0, 'Bob is to move', 'calm'],
  ['is watched', game, null, 'Bob is to move', 'calm'],
  ['I have won', ended({ kind: 'line', winner: 1 }), 1, 'You win!', 'good'],
  ['I have won on time', ended({ kind: 'timeout', winner: 0 }), 0, 'You win on time!', 'good'],
  ['they have won', ended({ kind: 'resigned', winner: 0 }), 1, 'Ada wins by resignation', 'calm'],
  ['nobody has won', ended({ kind: 'draw' }), 1, 'A draw', 'calm'],
  ['nobody came', ended({ kind: 'abandoned' }), 0, 'Nobody came to play', 'calm'],
] as const)('the status of a game that %s', (_, view, mine, text, tone) => {
  expect(statusOf(view, mine)).toEqual({ text, tone });
});

describe('a screen reader', () => {
  test('hears who plays when a game comes to the screen', () => {
    expect(changeIn(undefined, { ...game, seats: [game.seats[0], computer] }, null)).toBe(
      'Ada against Computer (level 4). Computer (level 4) is to move.',
    );
  });

  test('hears each move, one’s own too', () => {
    const before = { ...game, moves: [], turn: 0 as const };
    expect(changeIn(before, game, 1)).toBe('Ada drops into column 4. Your turn.');
    expect(changeIn(before, game, 0)).toBe('You drop into column 4. Bob is to move.');
  });

  test('hears of the end that no move made, and nothing of other changes', () => {
    expect(changeIn(game, ended({ kind: 'resigned', winner: 1 }), 1)).toBe('You win by resignation!');
    expect(changeIn(game, { ...game, spectators: 3 }, 1)).toBe('');
  });

  test('reads a column from the bottom up', () => {
    const board = ['...o...', '...x...', '...o...', '...x...', '...o...', 'x..xo..'];
    expect(columnLabel(game, 0)).toBe('Column 1, empty');
    expect(columnLabel({ ...game, board }, 0)).toBe('Column 1, 1 of 6, from the bottom: Ada');
    expect(columnLabel({ ...game, board }, 3)).toBe('Column 4, full, from the bottom: Ada, Bob, Ada, Bob, Ada, Bob');
  });
});

test('presence is told in minutes and hours', () => {
  const at = (startedMinutes: number, activeMinutes: number): string =>
    presenceOf({ startedAt: -startedMinutes * 60_000, lastActivity: -activeMinutes * 60_000 }, 0);
  expect(at(0, 0)).toBe('here for less than a minute · active now');
  expect(at(1, 1)).toBe('here for 1 minute · active 1 minute ago');
  expect(at(60, 59)).toBe('here for 1 hour · active 59 minutes ago');
  expect(at(180, 120)).toBe('here for 3 hours · active 2 hours ago');
});

test('a clock shows the second that has begun, and never less than nothing', () => {
  expect([120_000, 119_001, 61_000, 1, 0, -5].map(clockTime)).toEqual(['2:00', '2:00', '1:01', '0:01', '0:00', '0:00']);
});

test('each wait before another connection may be twice as long, half of it chance, up to 8 s', () => {
  expect([0, 1, 2, 3].map((tries) => backoffMs(tries, 1))).toEqual([250, 500, 1000, 2000]);
  expect(backoffMs(3, 0)).toBe(1000);
  expect(backoffMs(50, 1)).toBe(8000);
});
