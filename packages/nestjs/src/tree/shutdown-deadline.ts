import { Inject, Injectable, Logger, Optional } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { type ClockTimer, type Milliseconds, systemClock } from '@rookery/genserver';
import { SUPERVISION_OPTIONS, type SupervisionOptions } from '../supervision-options.js';
import { OpenConnections, type WatchedServer } from './open-connections.js';

const DEFAULT_TIMEOUT_MS = 10_000;

/** By which part of the deadline open requests have had their time, and the tree is stopped even if Nest has not come to it. */
export const REQUESTS_END = 0.5;
export const TREE_STOPS = 0.75;

/** The one deadline of a shutdown: half of it for open requests, all that is left for the tree. */
@Injectable()
export class ShutdownDeadline {
  readonly #logger = new Logger('Supervision');
  #connections: OpenConnections | undefined;
  #startedAt: Milliseconds | undefined;
  #timers: readonly ClockTimer[] = [];

  constructor(
    @Inject(SUPERVISION_OPTIONS) private readonly options: SupervisionOptions,
    @Optional() @Inject(HttpAdapterHost) private readonly http?: HttpAdapterHost,
  ) {}

  get isRunning(): boolean {
    return this.#startedAt !== undefined;
  }

  /** The whole of it. */
  get totalMs(): Milliseconds {
    return this.options.shutdownTimeoutMs ?? DEFAULT_TIMEOUT_MS;
  }

  /** Milliseconds left; all of it when nothing has started the deadline. */
  get remainingMs(): Milliseconds {
    return this.#leftUntil(1);
  }

  /** From before the app listens, so that no connection is missed. */
  watchConnections(): void {
    const server = this.#server;
    if (server !== undefined) this.#connections ??= new OpenConnections(server);
  }

  /**
   * Nest begins to close. Requests that take more than half of the time are cut off, so that the tree has the other half; `stopTree` is
   * called when Nest should have come to it.
   */
  start(stopTree: () => void): void {
    this.#startedAt = this.#clock.now();
    this.#timers = [
      this.#clock.setTimer(this.totalMs * REQUESTS_END, () => this.#cutConnections()),
      this.#clock.setTimer(this.totalMs * TREE_STOPS, stopTree),
    ];
  }

  /** Whether it has settled by that part of the deadline. Does not reject. */
  async isOverBy(part: number, work: Promise<void>): Promise<boolean> {
    let timer: ClockTimer | undefined;
    const late = new Promise<boolean>((resolve) => {
      timer = this.#clock.setTimer(this.#leftUntil(part), () => resolve(false));
    });
    const over = work.then(
      () => true,
      () => true, // told by who began it
    );
    const isOver = await Promise.race([over, late]);
    timer?.cancel();
    return isOver;
  }

  /** While a load balancer finds out that no requests are wanted any more; what other providers took of that time counts. */
  async waitForBalancers(): Promise<void> {
    const { readinessDelayMs = 0 } = this.options;
    const leftMs = readinessDelayMs - (this.totalMs - this.remainingMs);
    if (leftMs > 0) await new Promise<void>((resolve) => this.#clock.setTimer(leftMs, resolve));
  }

  /** Nest now waits for open requests: nobody else is waited for. */
  closeConnections(): void {
    this.#connections?.closeIdle();
  }

  stop(): void {
    for (const timer of this.#timers) timer.cancel();
    this.#connections?.stop();
    this.#connections = undefined;
  }

  #leftUntil(part: number): Milliseconds {
    const now = this.#clock.now();
    return Math.max(0, (this.#startedAt ?? now) + this.totalMs * part - now);
  }

  get #clock(): typeof systemClock {
    return this.options.clock ?? systemClock;
  }

  #cutConnections(): void {
    const cut = this.#connections?.cutAll() ?? 0;
    if (cut === 0) return;
    this.#logger.error(`Connections cut at half of the shutdown deadline (${this.totalMs} ms): ${cut}`);
  }

  /** None outside HTTP applications. */
  get #server(): WatchedServer | undefined {
    const server = this.http?.httpAdapter?.getHttpServer() as Partial<WatchedServer> | null | undefined;
    return typeof server?.on === 'function' ? (server as WatchedServer) : undefined;
  }
}
