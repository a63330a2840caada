import { sql } from 'drizzle-orm';
import { type Orm, rowsOf } from '../orm.js';
import { games, mails, players } from '../schema.js';
import type { Deletion } from '../writes.js';

/** Games that ended before a moment, with their moves, the oldest first. Not while a mail of theirs waits. Returns how many. */
export async function deleteFinishedGames(orm: Orm, { before, limit }: Deletion): Promise<number> {
  const deleted = await rowsOf(
    orm,
    sql`delete from ${games} where id in (
        select id from ${games} where ${games.endedAt} < ${before.toISOString()}::timestamptz
        and not exists (select from ${mails} where ${mails.gameId} = ${games.id} and ${mails.givenUpAt} is null)
        order by ${games.endedAt} limit ${limit})
      returning id`,
  );
  return deleted.length;
}

/** Players of whom no game is left, and who neither came nor finished a game since a moment. Returns how many. */
export async function deleteIdlePlayers(orm: Orm, { before, limit }: Deletion): Promise<number> {
  const deleted = await rowsOf(
    orm,
    sql`delete from ${players} where id in (
        select id from ${players}
        where greatest(${players.createdAt}, ${players.lastPlayedAt}) < ${before.toISOString()}::timestamptz
        and not exists (select from ${games} where ${games.xPlayer} = ${players.id})
        and not exists (select from ${games} where ${games.oPlayer} = ${players.id})
        order by ${players.createdAt} limit ${limit})
      returning id`,
  );
  return deleted.length;
}
