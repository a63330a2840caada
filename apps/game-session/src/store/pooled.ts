import { sql } from 'drizzle-orm';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import pg from 'pg';
import type { Connection } from './database.js';
import { failureOf } from './failure.js';
import type { Orm } from './orm.js';

export function newPool(options: pg.PoolConfig): pg.Pool {
  const pool = new pg.Pool(options);
  pool.on('error', () => {}); // an idle connection was lost: the pool drops it, and who needs one next will see
  return pool;
}

/** As a Connection, which is given back to its pool. */
export function connectionOf(client: pg.PoolClient): Connection {
  const onError = (): void => {}; // it was lost between two statements: the next one says so
  client.on('error', onError);
  const orm = drizzle({ client });
  return {
    orm,
    transaction: (work) => transaction(orm, work),
    release: (error) => {
      client.off('error', onError);
      client.release(error !== undefined);
    },
  };
}

/** Not drizzle's own: after a lost connection that would wait once more, for the answer to its rollback. */
async function transaction<T>(orm: NodePgDatabase, work: (orm: Orm) => Promise<T>): Promise<T> {
  await orm.execute(sql`begin`);
  let result: T;
  try {
    result = await work(orm);
  } catch (error) {
    if (failureOf(error, true) === 'refused') await orm.execute(sql`rollback`); // else the connection is ended
    throw error;
  }
  await orm.execute(sql`commit`);
  return result;
}
