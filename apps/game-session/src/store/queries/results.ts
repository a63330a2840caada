import { and, asc, desc, eq, gt, gte, lt, or, sql } from 'drizzle-orm';
import { alias } from 'drizzle-orm/pg-core';
import { type Orm, rowsOf } from '../orm.js';
import type { FinishedGame, Standing } from '../records.js';
import { games, moves, players } from '../schema.js';
import { endingOf, seatOf, seatsOf } from './rows.js';

/** Which games count, and how many lines are wanted. */
export interface StandingsQuery {
  /** Games that ended at this moment or later; null: all there ever were. */
  readonly since: Date | null;
  /** Games that ended before this moment. Default: up to now. Needs `since`. */
  readonly until?: Date;
  readonly limit: number;
}

/** Where a page of finished games begins, and how long it is. */
export interface Page {
  /** Default 1,000. */
  readonly limit?: number;
  /** The last game of the page before. */
  readonly after?: Pick<FinishedGame, 'id' | 'endedAt'>;
}

const points = sql<number>`3 * ${players.won} + ${players.drawn}`;

/** The best first; of equals who has needed fewer games. */
export function standings(orm: Orm, { since, until, limit }: StandingsQuery): Promise<readonly Standing[]> {
  return since === null ? standingsEver(orm, limit) : standingsBetween(orm, since, until ?? null, limit);
}

/** Counted when a game ends, so this costs the same however many games there were. */
async function standingsEver(orm: Orm, limit: number): Promise<readonly Standing[]> {
  const rows = await orm
    .select({
      playerId: players.id,
      name: players.name,
      won: players.won,
      drawn: players.drawn,
      lost: players.lost,
      points,
    })
    .from(players)
    .where(sql`${players.won} + ${players.drawn} + ${players.lost} > 0`)
    .orderBy(desc(points), asc(sql`${players.won} + ${players.drawn} + ${players.lost}`), asc(players.id))
    .limit(limit);
  return rows.map((row) => ({ ...row, played: row.won + row.drawn + row.lost }));
}

function standingsBetween(orm: Orm, since: Date, until: Date | null, limit: number): Promise<readonly Standing[]> {
  const [from, to] = [since.toISOString(), until?.toISOString() ?? 'infinity'];
  return rowsOf<Standing>(
    orm,
    sql`with ended as (
        select x_player, o_player, ending, winner from ${games}
        where ${games.endedAt} >= ${from}::timestamptz and ${games.endedAt} < ${to}::timestamptz and ${games.ending} <> 'abandoned'
      ), seats as (
        select x_player as player, 0 as side, ending, winner from ended
        union all select o_player, 1, ending, winner from ended
      ), results as (
        select player, count(*)::int as played, (count(*) filter (where winner = side))::int as won,
          (count(*) filter (where ending = 'draw'))::int as drawn, (count(*) filter (where winner <> side))::int as lost
        from seats where player is not null group by player
      )
      select ${players.id} as "playerId", ${players.name} as name, played, results.won, results.drawn, results.lost,
        3 * results.won + results.drawn as points
      from results join ${players} on ${players.id} = results.player
      order by points desc, played, ${players.id} limit ${limit}`,
  );
}

/** Games that ended at `from` or later and before `to`, in the order of their ends. */
export async function gamesFinishedBetween(
  orm: Orm,
  from: Date,
  to: Date,
  { limit = 1_000, after }: Page,
): Promise<readonly FinishedGame[]> {
  const [x, o] = [alias(players, 'x'), alias(players, 'o')];
  const rows = await orm
    .select({
      game: games,
      xName: x.name,
      oName: o.name,
      moves: sql<number>`(select count(*)::int from ${moves} m where m.game_id = ${games.id})`,
    })
    .from(games)
    .leftJoin(x, eq(x.id, games.xPlayer))
    .leftJoin(o, eq(o.id, games.oPlayer))
    .where(
      and(
        gte(games.endedAt, from),
        lt(games.endedAt, to),
        after && or(gt(games.endedAt, after.endedAt), and(eq(games.endedAt, after.endedAt), gt(games.id, after.id))),
      ),
    )
    .orderBy(asc(games.endedAt), asc(games.id))
    .limit(limit);
  return rows.flatMap(({ game, xName, oName, moves: count }) => {
    const ending = endingOf(game.ending, game.winner);
    if (ending === null || game.endedAt === null) return []; // cannot be: see the constraint games_ending
    const seats = seatsOf(seatOf(game.xPlayer, xName, game.xLevel), seatOf(game.oPlayer, oName, game.oLevel));
    const { id, createdAt, startedAt, endedAt } = game;
    return { id, seats, ending, moves: count, createdAt, startedAt, endedAt };
  });
}
