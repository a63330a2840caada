import { describe, expect, test } from '@jest/globals';
import { LEFT_AFTER_RESTART_MS, leftMs } from '../../src/sessions/turn-clock.js';
import type { GameRecord } from '../../src/store/records.js';

const times = { turnMs: 120_000, waitingMs: 600_000, finishedGraceMs: 60_000 };

function record(at: Partial<Record<'createdAt' | 'startedAt' | 'lastMoveAt', number>>): GameRecord {
  const dateOf = (ms: number | undefined): Date | null => (ms === undefined ? null : new Date(ms));
  return {
    id: 'g',
    seats: [{ kind: 'computer', level: 1 }, null],
    moves: [],
    createdAt: new Date(at.createdAt ?? 0),
    startedAt: dateOf(at.startedAt),
    lastMoveAt: dateOf(at.lastMoveAt),
    ending: null,
    rematchOf: null,
  };
}

describe('what is left after a restart', () => {
  test.each([
    ['counts from the last move', record({ startedAt: 1, lastMoveAt: 50_000 }), 'playing', 100_000, 70_000],
    ['before it from when the second player came', record({ startedAt: 50_000 }), 'playing', 100_000, 70_000],
    ['for one that waits from when it was opened', record({ createdAt: 100_000 }), 'waiting', 300_000, 400_000],
    ['is at least ten seconds', record({ startedAt: 0 }), 'playing', 119_000, LEFT_AFTER_RESTART_MS],
    ['also when it is long over', record({ createdAt: 0 }), 'waiting', 10 ** 9, LEFT_AFTER_RESTART_MS],
    ['is never more than all, if the clocks disagree', record({ startedAt: 500_000 }), 'playing', 100_000, 120_000],
    ['is the whole grace for one that is over', record({ lastMoveAt: 0 }), 'finished', 10 ** 9, 60_000],
  ] as const)('%s', (_, given, status, now, left) => {
    expect(leftMs(given, status, now, times)).toBe(left);
  });

  test('is never more than a turn, however short that is', () => {
    expect(leftMs(record({ startedAt: 0 }), 'playing', 10 ** 9, { ...times, turnMs: 500 })).toBe(500);
  });
});
