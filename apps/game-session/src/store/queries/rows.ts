import type { Ending, Level, Seat, Seats, Side } from '../records.js';

// From columns to records. What the constraints of the tables forbid cannot be here.

/** A row holds a player, or a level, or neither. */
export function seatOf(id: string | null, name: string | null, level: number | null): Seat | null {
  if (level !== null) return { kind: 'computer', level: level as Level };
  return id === null ? null : { kind: 'player', id, name: name ?? id };
}

export function seatsOf(first: Seat | null, second: Seat | null): Seats {
  if (first === null) throw new TypeError('A game without its first player: the constraint games_x_taken is gone');
  return [first, second];
}

export function endingOf(kind: Ending['kind'] | null, winner: number | null): Ending | null {
  if (kind === null) return null;
  return kind === 'draw' || kind === 'abandoned' ? { kind } : { kind, winner: winner as Side };
}

export function winnerOf(ending: Ending): Side | null {
  return 'winner' in ending ? ending.winner : null;
}
