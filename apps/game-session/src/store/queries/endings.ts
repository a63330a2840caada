import { inArray, sql } from 'drizzle-orm';
import { WriteRefusedError } from '../errors.js';
import { type Orm, rowsOf } from '../orm.js';
import { games, mails, players } from '../schema.js';
import type { GameEnd } from '../writes.js';
import type { Refused } from './moves.js';
import { winnerOf } from './rows.js';

/**
 * Ends games that have no ending, counts their results, and puts their mails into the outbox. As a game ends once, so do its
 * results count once, and so are its mails there once, however often this is repeated.
 */
export async function endGames(orm: Orm, rows: readonly GameEnd[]): Promise<Refused<GameEnd>> {
  const ended = new Set((await end(orm, rows)).map(({ id }) => id));
  const letters = rows
    .filter(({ id }) => ended.has(id))
    .flatMap((row) => row.mails.map((mail) => ({ gameId: row.id, ...mail })));
  if (letters.length > 0) await orm.insert(mails).values(letters);
  return ended.size === rows.length
    ? new Map()
    : explain(
        orm,
        rows.filter(({ id }) => !ended.has(id)),
      );
}

/** Games and players in one statement. Who has played both sides, or two of these games, gets all of it. */
function end(orm: Orm, rows: readonly GameEnd[]): Promise<readonly { readonly id: string }[]> {
  const ids = sql.param(rows.map(({ id }) => id));
  const kinds = sql.param(rows.map(({ ending }) => ending.kind));
  const winners = sql.param(rows.map(({ ending }) => winnerOf(ending)));
  return rowsOf(
    orm,
    sql`with ended as (
        update ${games} set ending = given.ending, winner = given.winner, ended_at = now()
        from unnest(${ids}::text[], ${kinds}::text[], ${winners}::smallint[]) as given(id, ending, winner)
        where ${games.id} = given.id and ${games.ending} is null
        returning ${games.id} as id, x_player, o_player, ${games.ending} as ending, ${games.winner} as winner
      ), seats as (
        select x_player as player, 0 as side, ending, winner from ended
        union all select o_player, 1, ending, winner from ended
      ), results as (
        select player, count(*) filter (where winner = side) as won, count(*) filter (where ending = 'draw') as drawn,
          count(*) filter (where winner <> side) as lost
        from seats where player is not null and ending <> 'abandoned' group by player
      ), counted as (
        update ${players} set won = ${players.won} + results.won, drawn = ${players.drawn} + results.drawn,
          lost = ${players.lost} + results.lost, last_played_at = now()
        from results where ${players.id} = results.player
      )
      select id from ended`,
  );
}

/** The same ending once more is no mistake: an answer was lost, and it was asked again. */
async function explain(orm: Orm, rows: readonly GameEnd[]): Promise<Refused<GameEnd>> {
  const stored = await orm
    .select({ id: games.id, ending: games.ending, winner: games.winner })
    .from(games)
    .where(
      inArray(
        games.id,
        rows.map(({ id }) => id),
      ),
    );
  const refused = new Map<GameEnd, WriteRefusedError>();
  for (const row of rows) {
    const game = stored.find(({ id }) => id === row.id);
    if (game?.ending === row.ending.kind && game.winner === winnerOf(row.ending)) continue;
    refused.set(row, new WriteRefusedError(game === undefined ? 'unknown_game' : 'game_over', row.id));
  }
  return refused;
}
