import { sql } from 'drizzle-orm';
import { WriteRefusedError } from '../errors.js';
import { type Orm, rowsOf } from '../orm.js';
import { games, moves } from '../schema.js';
import type { NewMove } from '../writes.js';

/** What was not written, and why. All other rows are on disk once the statement, or its transaction, is. */
export type Refused<Row> = ReadonlyMap<Row, WriteRefusedError>;

interface Key {
  readonly gameId: string;
  readonly ply: number;
}

/** Any number of moves as one statement, the same text for all of them. A move of a game that is over is left out. */
export async function insertMoves(orm: Orm, rows: readonly NewMove[]): Promise<Refused<NewMove>> {
  const inserted = await rowsOf<Key>(
    orm,
    sql`insert into ${moves} (game_id, ply, "column")
      select given.game_id, given.ply, given."column" from ${asTable(rows)}
      join ${games} on ${games.id} = given.game_id and ${games.ending} is null
      on conflict do nothing returning game_id as "gameId", ply`,
  );
  return inserted.length === rows.length ? new Map() : explain(orm, without(rows, inserted));
}

/** Why these were not inserted. The same move once more is no mistake: an answer was lost, and it was asked again. */
async function explain(orm: Orm, rows: readonly NewMove[]): Promise<Refused<NewMove>> {
  const found = await rowsOf<Key & { readonly known: string | null; readonly stored: number | null }>(
    orm,
    sql`select given.game_id as "gameId", given.ply, ${games.id} as known, ${moves.column} as stored
      from ${asTable(rows)} left join ${games} on ${games.id} = given.game_id
      left join ${moves} on ${moves.gameId} = given.game_id and ${moves.ply} = given.ply`,
  );
  const byKey = new Map(found.map((row) => [keyOf(row), row]));
  const refused = new Map<NewMove, WriteRefusedError>();
  for (const row of rows) {
    const { known = null, stored = null } = byKey.get(keyOf(row)) ?? {};
    if (stored === row.column) continue;
    const reason = known === null ? 'unknown_game' : stored === null ? 'game_over' : 'wrong_ply';
    refused.set(row, new WriteRefusedError(reason, row.gameId));
  }
  return refused;
}

function asTable(rows: readonly NewMove[]) {
  const ids = sql.param(rows.map(({ gameId }) => gameId));
  const plies = sql.param(rows.map(({ ply }) => ply));
  const columns = sql.param(rows.map(({ column }) => column));
  return sql`unnest(${ids}::text[], ${plies}::smallint[], ${columns}::smallint[]) as given(game_id, ply, "column")`;
}

function without(rows: readonly NewMove[], inserted: readonly Key[]): readonly NewMove[] {
  const keys = new Set(inserted.map(keyOf));
  return rows.filter((row) => !keys.has(keyOf(row)));
}

function keyOf({ gameId, ply }: Key): string {
  return `${gameId} ${ply}`;
}
