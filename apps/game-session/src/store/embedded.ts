import { join, resolve } from 'node:path';
import type { Milliseconds } from '@rookery/genserver';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import type { PoolClient } from 'pg';
import type { Connection, Database, Opener } from './database.js';
import { type Engine, engineInMemory, engineInThread } from './engine.js';
import { EngineStream } from './engine-stream.js';
import { StoreStartError } from './errors.js';
import { waitForFolder } from './folder-lock.js';
import { migrationsFolder, refuseNewerSchema } from './migrations.js';
import { connectionOf, newPool } from './pooled.js';
import { Rest } from './rest.js';
import { sleep } from './sleep.js';

/** How long a folder that somebody else uses is waited for: one who is just stopping, or was just killed. */
const FOLDER_WAIT_MS = 3_000;

/**
 * A batch costs PGlite much the same however few its rows are. So there is a pause after each, in which more writes come together:
 * at 2,000 moves a second this spares a third of a core. A write that comes alone does not wait.
 */
const REST_MS = 5;

/** PGlite in memory. For tests. */
export async function openInMemory(): Promise<Database> {
  return ready(await engineInMemory(), {});
}

/** PGlite in a folder, which is made if need be. One process at a time may have it. A clock that stands still needs a rest of 0. */
export async function openFolder(folder: string, opener: Opener, restMs: Milliseconds = REST_MS): Promise<Database> {
  const { clock, signal } = opener;
  const lock = await orStartError(folder, () =>
    waitForFolder(join(folder, 'lock'), FOLDER_WAIT_MS, (ms) => sleep(clock, ms, signal)),
  );
  if (lock === undefined) {
    throw new StoreStartError(
      'folder_in_use',
      `Another process uses the database in ${resolve(folder)}. Stop it, or set DATA_DIR to another folder.`,
    );
  }
  try {
    const engine = await orStartError(folder, () => engineInThread(folder, opener));
    return await ready(engine, { rest: new Rest(clock, restMs), onClosed: () => lock.release() });
  } catch (error) {
    await lock.release();
    throw error;
  }
}

interface Around {
  readonly rest?: Rest;
  readonly onClosed?: () => Promise<void>;
}

async function ready(engine: Engine, { rest, onClosed }: Around): Promise<Database> {
  const pool = newPool({
    max: 1, // one connection is all there is: it queues what comes, and keeps what others ask out of a transaction
    idleTimeoutMillis: 0,
    stream: () => new EngineStream(engine),
    user: 'postgres',
    database: 'postgres',
    ssl: false, // whatever PGSSLMODE says, which is meant for servers
  });
  const orm = drizzle({ client: pool });
  const connect = async (): Promise<Connection> => {
    await rest?.over();
    const client = await pool.connect();
    const connection = connectionOf(client);
    const giveBack = async (problem: unknown): Promise<void> => {
      connection.release(problem === undefined ? undefined : await rollBack(client));
    };
    const release = (problem?: unknown): void => {
      rest?.begin();
      void giveBack(problem);
    };
    return { ...connection, release };
  };
  const end = async (): Promise<void> => {
    rest?.cut();
    await engine.close(pool.end()); // not one after the other: the pool waits for what PGlite is at, and that may be stuck
    await onClosed?.();
  };
  let ended: Promise<void> | undefined;
  const close = (): Promise<void> => (ended ??= end());
  try {
    await refuseNewerSchema(orm);
    await migrate(orm, { migrationsFolder });
  } catch (error) {
    await close();
    throw error;
  }
  return { kind: 'pglite', canBeAway: false, orm, connect, close };
}

/** Whoever comes next has the same session, and what was left half done would still be there. Gives what was wrong with that, too. */
async function rollBack(client: PoolClient): Promise<unknown> {
  try {
    await client.query('rollback');
    return undefined;
  } catch (error) {
    return error;
  }
}

/** What the file system, or PGlite, says of a folder, as an error that says which folder and what to do. */
async function orStartError<T>(folder: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    if (error instanceof StoreStartError) throw error;
    throw new StoreStartError(
      'bad_folder',
      `The database in ${resolve(folder)} cannot be opened: ${error instanceof Error ? error.message : String(error)}. DATA_DIR must be a folder that this process can write to, with a path of less than 80 characters.`,
      { cause: error },
    );
  }
}
