import type { Server } from 'node:http';
import { type BeforeApplicationShutdown, Inject, Injectable, Logger } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** The HTTP half of a shutdown. Nest then waits for open requests, and SupervisionModule stops the tree after that. */
@Injectable()
export class ShutdownService implements BeforeApplicationShutdown {
  readonly #logger = new Logger('Shutdown');

  constructor(@Inject(HttpAdapterHost) private readonly adapterHost: HttpAdapterHost) {}

  beforeApplicationShutdown(signal = 'close'): void {
    this.#logger.log(`Stopping (${signal}): open requests get their answers, then the tree stops`);
    // Node closes idle connections at once, but one that is busy now would be kept for 5 s after its answer, and we with it.
    const server = this.adapterHost.httpAdapter.getHttpServer() as Server;
    server.keepAliveTimeout = 1;
  }
}
