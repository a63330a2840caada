import { type ArgumentsHost, Catch, type ExceptionFilter, HttpStatus, Inject, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { GenServerError } from '@rookery/genserver';
import { GameError } from '../games/errors.js';

interface Answer {
  readonly statusCode: HttpStatus;
  readonly reason: string;
  readonly message: string;
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

const ourMistake: Answer = {
  statusCode: HttpStatus.INTERNAL_SERVER_ERROR,
  reason: 'internal_error',
  message: 'Internal server error',
};

/** The one place where failures of servers become HTTP. */
@Catch(GameError, GenServerError)
export class ErrorFilter implements ExceptionFilter<GameError | GenServerError> {
  readonly #logger = new Logger(ErrorFilter.name);

  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  catch(error: GameError | GenServerError, host: ArgumentsHost): void {
    const answer = error instanceof GameError ? answerToPlayer(error) : (ANSWERS[error.code] ?? ourMistake);
    if (answer === ourMistake) this.#logger.error(error);
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    if (answer.statusCode === HttpStatus.SERVICE_UNAVAILABLE) {
      httpAdapter.setHeader(response, 'Retry-After', RETRY_AFTER);
    }
    httpAdapter.reply(response, answer, answer.statusCode);
  }
}

function answerToPlayer({ reason, message }: GameError): Answer {
  return { statusCode: reason === 'unknown_game' ? HttpStatus.NOT_FOUND : HttpStatus.CONFLICT, reason, message };
}
