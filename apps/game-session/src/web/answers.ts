import type { HealthReport } from '@rookery/health-check';
import { z } from 'zod';
import type { GameSummary, GameView, SeatView } from '../sessions/game-view.js';
import type { Ending, Side, Standing } from '../store/records.js';
import { column, gameId } from './input.js';
import type { Refusal } from './refusal.js';

// What is answered over HTTP, for the page of the API. Nothing is checked by these at run time, but the compiler checks them against the types.

const time = z.iso.datetime();
const count = z.int().min(0).meta({ example: 3 });
const points = z.int().min(0).meta({ example: 9 });
const milliseconds = z.number().min(0).meta({ example: 119_835 });
const cell = z.int().min(0).max(6).meta({ example: 3 });
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
  board: z
    .array(z.string())
    .describe('six rows from the top: `.` empty, `x` the first player, `o` the second')
    .meta({ example: ['.......', '.......', '.......', '.......', '.......', '...xo..'] }),
  moves: z.array(column),
  line: z
    .array(z.tuple([cell, cell]))
    .nullable()
    .describe('the discs that won, as [column, row]; row 0 is the lowest'),
  turn: side.nullable().describe('who is to move'),
  turnEndsInMs: milliseconds.nullable(),
  ending: ending.nullable(),
  spectators: count,
  rematch: z.object({ offeredBy: z.array(side), gameId: gameId.nullable() }),
  session: z.object({ pid: z.string(), restored: z.boolean() }).describe('another pid: another process'),
});

const summary: z.ZodType<GameSummary> = z.object({ id: gameId, status, seats, moves: count, spectators: count });
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
  played: count,
  won: count,
  drawn: count,
  lost: count,
  points,
});
export const standingsAnswer = z.array(standing);

/** Every error. */
export const refusalAnswer: z.ZodType<Omit<Refusal, 'retryAfterMs'>> = z.object({
  statusCode: z.int().min(400).max(599).meta({ example: 409 }),
  reason: z.string().describe('for programs').meta({ example: 'not_your_turn' }),
  message: z.string().describe('for people').meta({ example: 'It is not your turn.' }),
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
  restarts: count,
  children: z.array(z.looseObject({})).describe('nodes such as this one'),
});
export const treeAnswer = z.array(node);

/** Of a probe. Operators are told more. */
export const probeAnswer: z.ZodType<Pick<HealthReport, 'group' | 'state' | 'ok'>> = z.looseObject({
  group: z.string(),
  state: z.enum(['healthy', 'degraded', 'unhealthy', 'unknown']),
  ok: z.boolean(),
  phase: z.string().exactOptional().describe('when the app stops'),
  checks: z.record(z.string(), z.looseObject({})).exactOptional().describe('for operators: each check, by its name'),
});
