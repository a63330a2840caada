import type { Milliseconds } from '@rookery/genserver';
import type { Settings } from '../settings.js';
import type { GameRecord } from '../store/records.js';
import type { Status } from './game-state.js';

/** How long things may take: a move, the wait for an opponent, and the look at the end of a game. */
export type GameTimes = Pick<Settings, 'turnMs' | 'waitingMs' | 'finishedGraceMs'>;

/** After a restart there is at least so much left: players have to find the game again first. */
export const LEFT_AFTER_RESTART_MS = 10_000;

/** How long a game may stay as it is. */
export function allowedMs(status: Status, times: GameTimes): Milliseconds {
  return { waiting: times.waitingMs, playing: times.turnMs, finished: times.finishedGraceMs }[status];
}

/** What is left of that when the game comes from the store. `now` is wall-clock time, as are those of the record. */
export function leftMs(record: GameRecord, status: Status, now: Milliseconds, times: GameTimes): Milliseconds {
  const allowed = allowedMs(status, times);
  if (status === 'finished') return allowed; // nothing hangs on it
  const since = record.lastMoveAt ?? record.startedAt ?? record.createdAt;
  const elapsed = Math.max(0, now - since.getTime()); // a database whose clock is ahead gives nobody more time
  return Math.max(allowed - elapsed, Math.min(allowed, LEFT_AFTER_RESTART_MS));
}
