import { z } from 'zod';
import { COLUMNS } from '../rules/connect-four.js';

const NO_OBJECT = 'must be a JSON object';
const name = z.string().trim().min(1, 'must not be empty').max(40, 'must have at most 40 characters');

/** Strict: a field that nobody knows is a typing error, and is better refused than ignored. */
export const OpenGame = z.strictObject(
  {
    players: z
      .tuple([name, name], 'must be a list of exactly two names')
      .refine(([first, second]) => first !== second, 'must be two different names'),
  },
  NO_OBJECT,
);

export const MakeMove = z.strictObject(
  {
    player: name,
    column: z
      .int(`must be an integer from 0 to ${COLUMNS - 1}`)
      .min(0)
      .max(COLUMNS - 1),
  },
  NO_OBJECT,
);
