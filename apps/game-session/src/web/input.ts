import { z } from 'zod';
import { type Column, COLUMNS, ROWS } from '../rules/connect-four.js';
import type { Level } from '../store/records.js';

// What may come in, field by field, over HTTP and over sockets. The texts are for people who call the API by hand. All objects are
// strict: a field that nobody knows is a typing error, and is better refused than ignored.

export const NO_OBJECT = 'must be a JSON object';
const LEVELS = 'must be a level from 1 (beginner) to 5';
const LAST = COLUMNS - 1;

/**
 * One line: names are in mails to others, in reports and in logs. So no control characters, line breaks, halves of characters, or marks that turn
 * the text around them.
 */
const ONE_LINE = /^[^\p{Cc}\p{Cs}\u2028-\u202E\u2066-\u2069]*$/u;
/** A name of zero-width characters is none. */
const VISIBLE = /[\p{L}\p{N}\p{P}\p{S}]/u;

export const playerName = z
  .string('must be a text')
  .trim()
  .max(40, atMost(40))
  .regex(VISIBLE, 'must not be empty')
  .regex(ONE_LINE, 'must be one line without control characters');

/** An empty one, as a form sends it, is none. */
export const email = z
  .literal('')
  .transform(() => null)
  .or(z.email('must be an e-mail address').max(254, atMost(254)));

/** 12 hex digits. Any other text is no id of a game; to say so takes no look into the store. */
export const gameId = z.string('must be a text').regex(/^[0-9a-f]{12}$/, 'must be 12 hex digits');

export const token = z.string('must be a text').min(1, 'must not be empty').max(200, atMost(200));

export const column: z.ZodType<Column> = integer(0, LAST);

/** How many moves were made before: so a request that is sent twice is one move. */
export const ply: z.ZodType<number> = integer(0, COLUMNS * ROWS - 1);

const level: z.ZodType<Level> = z.literal([1, 2, 3, 4, 5], LEVELS);

export const opponent = z.union(
  [z.literal('anyone'), z.strictObject({ computer: level })],
  'must be "anyone" or {"computer": 1 to 5}',
);

function integer(min: number, max: number): z.ZodType<number> {
  const expected = `must be an integer from ${min} to ${max}`;
  return z.int(expected).min(min, expected).max(max, expected);
}

function atMost(characters: number): string {
  return `must have at most ${characters} characters`;
}
