import { sql } from 'drizzle-orm';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate } from 'drizzle-orm/node-postgres/migrator';
import pg from 'pg';
import type { Database, Opener } from './database.js';
import { ConnectionError } from './errors.js';
import { migrationsFolder, refuseNewerSchema } from './migrations.js';
import { connectionOf, newPool } from './pooled.js';
import { checkUrl, startError } from './postgres-start.js';
import { sleep } from './sleep.js';

/** How long a server that is not there yet is waited for: it may be starting, too. */
const START_WAIT_MS = 15_000;
const START_PAUSE_MS = 250;
const CONNECT_MS = 2_000;
/** The server ends a statement that takes longer. */
const STATEMENT_MS = 2_000;
/** If it does not even do that, we end the connection. */
const ANSWER_MS = 2_500;
/** For the migrations, which may rewrite a table. */
const MIGRATION_MS = 300_000;
/** Any number, the same for all versions of this app: processes that start together migrate one after another. */
const MIGRATION_LOCK = 727_001;

/** PostgreSQL at a URL. What is not there yet is waited for; what cannot be right is not. */
export async function openPostgres(url: string, { clock, signal }: Opener): Promise<Database> {
  checkUrl(url);
  const endsAt = clock.now() + START_WAIT_MS;
  for (;;) {
    try {
      await migrateAt(url);
      return connected(url);
    } catch (error) {
      const { isFinal, ...problem } = startError(error, url);
      if (isFinal || clock.now() >= endsAt || signal.aborted) throw problem.error;
    }
    await sleep(clock, START_PAUSE_MS, signal);
  }
}

function connected(url: string): Database {
  const options = {
    connectionString: url,
    application_name: 'game-session',
    connectionTimeoutMillis: CONNECT_MS,
    statement_timeout: STATEMENT_MS,
    query_timeout: ANSWER_MS,
    idle_in_transaction_session_timeout: 2 * ANSWER_MS, // else a transaction of a client that vanished could hold its rows
    keepAlive: true,
  };
  const writing = newPool({ ...options, max: 1 });
  const reading = newPool({ ...options, max: 3 }); // so that a long report keeps no move waiting
  let closed: Promise<unknown> | undefined;
  return {
    kind: 'postgresql',
    canBeAway: true,
    orm: drizzle({ client: reading }),
    connect: async () => connectionOf(await writing.connect().catch(noConnection)),
    close: async () => {
      closed ??= Promise.all([writing.end(), reading.end()]);
      await closed;
    },
  };
}

function noConnection(error: unknown): never {
  throw new ConnectionError(`No connection to the database: ${String(error)}`, { cause: error });
}

async function migrateAt(url: string): Promise<void> {
  const client = new pg.Client({
    connectionString: url,
    connectionTimeoutMillis: CONNECT_MS,
    query_timeout: MIGRATION_MS,
  });
  client.on('error', () => {}); // the statement under way says so
  try {
    await client.connect().catch(noConnection);
    const orm = drizzle({ client });
    await orm.execute(sql`select pg_advisory_lock(${MIGRATION_LOCK})`); // given back with the connection
    await refuseNewerSchema(orm);
    await migrate(orm, { migrationsFolder });
  } finally {
    await client.end().catch(() => {}); // it is of no more use either way
  }
}
