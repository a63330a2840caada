import { type ArgumentsHost, HttpException, Logger } from '@nestjs/common';
import { BaseExceptionFilter } from '@nestjs/core';
import { throwError } from 'rxjs';
import { tellSocket } from './socket-client.js';

/** What a client is told of an error that is no bug: the server is busy, say. */
export interface ClientAnswer {
  readonly statusCode: number;
  /** The words of the status. */
  readonly error: string;
  /** Names nothing of the inside: clients need not know what stands behind a server. */
  readonly message: string;
  /** Of the error. */
  readonly code: string;
  /** Whole seconds, as the header Retry-After says it; undefined where nobody can know. */
  readonly retryAfterSeconds: number | undefined;
}

/** A filter that answers in every kind of application: on HTTP by status and Retry-After, elsewhere as Nest's own filters do. */
export abstract class AnsweringFilter<Caught> extends BaseExceptionFilter<Caught> {
  /** Answers; what there is no answer to, as Nest does. */
  protected tell(told: unknown, answer: ClientAnswer | undefined, host: ArgumentsHost): unknown {
    const exception = answer === undefined ? told : exceptionOf(answer, told);
    const type: string = host.getType();
    if (type === 'http') return this.#reply(exception, answer, host);
    if (type !== 'rpc' && type !== 'ws') return exception;
    // On HTTP Nest logs it, elsewhere its own filters would have.
    if (!(exception instanceof HttpException)) new Logger('ExceptionsHandler').error(exception);
    const payload = payloadOf(answer, exception);
    if (type === 'rpc') return throwError(() => payload);
    return tellSocket(host.switchToWs().getClient(), payload);
  }

  #reply(exception: unknown, answer: ClientAnswer | undefined, host: ArgumentsHost): void {
    const adapter = this.applicationRef ?? this.httpAdapterHost?.httpAdapter;
    const response: unknown = host.getArgByIndex(1);
    if (answer?.retryAfterSeconds !== undefined && adapter?.isHeadersSent(response) === false) {
      adapter.setHeader(response, 'Retry-After', String(answer.retryAfterSeconds));
    }
    const answerAsNest = super.catch.bind(this);
    answerAsNest(exception as Caught, host); // it takes all that can be thrown
  }
}

function exceptionOf({ statusCode, error, message, code }: ClientAnswer, cause: unknown): HttpException {
  return new HttpException({ statusCode, error, message, code }, statusCode, { cause });
}

/** As Nest tells clients of microservices and gateways. */
function payloadOf(answer: ClientAnswer | undefined, exception: unknown): object {
  const status = 'error';
  if (answer !== undefined) {
    const { message, code, retryAfterSeconds } = answer;
    return { status, message, code, ...(retryAfterSeconds !== undefined && { retryAfterSeconds }) };
  }
  if (!(exception instanceof HttpException)) return { status, message: 'Internal server error' };
  const { code } = Object(exception.getResponse()) as { readonly code?: unknown };
  return { status, message: exception.message, ...(typeof code === 'string' && { code }) };
}
