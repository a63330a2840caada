import { PGlite } from '@electric-sql/pglite';
import { drizzle } from 'drizzle-orm/pglite';
import { migrate } from 'drizzle-orm/pglite/migrator';
import type { Connection, Database } from './database.js';
import { migrationsFolder, refuseNewerSchema } from './migrations.js';
import type { Orm } from './orm.js';

/** PGlite in memory: gone when it is closed. For tests. */
export async function openInMemory(): Promise<Database> {
  return ready(await PGlite.create());
}

async function ready(client: PGlite): Promise<Database> {
  const orm = drizzle({ client });
  await refuseNewerSchema(orm);
  await migrate(orm, { migrationsFolder });
  // One connection is all there is: it queues what comes, and keeps what others ask out of a transaction.
  const connection: Connection = {
    orm,
    transaction: (work) => orm.transaction((transaction) => work(transaction as Orm)),
    release: () => {},
  };
  return {
    kind: 'pglite',
    orm,
    canBeAway: false,
    connect: () => Promise.resolve(connection),
    close: async () => {
      if (!client.closed) await client.close();
    },
  };
}
