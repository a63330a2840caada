import { and, asc, eq, inArray, isNull, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { WriteRefusedError } from '../errors.js';
import { type Orm, rowsOf } from '../orm.js';
import type { GameRecord, Seat } from '../records.js';
import { games, moves, players } from '../schema.js';
import type { Join, NewGame } from '../writes.js';
import type { Refused } from './moves.js';
import { endingOf, seatOf, seatsOf } from './rows.js';

const x = alias(players, 'x');
const o = alias(players, 'o');

export async function insertGames(orm: Orm, rows: readonly NewGame[]): Promise<Refused<NewGame>> {
  const inserted = await orm.insert(games).values(rows.map(rowOf)).onConflictDoNothing().returning({ id: games.id });
  return inserted.length === rows.length ? new Map() : explainOpen(orm, without(rows, inserted));
}

/** The free seats of these games. */
export async function joinGames(orm: Orm, rows: readonly Join[]): Promise<Refused<Join>> {
  const ids = sql.param(rows.map(({ id }) => id));
  const playerIds = sql.param(rows.map(({ playerId }) => playerId));
  const joined = await rowsOf<{ readonly id: string }>(
    orm,
    sql`update ${games} set o_player = given.player_id, started_at = now()
      from unnest(${ids}::text[], ${playerIds}::text[]) as given(id, player_id)
      where ${games.id} = given.id and ${games.oPlayer} is null and ${games.oLevel} is null and ${games.ending} is null
      returning ${games.id} as id`,
  );
  return joined.length === rows.length ? new Map() : explainJoin(orm, without(rows, joined));
}

/** All that is known of these games, in any order. */
export async function gamesById(orm: Orm, ids: readonly string[]): Promise<readonly GameRecord[]> {
  const rows = await orm
    .select({
      game: games,
      xName: x.name,
      oName: o.name,
      // A digit for each: half as long as an array, and read alike by both drivers.
      moves: sql<string>`(select coalesce(string_agg(m."column"::text, '' order by m.ply), '') from ${moves} m where m.game_id = ${games.id})`,
      lastMoveAt: sql<Date | null>`(select max(m.at) from ${moves} m where m.game_id = ${games.id})`.mapWith(moves.at),
    })
    .from(games)
    .leftJoin(x, eq(x.id, games.xPlayer))
    .leftJoin(o, eq(o.id, games.oPlayer))
    .where(inArray(games.id, [...ids]));
  return rows.map(({ game, xName, oName, moves: digits, lastMoveAt }) => ({
    id: game.id,
    seats: seatsOf(seatOf(game.xPlayer, xName, game.xLevel), seatOf(game.oPlayer, oName, game.oLevel)),
    moves: Array.from(digits, Number),
    createdAt: game.createdAt,
    startedAt: game.startedAt,
    lastMoveAt,
    ending: endingOf(game.ending, game.winner),
    rematchOf: game.rematchOf,
  }));
}

/** The ids of the games that are not over, the oldest first. */
export async function unfinishedGames(orm: Orm): Promise<readonly string[]> {
  const rows = await orm
    .select({ id: games.id })
    .from(games)
    .where(isNull(games.ending))
    .orderBy(asc(games.createdAt), asc(games.id));
  return rows.map(({ id }) => id);
}

/** The ids of the games that are not over, of each of these players who has one. */
export async function openGamesOf(
  orm: Orm,
  playerIds: readonly string[],
): Promise<ReadonlyMap<string, readonly string[]>> {
  const at = (seat: typeof games.xPlayer | typeof games.oPlayer) =>
    orm
      .select({ playerId: seat, id: games.id })
      .from(games)
      .where(and(inArray(seat, [...playerIds]), isNull(games.ending)));
  const open = new Map<string, string[]>();
  for (const { playerId, id } of await at(games.xPlayer).unionAll(at(games.oPlayer))) {
    if (playerId === null) continue; // cannot be: they are who was asked for
    const ids = open.get(playerId);
    if (ids === undefined) open.set(playerId, [id]);
    else ids.push(id);
  }
  return open;
}

function rowOf({ id, seats: [first, second], rematchOf }: NewGame) {
  return {
    id,
    xPlayer: playerOf(first),
    xLevel: levelOf(first),
    oPlayer: playerOf(second),
    oLevel: levelOf(second),
    startedAt: second === null ? null : sql`now()`,
    rematchOf,
  };
}

/** The same game once more is no mistake: an answer was lost, and it was asked again. Somebody may have joined meanwhile. */
async function explainOpen(orm: Orm, rows: readonly NewGame[]): Promise<Refused<NewGame>> {
  const stored = await orm
    .select()
    .from(games)
    .where(
      inArray(
        games.id,
        rows.map(({ id }) => id),
      ),
    );
  const isThere = ({ id, seats: [first, second], rematchOf }: NewGame): boolean =>
    stored.some(
      (game) =>
        game.id === id &&
        game.rematchOf === rematchOf &&
        game.xPlayer === playerOf(first) &&
        game.xLevel === levelOf(first) &&
        (second === null || (game.oPlayer === playerOf(second) && game.oLevel === levelOf(second))),
    );
  return new Map(rows.filter((row) => !isThere(row)).map((row) => [row, new WriteRefusedError('game_exists', row.id)]));
}

async function explainJoin(orm: Orm, rows: readonly Join[]): Promise<Refused<Join>> {
  const stored = await orm
    .select({ id: games.id, oPlayer: games.oPlayer, ending: games.ending })
    .from(games)
    .where(
      inArray(
        games.id,
        rows.map(({ id }) => id),
      ),
    );
  const refused = new Map<Join, WriteRefusedError>();
  for (const row of rows) {
    const game = stored.find(({ id }) => id === row.id);
    if (game?.oPlayer === row.playerId) continue; // asked again
    const reason = game === undefined ? 'unknown_game' : game.ending === null ? 'game_full' : 'game_over';
    refused.set(row, new WriteRefusedError(reason, row.id));
  }
  return refused;
}

function without<Row extends { readonly id: string }>(rows: readonly Row[], done: readonly { readonly id: string }[]) {
  const ids = new Set(done.map(({ id }) => id));
  return rows.filter(({ id }) => !ids.has(id));
}

function playerOf(seat: Seat | null): string | null {
  return seat?.kind === 'player' ? seat.id : null;
}

function levelOf(seat: Seat | null): number | null {
  return seat?.kind === 'computer' ? seat.level : null;
}
