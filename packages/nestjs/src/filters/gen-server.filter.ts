import { type ArgumentsHost, Catch, HttpException, Logger } from '@nestjs/common';
import { GenServerError } from '@rookery/genserver';
import { letGo } from '../integrations/refused-promise.js';
import { AnsweringFilter } from './answering-filter.js';
import { abortReasonOf, answerOf } from './server-answer.js';

/**
 * Answers for what calls of servers reject with, on Express and Fastify: `{ provide: APP_FILTER, useClass: GenServerFilter }`. 503 where nobody is
 * there or the mailbox is full (then with `Retry-After`), 504 where time was up, 500 where the server crashed at work. The body has the error's
 * `code` and names no server. In microservices and gateways it gives what their own filters give, with `code` and `retryAfterSeconds`; elsewhere
 * (GraphQL) an HttpException. Errors that are bugs of the application stay Nest's: 500, logged.
 *
 * For errors of your own, those that a server refuses with, extend it: name them in `@Catch(GenServerError, SeatTakenError)`, and override `toHttp`.
 */
@Catch(GenServerError)
export class GenServerFilter extends AnsweringFilter<Error> {
  readonly #logger = new Logger(GenServerFilter.name);

  /**
   * What to answer for an error that this filter catches; undefined: what it would say by itself. Default: undefined. An HttpException that it throws
   * counts as returned; any other failure of it is logged, and the error is answered as without it.
   */
  toHttp(_error: Error): HttpException | undefined {
    return undefined;
  }

  override catch(error: Error, host: ArgumentsHost): unknown {
    const told = this.#ownAnswerTo(error) ?? abortReasonOf(error) ?? error;
    return this.tell(told, answerOf(told), host);
  }

  #ownAnswerTo(error: Error): HttpException | undefined {
    const given = attempt(() => this.toHttp(error));
    if (given === undefined || given instanceof HttpException) return given;
    letGo(given); // a promise, say
    this.#logger.error(`toHttp of ${this.constructor.name} gave no HttpException for a ${error.name}`, stackOf(given));
    return undefined;
  }
}

/** What it gives, or throws. */
function attempt(action: () => unknown): unknown {
  try {
    return action();
  } catch (error) {
    return error ?? new Error('It threw nothing.');
  }
}

function stackOf(value: unknown): string {
  return value instanceof Error ? (value.stack ?? value.message) : String(value);
}
