import { sql, type SQL } from 'drizzle-orm';
import {
  bigint,
  check,
  foreignKey,
  index,
  integer,
  pgTable,
  primaryKey,
  smallint,
  text,
  timestamp,
  unique,
} from 'drizzle-orm/pg-core';

// The tables, for PGlite and PostgreSQL alike. `npm run db:generate` turns a change of this file into a migration.
// What must never happen is said here once more, so that no mistake of the code above can make it happen.

/** To the millisecond, as a Date has no more: what was read can be compared with what is stored. */
const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date', precision: 3 });

export const players = pgTable(
  'players',
  {
    id: text().primaryKey(),
    name: text().notNull(),
    email: text(),
    /** The token itself is nowhere: who reads this table can't play for others. */
    tokenHash: text('token_hash').notNull().unique('players_token_hash'),
    createdAt: moment('created_at').notNull().defaultNow(),
    // Of all games that ended, those too that were cleaned up since.
    won: integer().notNull().default(0),
    drawn: integer().notNull().default(0),
    lost: integer().notNull().default(0),
    lastPlayedAt: moment('last_played_at'),
  },
  (table) => [index('players_points').on(sql`(3 * ${table.won} + ${table.drawn}) desc`)],
);

export const games = pgTable(
  'games',
  {
    id: text().primaryKey(),
    xPlayer: text('x_player').references(() => players.id),
    xLevel: smallint('x_level'),
    oPlayer: text('o_player').references(() => players.id),
    oLevel: smallint('o_level'),
    createdAt: moment('created_at').notNull().defaultNow(),
    startedAt: moment('started_at'),
    ending: text({ enum: ['line', 'resigned', 'timeout', 'draw', 'abandoned'] }),
    winner: smallint(),
    endedAt: moment('ended_at'),
    rematchOf: text('rematch_of'),
  },
  (table) => [
    foreignKey({ name: 'games_rematch_of', columns: [table.rematchOf], foreignColumns: [table.id] }).onDelete(
      'set null',
    ),
    unique('games_one_rematch').on(table.rematchOf),
    check('games_x_taken', sql`num_nonnulls(${table.xPlayer}, ${table.xLevel}) = 1`),
    check('games_o_taken_once', sql`num_nonnulls(${table.oPlayer}, ${table.oLevel}) <= 1`),
    check('games_level', sql`${table.xLevel} between 1 and 5 and ${table.oLevel} between 1 and 5`),
    check(
      'games_ending',
      sql`(${table.ending} is null) = (${table.endedAt} is null) and (${table.winner} is not null) = (coalesce(${table.ending}, '') in ('line', 'resigned', 'timeout'))`,
    ),
    check('games_winner', sql`${table.winner} in (0, 1)`),
    index('games_unfinished')
      .on(table.createdAt)
      .where(sql`${table.ending} is null`),
    index('games_ended_at').on(table.endedAt),
    index('games_x_player').on(table.xPlayer),
    index('games_o_player').on(table.oPlayer),
    index('games_open_x')
      .on(table.xPlayer)
      .where(sql`${table.ending} is null`),
    index('games_open_o')
      .on(table.oPlayer)
      .where(sql`${table.ending} is null`),
  ],
);

export const moves = pgTable(
  'moves',
  {
    gameId: text('game_id')
      .notNull()
      .references(() => games.id, { onDelete: 'cascade' }),
    /** 0 is the first move. */
    ply: smallint().notNull(),
    column: smallint().notNull(),
    at: moment('at').notNull().defaultNow(),
    /** The move before, which must be there: a game with a gap cannot be written. */
    previousPly: smallint('previous_ply').generatedAlwaysAs((): SQL => sql`nullif(ply, 0) - 1`),
  },
  (table) => [
    primaryKey({ name: 'moves_key', columns: [table.gameId, table.ply] }),
    foreignKey({
      name: 'moves_previous',
      columns: [table.gameId, table.previousPly],
      foreignColumns: [table.gameId, table.ply],
    }),
    check('moves_on_board', sql`${table.ply} between 0 and 41 and ${table.column} between 0 and 6`),
  ],
);

/** The outbox: mails are written with the ending they tell of, and sent afterwards. */
export const mails = pgTable(
  'mails',
  {
    id: bigint({ mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    gameId: text('game_id')
      .notNull()
      .references(() => games.id, { onDelete: 'cascade' }),
    to: text().notNull(),
    subject: text().notNull(),
    text: text().notNull(),
    createdAt: moment('created_at').notNull().defaultNow(),
    attempts: integer().notNull().default(0),
    /** Not rounded to the millisecond, as a mail that was just written is due at once. */
    nextTryAt: timestamp('next_try_at', { withTimezone: true }).notNull().defaultNow(),
    lastError: text('last_error'),
    givenUpAt: moment('given_up_at'),
  },
  (table) => [
    index('mails_pending')
      .on(table.nextTryAt, table.id)
      .where(sql`${table.givenUpAt} is null`),
    index('mails_game').on(table.gameId),
  ],
);
