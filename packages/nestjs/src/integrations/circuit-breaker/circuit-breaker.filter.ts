import { type ArgumentsHost, Catch, HttpException, Logger } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { CallRejectedError, CallTimedOutError, FallbackFailedError } from '@rookery/circuit-breaker';
import { throwError } from 'rxjs';
import { answerOf, type BreakerAnswer } from './breaker-answer.js';

type BreakerError = CallRejectedError | CallTimedOutError | FallbackFailedError;

/** A client of a gateway, of socket.io or of ws. */
interface SocketClient {
  emit?(event: string, payload: unknown): unknown;
}

/**
 * Answers 503 with `Retry-After` for a call that a breaker has not made, and 504 for one that took too long, on Express and Fastify:
 * `{ provide: APP_FILTER, useClass: CircuitBreakerFilter }`, or `@UseFilters(CircuitBreakerFilter)`. For a fallback that failed it is the HttpException
 * that the fallback threw; else what the call itself would have got, and the fallback's error is logged. In microservices and gateways
 * it gives what their own filters give, with `code` and `retryAfterSeconds`; elsewhere (GraphQL) an HttpException.
 */
@Catch(CallRejectedError, CallTimedOutError, FallbackFailedError)
export class CircuitBreakerFilter extends BaseExceptionFilter<BreakerError> {
  readonly #logger = new Logger('CircuitBreakerFilter');

  override catch(error: BreakerError, host: ArgumentsHost): unknown {
    const told = this.#toldOf(error);
    const answer = answerOf(told);
    const exception = answer === undefined ? told : exceptionOf(answer, told);
    const type: string = host.getType();
    if (type === 'http') return this.#reply(exception, answer, host);
    if (type === 'rpc') return throwError(() => payloadOf(answer, exception));
    if (type !== 'ws') return exception;
    return void host.switchToWs().getClient<SocketClient>().emit?.('exception', payloadOf(answer, exception));
  }

  /** Which of two errors the client is told. */
  #toldOf(error: BreakerError): unknown {
    if (!(error instanceof FallbackFailedError)) return error;
    const { error: first, fallbackError } = error;
    if (fallbackError instanceof HttpException) return fallbackError;
    this.#logger.error(error.message, fallbackError instanceof Error ? fallbackError.stack : fallbackError);
    const isTold = answerOf(first) !== undefined || first instanceof HttpException;
    return isTold ? first : error;
  }

  #reply(exception: unknown, answer: BreakerAnswer | undefined, host: ArgumentsHost): void {
    const adapter = this.applicationRef ?? this.httpAdapterHost?.httpAdapter;
    const response: unknown = host.getArgByIndex(1);
    if (answer?.retryAfterSeconds !== undefined && adapter?.isHeadersSent(response) === false) {
      adapter.setHeader(response, 'Retry-After', String(answer.retryAfterSeconds));
    }
    const answerAsNest = super.catch.bind(this);
    answerAsNest(exception as BreakerError, host); // it takes all that can be thrown
  }
}

function exceptionOf({ statusCode, error, message, code }: BreakerAnswer, cause: unknown): HttpException {
  return new HttpException({ statusCode, error, message, code }, statusCode, { cause });
}

/** As Nest tells clients of microservices and gateways. */
function payloadOf(answer: BreakerAnswer | undefined, exception: unknown): object {
  const status = 'error';
  if (answer === undefined) {
    return { status, message: exception instanceof HttpException ? exception.message : 'Internal server error' };
  }
  const { message, code, retryAfterSeconds } = answer;
  return { status, message, code, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
}
