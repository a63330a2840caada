import { type ArgumentsHost, Catch, type ExceptionFilter, Inject, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { ourMistake, refusalOf } from './refusal.js';

/** Where failures become answers over HTTP. */
@Catch()
export class HttpErrorFilter implements ExceptionFilter {
  readonly #logger = new Logger(HttpErrorFilter.name);

  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { retryAfterMs, ...answer } = refusalOf(error);
    if (answer.reason === ourMistake.reason) this.#logger.error(error);
    const { httpAdapter } = this.adapterHost;
    const response: unknown = host.switchToHttp().getResponse();
    if (retryAfterMs !== undefined) {
      httpAdapter.setHeader(response, 'Retry-After', String(Math.ceil(retryAfterMs / 1_000)));
    }
    httpAdapter.reply(response, answer, answer.statusCode);
  }
}
