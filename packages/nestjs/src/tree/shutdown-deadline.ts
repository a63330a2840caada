import type { Server } from 'node:http';
import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type ClockTimer, type Milliseconds, systemClock } from '@rookery/genserver';
import { MODULE_OPTIONS_TOKEN } from '../supervision.module-definition.js';
import type { SupervisionOptions } from '../supervision-options.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** The one deadline of a shutdown: what HTTP requests use up, the tree no longer has. */
@Injectable()
export class ShutdownDeadline {
  readonly #logger = new Logger('Supervision');
  #dueAt: Milliseconds | undefined;
  #timer: ClockTimer | undefined;

  constructor(
    @Inject(MODULE_OPTIONS_TOKEN) private readonly options: SupervisionOptions,
    @Optional() @Inject(HttpAdapterHost) private readonly http?: HttpAdapterHost,
  ) {}

  /** Milliseconds left; all of it when nothing has started the deadline. */
  get remainingMs(): Milliseconds {
    return this.#dueAt === undefined ? this.#timeoutMs : Math.max(0, this.#dueAt - this.#clock.now());
  }

  /** Nest now waits for open requests. When time is up, those that are still open are cut off, so that the rest of the shutdown goes on. */
  start(): void {
    if (this.#dueAt !== undefined) return;
    this.#dueAt = this.#clock.now() + this.#timeoutMs;
    this.#timer = this.#clock.setTimer(this.#timeoutMs, () => this.#cutConnections());
    // Node closes idle connections at once, but keeps one that is busy now for 5 s after its answer.
    const server = this.#server;
    if (server?.keepAliveTimeout !== undefined) server.keepAliveTimeout = 1;
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = this.#dueAt = undefined;
  }

  get #timeoutMs(): Milliseconds {
    return this.options.shutdownTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  get #clock(): typeof systemClock {
    return this.options.clock ?? systemClock;
  }

  #cutConnections(): void {
    const server = this.#server;
    if (server?.closeAllConnections === undefined) return;
    this.#logger.error(`Open requests are cut off: the shutdown has taken ${this.#timeoutMs} ms`);
    server.closeAllConnections();
  }

  /** None outside HTTP applications. */
  get #server(): Partial<Pick<Server, 'closeAllConnections' | 'keepAliveTimeout'>> | undefined {
    return this.http?.httpAdapter?.getHttpServer() as Server | undefined;
  }
}
