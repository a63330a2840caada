import { HttpException, HttpStatus } from '@nestjs/common';
import { GenServerError } from '@rookery/genserver';
import { type FieldError, InvalidInputError } from './invalid-input.error.js';

/** What every error looks like from outside, over HTTP and, without `statusCode`, over sockets. */
export interface Refusal {
  readonly statusCode: number;
  /** For programs. */
  readonly reason: string;
  /** For people. */
  readonly message: string;
  /** When another try makes sense. */
  readonly retryAfterMs?: number;
  /** Of an invalid_input: each field that is wrong. */
  readonly errors?: readonly FieldError[];
}

/** The reasons of our own errors, whichever class they are of. An error without one of these is a mistake of ours. */
const STATUS: Readonly<Record<string, HttpStatus>> = {
  unauthorized: HttpStatus.UNAUTHORIZED,
  forbidden: HttpStatus.FORBIDDEN,
  chaos_off: HttpStatus.FORBIDDEN,
  unknown_player: HttpStatus.FORBIDDEN,
  unknown_game: HttpStatus.NOT_FOUND,
  unknown_report: HttpStatus.NOT_FOUND,
  unknown_event: HttpStatus.NOT_FOUND,
  not_your_turn: HttpStatus.CONFLICT,
  column_full: HttpStatus.CONFLICT,
  game_over: HttpStatus.CONFLICT,
  game_full: HttpStatus.CONFLICT,
  not_waiting: HttpStatus.CONFLICT,
  not_finished: HttpStatus.CONFLICT,
  wrong_ply: HttpStatus.CONFLICT,
  day_not_over: HttpStatus.CONFLICT,
  too_many_watched: HttpStatus.CONFLICT,
  too_many_own_games: HttpStatus.CONFLICT,
  rate_limited: HttpStatus.TOO_MANY_REQUESTS,
  too_many_sockets: HttpStatus.TOO_MANY_REQUESTS,
  too_many_games: HttpStatus.SERVICE_UNAVAILABLE,
  restarting: HttpStatus.SERVICE_UNAVAILABLE,
  store_unavailable: HttpStatus.SERVICE_UNAVAILABLE,
};

/** A restart takes milliseconds; this is for what the restart waits for. */
const RETRY_MS = 1_000;

const restarting: Refusal = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  reason: 'restarting',
  message: 'It is being restarted. Before you repeat a move, look at the game: the move may have been made.',
  retryAfterMs: RETRY_MS,
};

/** What callers of a server may live to see, by the error's `code`. Any other code is a mistake of ours. */
const OF_SERVERS: Readonly<Record<string, Refusal>> = {
  ERR_GENSERVER_NO_PROCESS: restarting, // nobody there right now
  ERR_GENSERVER_PROCESS_EXITED: restarting, // died while it was at work on this request
  ERR_GENSERVER_OVERLOADED: { ...restarting, reason: 'overloaded', message: 'Too many ask for this right now.' },
  ERR_GENSERVER_MAX_CHILDREN: {
    ...restarting,
    reason: 'too_many_games',
    message: 'No more games can be opened right now.',
  },
  ERR_GENSERVER_CALL_TIMEOUT: {
    statusCode: HttpStatus.GATEWAY_TIMEOUT,
    reason: 'timeout',
    message: 'There was no answer in time. Before you repeat a move, look at the game: the move may still be made.',
    retryAfterMs: RETRY_MS,
  },
};

/** What Nest and its body parser refuse. */
const OF_HTTP: Readonly<Partial<Record<HttpStatus, string>>> = {
  [HttpStatus.NOT_FOUND]: 'unknown_route',
  [HttpStatus.PAYLOAD_TOO_LARGE]: 'body_too_large',
  [HttpStatus.UNSUPPORTED_MEDIA_TYPE]: 'unsupported_encoding',
  [HttpStatus.TOO_MANY_REQUESTS]: 'rate_limited',
};

/** Nothing about it is for others to know. */
export const ourMistake: Refusal = {
  statusCode: HttpStatus.INTERNAL_SERVER_ERROR,
  reason: 'internal_error',
  message: 'Something went wrong on our side.',
};

/** The one place where failures become answers, over HTTP and over sockets. */
export function refusalOf(error: unknown): Refusal {
  if (error instanceof InvalidInputError) return invalidInput(error);
  if (error instanceof GenServerError) return OF_SERVERS[error.code] ?? ourMistake;
  if (error instanceof HttpException) return error.getStatus() < 500 ? ofRequest(error) : ourMistake;
  return (error instanceof Error && ofReason(error)) || ourMistake;
}

function ofReason(error: Error & { readonly reason?: unknown; readonly retryAfterMs?: unknown }): Refusal | undefined {
  const { reason, message, retryAfterMs } = error;
  const statusCode = typeof reason === 'string' && Object.hasOwn(STATUS, reason) ? STATUS[reason] : undefined;
  if (typeof reason !== 'string' || statusCode === undefined) return undefined;
  const known = typeof retryAfterMs === 'number' ? retryAfterMs : undefined;
  const pause = known ?? (statusCode === HttpStatus.SERVICE_UNAVAILABLE ? RETRY_MS : undefined);
  return { statusCode, reason, message, ...(pause !== undefined && { retryAfterMs: pause }) };
}

function invalidInput({ message, errors }: InvalidInputError): Refusal {
  return { statusCode: HttpStatus.BAD_REQUEST, reason: 'invalid_input', message, errors };
}

/** A request that does not get as far as a controller: no such route, no JSON, too large, too many. */
function ofRequest(error: HttpException): Refusal {
  const { cause, message } = error;
  const statusCode: HttpStatus = error.getStatus();
  if (statusCode !== HttpStatus.BAD_REQUEST) return { statusCode, reason: OF_HTTP[statusCode] ?? 'refused', message };
  if (cause instanceof URIError) return invalidInput(new InvalidInputError([{ field: 'path', message }]));
  const complaint = cause instanceof SyntaxError ? `must be a JSON object: ${message}` : message;
  return invalidInput(new InvalidInputError([{ field: 'body', message: complaint }]));
}
