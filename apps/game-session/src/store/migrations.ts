import { fileURLToPath } from 'node:url';
import { sql } from 'drizzle-orm';
import { type MigrationMeta, readMigrationFiles } from 'drizzle-orm/migrator';
import { StoreStartError } from './errors.js';
import { type Orm, rowsOf } from './orm.js';

/** Beside `src` and `dist`, so that both find it; `npm run db:generate` writes there. */
export const migrationsFolder = fileURLToPath(new URL('../../migrations', import.meta.url));

/** A database that a newer version of the app has migrated has columns that this one would not fill. */
export async function refuseNewerSchema(orm: Orm): Promise<void> {
  const known = readMigrationFiles({ migrationsFolder }).map(({ folderMillis }: MigrationMeta) => folderMillis);
  const newest = await newestMigration(orm);
  if (newest <= Math.max(...known)) return;
  throw new StoreStartError(
    'newer_schema',
    `The database was migrated by a newer version of this app (at ${new Date(newest).toISOString()}). Start that version, or restore a copy of the database that is as old as this one.`,
  );
}

async function newestMigration(orm: Orm): Promise<number> {
  const [table] = await rowsOf<{ readonly name: string | null }>(
    orm,
    sql`select to_regclass('drizzle.__drizzle_migrations')::text as name`,
  );
  if (table?.name == null) return 0;
  const [newest] = await rowsOf<{ readonly at: string | null }>(
    orm,
    sql`select max(created_at)::text as at from drizzle.__drizzle_migrations`,
  );
  return Number(newest?.at ?? 0);
}
