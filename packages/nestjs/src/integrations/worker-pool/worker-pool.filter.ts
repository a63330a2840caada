import { type ArgumentsHost, Catch } from '@nestjs/common';
import { AnsweringFilter } from '../../filters/answering-filter.js';
import { ANSWERED, answerOf } from './pool-answer.js';

/**
 * Answers 503 with `Retry-After` for a task that a pool did not take or did not begin (its queue is full, it was shed or waited too long, the pool
 * is stopped), and 504 for one whose time was up, on Express and Fastify: `{ provide: APP_FILTER, useClass: WorkerPoolFilter }`, or
 * `@UseFilters(WorkerPoolFilter)`. In microservices and gateways it gives what their own filters give, with `code` and
 * `retryAfterSeconds`; elsewhere (GraphQL) an HttpException. What a task throws is its own, a thread that crashed a bug: those are not caught.
 */
@Catch(...ANSWERED)
export class WorkerPoolFilter extends AnsweringFilter<Error> {
  override catch(error: Error, host: ArgumentsHost): unknown {
    return this.tell(error, answerOf(error), host);
  }
}
