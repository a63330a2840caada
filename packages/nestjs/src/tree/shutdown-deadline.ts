import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type ClockTimer, type Milliseconds, systemClock } from '@rookery/genserver';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from '../supervision-options.js';
import { OpenConnections, type WatchedServer } from './open-connections.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** The one deadline of a shutdown: half of it for open requests, all that is left for the tree. */
@Injectable()
export class ShutdownDeadline {
  readonly #logger = new Logger('Supervision');
  #connections: OpenConnections | undefined;
  #dueAt: Milliseconds | undefined;
  #timer: ClockTimer | undefined;

  constructor(
    @Inject(SUPERVISION_OPTIONS) private readonly options: SupervisionOptions,
    @Optional() @Inject(HttpAdapterHost) private readonly http?: HttpAdapterHost,
  ) {}

  /** Milliseconds left; all of it when nothing has started the deadline. */
  get remainingMs(): Milliseconds {
    return this.#dueAt === undefined ? this.#timeoutMs : Math.max(0, this.#dueAt - this.#clock.now());
  }

  /** From before the app listens, so that no connection is missed. */
  watchConnections(): void {
    const server = this.#server;
    if (server !== undefined) this.#connections ??= new OpenConnections(server);
  }

  /** Nest begins to close. Requests that take more than half of the time are cut off, so that the tree has the other half. */
  start(): void {
    if (this.#dueAt !== undefined) return;
    this.#dueAt = this.#clock.now() + this.#timeoutMs;
    this.#timer = this.#clock.setTimer(this.#timeoutMs / 2, () => this.#cutConnections());
  }

  /** While a load balancer finds out that no requests are wanted any more. */
  async waitForBalancers(): Promise<void> {
    const { readinessDelayMs = 0 } = this.options;
    if (readinessDelayMs > 0) await new Promise<void>((resolve) => this.#clock.setTimer(readinessDelayMs, resolve));
  }

  /** Nest now waits for open requests: nobody else is waited for. */
  closeConnections(): void {
    this.#connections?.closeIdle();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#connections?.stop();
    this.#timer = this.#dueAt = this.#connections = undefined;
  }

  get #timeoutMs(): Milliseconds {
    return this.options.shutdownTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  get #clock(): typeof systemClock {
    return this.options.clock ?? systemClock;
  }

  #cutConnections(): void {
    const cut = this.#connections?.cutAll() ?? 0;
    if (cut === 0) return;
    this.#logger.error(`Connections cut at half of the shutdown deadline (${this.#timeoutMs} ms): ${cut}`);
  }

  /** None outside HTTP applications. */
  get #server(): WatchedServer | undefined {
    const server = this.http?.httpAdapter?.getHttpServer() as Partial<WatchedServer> | null | undefined;
    return typeof server?.on === 'function' ? (server as WatchedServer) : undefined;
  }
}
