import type { GameEnd, Join, NewGame, NewMove, NewPlayer, Write } from './writes.js';

// What waits → what is written together. Values in, values out.

/** Writes of one transaction, by kind: each kind is one statement. */
export interface Batch {
  readonly players: readonly NewPlayer[];
  readonly games: readonly NewGame[];
  readonly joins: readonly Join[];
  readonly moves: readonly NewMove[];
  readonly endings: readonly GameEnd[];
}

/** A kind that is written with others, one statement for each kind. The others are written alone. */
export type BatchedWrite = Extract<Write, { readonly row: unknown }>;

const NAME: Readonly<Record<BatchedWrite['kind'], keyof Batch>> = {
  add_player: 'players',
  open_game: 'games',
  join_game: 'joins',
  add_move: 'moves',
  end_game: 'endings',
};

export function isBatched(write: Write): write is BatchedWrite {
  return 'row' in write;
}

/**
 * How many of what waits can be written together, from the first on. The statements of a transaction run in the order of the
 * kinds, not of the writes: so it ends before a write that would overtake another one of the same game, and before a row that is in
 * it already. What comes behind waits for the next one, so the order within a game is always kept.
 */
export function batchSize(waiting: readonly Write[]): number {
  const reached = new Map<string, number>();
  let size = 0;
  for (const write of waiting) {
    if (!isBatched(write)) return Math.max(size, 1);
    const [key, position] = placeOf(write);
    if (position <= (reached.get(key) ?? -1)) break;
    reached.set(key, position);
    size++;
  }
  return size;
}

/** The rows of a batch by kind, in the order in which they were asked for. */
export function batchOf(writes: readonly BatchedWrite[]): Batch {
  const rows = { players: [], games: [], joins: [], moves: [], endings: [] } as Record<keyof Batch, unknown[]>;
  for (const { kind, row } of writes) rows[NAME[kind]].push(row);
  return rows as Record<keyof Batch, never[]>;
}

/** Whether one statement is enough: then it needs no transaction around it. */
export function isOneStatement({ players, games, joins, moves, endings }: Batch): boolean {
  const kinds = [players, games, joins, moves, endings].filter((rows) => rows.length > 0);
  return (
    kinds.length === 1 &&
    endings.every(({ mails }) => mails.length === 0) &&
    moves.every(({ ending }) => ending === null)
  );
}

/** What a write is about, for people. */
export function subjectOf(write: Write): string {
  return isBatched(write) ? placeOf(write)[0] : write.kind;
}

/** Where a write stands in the life of its game (or player). Of two writes the later one must stand further on. */
function placeOf({ kind, row }: BatchedWrite): readonly [key: string, position: number] {
  if (kind === 'add_player') return [`player ${row.id}`, 0];
  if (kind === 'open_game') return [row.id, 0];
  if (kind === 'join_game') return [row.id, 1];
  if (kind === 'end_game') return [row.id, END];
  return [row.gameId, row.ending === null ? 2 + row.ply : END];
}

const END = Number.MAX_SAFE_INTEGER;
