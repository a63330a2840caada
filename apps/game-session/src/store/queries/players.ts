import { inArray } from 'drizzle-orm';
import { WriteRefusedError } from '../errors.js';
import type { Orm } from '../orm.js';
import type { PlayerRecord } from '../records.js';
import { players } from '../schema.js';
import type { NewPlayer } from '../writes.js';
import type { Refused } from './moves.js';

const record = { id: players.id, name: players.name, email: players.email, createdAt: players.createdAt };

export async function insertPlayers(orm: Orm, rows: readonly NewPlayer[]): Promise<Refused<NewPlayer>> {
  const inserted = await orm
    .insert(players)
    .values([...rows])
    .onConflictDoNothing()
    .returning({ id: players.id });
  if (inserted.length === rows.length) return new Map();
  const stored = await playersWhere(
    orm,
    'id',
    rows.map(({ id }) => id),
  );
  const isThere = (row: NewPlayer): boolean =>
    stored.some(({ id, tokenHash }) => id === row.id && tokenHash === row.tokenHash);
  return new Map(
    rows.filter((row) => !isThere(row)).map((row) => [row, new WriteRefusedError('player_exists', row.id)]),
  );
}

export function playersById(orm: Orm, ids: readonly string[]): Promise<readonly PlayerRecord[]> {
  return orm
    .select(record)
    .from(players)
    .where(inArray(players.id, [...ids]));
}

/** Players by the hash of their token. */
export async function playersByToken(orm: Orm, hashes: readonly string[]): Promise<ReadonlyMap<string, PlayerRecord>> {
  const found = await playersWhere(orm, 'tokenHash', hashes);
  return new Map(found.map(({ tokenHash, ...player }) => [tokenHash, player]));
}

function playersWhere(orm: Orm, column: 'id' | 'tokenHash', values: readonly string[]) {
  return orm
    .select({ ...record, tokenHash: players.tokenHash })
    .from(players)
    .where(inArray(players[column], [...values]));
}
