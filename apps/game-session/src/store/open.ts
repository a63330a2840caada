import { join } from 'node:path';
import type { OpenDatabase } from './database.js';
import { openFolder } from './embedded.js';
import { openPostgres } from './postgres.js';

/** Where the games are kept. */
export interface Place {
  /** DATABASE_URL: PostgreSQL. */
  readonly databaseUrl?: string | undefined;
  /** DATA_DIR: without a URL, PGlite in its subfolder `store`. */
  readonly dataDir: string;
}

/** The same SQL, the same migrations and the same face, whichever it is. */
export function databaseAt({ databaseUrl, dataDir }: Place): OpenDatabase {
  return (opener) =>
    databaseUrl === undefined ? openFolder(join(dataDir, 'store'), opener) : openPostgres(databaseUrl, opener);
}
