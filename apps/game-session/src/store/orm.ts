import type { SQL } from 'drizzle-orm';
import type { PgDatabase, PgQueryResultHKT } from 'drizzle-orm/pg-core';

/** drizzle on a connection or in a transaction, of PGlite or PostgreSQL: queries need not know which. */
export type Orm = PgDatabase<PgQueryResultHKT>;

/** The rows of a statement that is written by hand. Numbers and texts come as they are; a moment would come as text. */
export async function rowsOf<Row>(orm: Orm, statement: SQL): Promise<readonly Row[]> {
  const { rows } = (await orm.execute(statement)) as { readonly rows: readonly Row[] };
  return rows;
}
