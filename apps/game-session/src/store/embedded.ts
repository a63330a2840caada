import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Connection, Database, Opener } from './database.js';
import { StoreStartError } from './errors.js';
import { type FolderLock, waitForFolder } from './folder-lock.js';
import { migrationsFolder, refuseNewerSchema } from './migrations.js';
import type { Orm } from './orm.js';
import { sleep } from './sleep.js';

/** How long a folder that somebody else uses is waited for: one who is just stopping, or was just killed. */
const FOLDER_WAIT_MS = 3_000;

/** PGlite in memory: gone when it is closed. For tests. */
export async function openInMemory(): Promise<Database> {
  return ready(await PGlite.create(), () => Promise.resolve());
}

/** PGlite in a folder, which is made if need be. One process at a time may have it. */
export async function openFolder(folder: string, { clock, signal }: Opener): Promise<Database> {
  const lock = await orStartError(folder, () =>
    waitForFolder(join(folder, 'lock'), FOLDER_WAIT_MS, (ms) => sleep(clock, ms, signal)),
  );
  if (lock === undefined) {
    throw new StoreStartError(
      'folder_in_use',
      `Another process uses the database in ${resolve(folder)}. Stop it, or set DATA_DIR to another folder.`,
    );
  }
  return openLocked(folder, lock);
}

async function openLocked(folder: string, lock: FolderLock): Promise<Database> {
  try {
    const client = await orStartError(folder, () => openData(folder));
    return await ready(client, () => lock.release());
  } catch (error) {
    await lock.release();
    throw error;
  }
}

/** A new one is made beside its place, and moved there when it is whole: so none is ever found half made. */
async function openData(folder: string): Promise<PGlite> {
  const data = join(folder, 'pgdata');
  if (!existsSync(data)) {
    const unfinished = join(folder, 'pgdata.new');
    await rm(unfinished, { recursive: true, force: true });
    await (await PGlite.create(unfinished)).close();
    await rename(unfinished, data);
  }
  return PGlite.create(data);
}

async function ready(client: PGlite, onClosed: () => Promise<void>): Promise<Database> {
  const orm = drizzle({ client });
  const close = async (): Promise<void> => {
    if (!client.closed) await client.close();
    await onClosed();
  };
  try {
    await refuseNewerSchema(orm);
    await migrate(orm, { migrationsFolder });
  } catch (error) {
    await close();
    throw error;
  }
  // One connection is all there is: it queues what comes, and keeps what others ask out of a transaction.
  const connection: Connection = {
    orm,
    transaction: (work) => orm.transaction((transaction) => work(transaction as Orm)),
    release: () => {},
  };
  return { kind: 'pglite', canBeAway: false, orm, connect: () => Promise.resolve(connection), close };
}

/** What the file system, or PGlite, says of a folder, as an error that says which folder and what to do. */
async function orStartError<T>(folder: string, open: () => Promise<T>): Promise<T> {
  try {
    return await open();
  } catch (error) {
    throw new StoreStartError(
      'bad_folder',
      `The database in ${resolve(folder)} cannot be opened: ${error instanceof Error ? error.message : String(error)}. DATA_DIR must be a folder that this process can write to, with a path of less than 80 characters.`,
      { cause: error },
    );
  }
}
