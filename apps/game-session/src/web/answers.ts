import { z } from 'zod';
import type { GameSummary, GameView, SeatView } from '../sessions/game-view.js';
import type { Ending, Side, Standing } from '../store/records.js';
import { column, gameId } from './input.js';
import type { Refusal } from './refusal.js';

// What is answered over HTTP, for the page of the API. Nothing is checked by these at run time, but the compiler checks them against the types.

const time = z.iso.datetime();
const side: z.ZodType<Side> = z.literal([0, 1]);
const status = z.enum(['waiting', 'playing', 'finished']);

const seat: z.ZodType<SeatView> = z.object({
  kind: z.enum(['player', 'computer']),
  name: z.string(),
  playerId: z.string().nullable(),
  level: z.literal([1, 2, 3, 4, 5]).nullable(),
  online: z.boolean(),
});
const seats = z.tuple([seat, seat.nullable()]);

const ending: z.ZodType<Ending> = z.union([
  z.object({ kind: z.enum(['line', 'resigned', 'timeout']), winner: side }),
  z.object({ kind: z.literal('draw') }),
  z.object({ kind: z.literal('abandoned') }),
]);

export const gameAnswer: z.ZodType<GameView> = z.object({
  id: gameId,
  status,
  seats,
  board: z.array(z.string()).describe('six rows from the top: `.` empty, `x` the first player, `o` the second'),
  moves: z.array(column),
  line: z
    .array(z.tuple([z.int(), z.int()]))
    .nullable()
    .describe('the discs that won, as [column, row]; row 0 is the lowest'),
  turn: side.nullable().describe('who is to move'),
  turnEndsInMs: z.number().nullable(),
  ending: ending.nullable(),
  spectators: z.int(),
  rematch: z.object({ offeredBy: z.array(side), gameId: gameId.nullable() }),
  session: z.object({ pid: z.string(), restored: z.boolean() }).describe('another pid: another process'),
});

const summary: z.ZodType<GameSummary> = z.object({ id: gameId, status, seats, moves: z.int(), spectators: z.int() });
export const gamesAnswer = z.array(summary);

export const playerAnswer = z.object({
  id: z.uuid(),
  name: z.string(),
  email: z.string().nullable(),
  createdAt: time,
});
export const joinedAnswer = z.object({ player: playerAnswer, token: z.string() });

const standing: z.ZodType<Standing> = z.object({
  playerId: z.uuid(),
  name: z.string(),
  played: z.int(),
  won: z.int(),
  drawn: z.int(),
  lost: z.int(),
  points: z.int(),
});
export const standingsAnswer = z.array(standing);

/** Every error. */
export const refusalAnswer: z.ZodType<Omit<Refusal, 'retryAfterMs'>> = z.object({
  statusCode: z.int(),
  reason: z.string().describe('for programs'),
  message: z.string().describe('for people'),
  errors: z
    .array(z.object({ field: z.string(), message: z.string() }))
    .exactOptional()
    .describe('of a 400: each field that is wrong'),
});

const day = z.iso.date();
export const daysAnswer = z.array(day);
export const dayAnswer = z.object({ day });

/** Of the many facts of a node those that are always there. */
const node = z.looseObject({
  name: z.string(),
  kind: z.string(),
  state: z.string(),
  restarts: z.int(),
  children: z.array(z.looseObject({})).describe('nodes such as this one'),
});
export const treeAnswer = z.array(node);
