import {
  type ArgumentsHost,
  Catch,
  type ExceptionFilter,
  HttpException,
  HttpStatus,
  Inject,
  Logger,
} from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GenServerError } from '@rookery/genserver';
import { GameError } from '../games/errors.js';
import { type FieldError, InvalidInputError } from '../web/invalid-input.error.js';

/** What every error looks like from outside. `reason` is for programs, `message` for people. */
interface Answer {
  readonly statusCode: HttpStatus;
  readonly reason: string;
  readonly message: string;
  /** Of a 400: each field that is wrong. */
  readonly errors?: readonly FieldError[];
}

/** Seconds. A restart takes milliseconds, but HTTP cannot ask for a shorter wait. */
const RETRY_AFTER = '1';

const restarting: Answer = {
  statusCode: HttpStatus.SERVICE_UNAVAILABLE,
  reason: 'restarting',
  message: 'It is being restarted. Before you repeat a move, look at the game: the move may have been made.',
};

/** What callers of a server may live to see, by the error's `code`. Any other code is a mistake of ours. */
const ANSWERS: Readonly<Record<string, Answer>> = {
  ERR_GENSERVER_NO_PROCESS: restarting, // nobody there right now
  ERR_GENSERVER_PROCESS_EXITED: restarting, // died while it was at work on this request
  ERR_GENSERVER_MAX_CHILDREN: {
    statusCode: HttpStatus.SERVICE_UNAVAILABLE,
    reason: 'too_many_games',
    message: 'No more games can be opened right now.',
  },
  ERR_GENSERVER_CALL_TIMEOUT: {
    statusCode: HttpStatus.GATEWAY_TIMEOUT,
    reason: 'timeout',
    message: 'There was no answer in time. Before you repeat a move, look at the game: the move may still be made.',
  },
};

/** What Nest and its body parser refuse. */
const REASONS: Readonly<Partial<Record<HttpStatus, string>>> = {
  [HttpStatus.NOT_FOUND]: 'unknown_route',
  [HttpStatus.PAYLOAD_TOO_LARGE]: 'body_too_large',
  [HttpStatus.UNSUPPORTED_MEDIA_TYPE]: 'unsupported_encoding',
};

const ourMistake: Answer = {
  statusCode: HttpStatus.INTERNAL_SERVER_ERROR,
  reason: 'internal_error',
  message: 'Something went wrong on our side.',
};

/** The one place where failures become HTTP: those of servers, of the input, and those that Nest itself finds. */
@Catch()
export class ErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger(ErrorFilter.name);

  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const answer = answerTo(error);
    if (answer === ourMistake) this.#logger.error(error);
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    if (answer.statusCode === HttpStatus.SERVICE_UNAVAILABLE) {
      httpAdapter.setHeader(response, 'Retry-After', RETRY_AFTER);
    }
    httpAdapter.reply(response, answer, answer.statusCode);
  }
}

function answerTo(error: unknown): Answer {
  if (error instanceof GameError) return answerToPlayer(error);
  if (error instanceof GenServerError) return ANSWERS[error.code] ?? ourMistake;
  if (error instanceof InvalidInputError) return invalidInput(error);
  if (error instanceof HttpException && error.getStatus() < 500) return answerToRequest(error);
  return ourMistake;
}

function answerToPlayer({ reason, message }: GameError): Answer {
  return { statusCode: reason === 'unknown_game' ? HttpStatus.NOT_FOUND : HttpStatus.CONFLICT, reason, message };
}

function invalidInput({ message, errors }: InvalidInputError): Answer {
  return { statusCode: HttpStatus.BAD_REQUEST, reason: 'invalid_input', message, errors };
}

/** A request that does not get as far as a controller: no such route, no JSON, too large. */
function answerToRequest(error: HttpException): Answer {
  const { cause, message } = error;
  const statusCode: HttpStatus = error.getStatus();
  if (statusCode !== HttpStatus.BAD_REQUEST) return { statusCode, reason: REASONS[statusCode] ?? 'refused', message };
  if (cause instanceof URIError) return invalidInput(new InvalidInputError([{ field: 'path', message }]));
  const complaint = cause instanceof SyntaxError ? `must be a JSON object: ${message}` : message;
  return invalidInput(new InvalidInputError([{ field: 'body', message: complaint }]));
}
