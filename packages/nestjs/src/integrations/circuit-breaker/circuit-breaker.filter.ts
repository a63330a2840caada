import { type ArgumentsHost, Catch, HttpException, Logger } from '@nestjs/common';
import { CallRejectedError, CallTimedOutError, FallbackFailedError } from '@rookery/circuit-breaker';
import { AnsweringFilter } from '../../filters/answering-filter.js';
import { answerOf } from './breaker-answer.js';

type BreakerError = CallRejectedError | CallTimedOutError | FallbackFailedError;

/**
 * Answers 503 with `Retry-After` for a call that a breaker has not made, and 504 for one that took too long, on Express and Fastify:
 * `{ provide: APP_FILTER, useClass: CircuitBreakerFilter }`, or `@UseFilters(CircuitBreakerFilter)`. For a fallback that failed it is the HttpException
 * that the fallback threw; else what the call itself would have got, and the fallback's error is logged. In microservices and gateways
 * it gives what their own filters give, with `code` and `retryAfterSeconds`; elsewhere (GraphQL) an HttpException.
 */
@Catch(CallRejectedError, CallTimedOutError, FallbackFailedError)
export class CircuitBreakerFilter extends AnsweringFilter<BreakerError> {
  readonly #logger = new Logger('CircuitBreakerFilter');

  override catch(error: BreakerError, host: ArgumentsHost): unknown {
    const told = this.#toldOf(error);
    return this.tell(told, answerOf(told), host);
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
}
