import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import { Runtime, type ServerRef } from '@rookery/genserver';
import { InjectRegistry, InjectServer } from '@rookery/nestjs';
import { CircuitBreakers } from '@rookery/nestjs/circuit-breaker';
import { WorkerPool } from '@rookery/worker-pool';
import { Gauge, Registry } from 'prom-client';
import { COMPUTER_POOL } from '../computer/computer.pool.js';
import { MAIL_BREAKER } from '../mail/email-worker.server.js';
import { MailFigures } from '../mail/mail-figures.js';
import { DeliveryFigures } from '../presence/delivery.js';
import { Presence, type PresenceRef } from '../presence/presence.js';
import { GameRegistry, type GameRegistryRef } from '../sessions/game-registry.js';
import { Repo } from '../store/repo.server.js';
import { Sockets } from '../web/sockets.js';

/** A scrape must not wait for a store that is away. */
const STORE_MS = 500;

/** What Prometheus is told of this app, beside what is the same for every tree. Nothing is counted for it: it looks when it is asked. */
@Injectable()
export class AppMetrics implements OnModuleInit {
  constructor(
    @Inject(Registry) private readonly registry: Registry,
    @Inject(Runtime) private readonly runtime: Runtime,
    @InjectServer(Repo) private readonly repo: ServerRef<Repo>,
    @InjectRegistry(GameRegistry) private readonly games: GameRegistryRef,
    @InjectRegistry(Presence) private readonly presence: PresenceRef,
    @Inject(DeliveryFigures) private readonly news: DeliveryFigures,
    @Inject(MailFigures) private readonly mails: MailFigures,
    @Inject(CircuitBreakers) private readonly breakers: CircuitBreakers,
    @Inject(Sockets) private readonly sockets: Sockets,
  ) {}

  onModuleInit(): void {
    this.#gauge('game_sessions', 'Games that run, by status', 'status', () => this.#gamesByStatus());
    this.#gauge('game_players_online', 'Players with at least one socket', 'kind', () => ({
      players: this.presence.keys().length,
      sockets: this.sockets.count,
    }));
    this.#gauge('game_store', 'What the store has done and what waits for it', 'figure', () => this.#store());
    this.#gauge('game_news', 'Views on their way to browsers, since the start', 'outcome', () => {
      const { sent, skipped, letGo } = this.news;
      return { sent, skipped, letGo };
    });
    this.#gauge('game_computer_threads', 'The threads of the computer player', 'state', () => {
      const { total, busy, queued } = WorkerPool.ref(this.runtime, COMPUTER_POOL).getStats();
      return { total, busy, queued };
    });
    this.#gauge('game_mails', 'Mails that left the outbox or were put off, since the start', 'outcome', () => {
      const { sent, putOff, givenUp } = this.mails;
      return { sent, putOff, givenUp };
    });
    this.#gauge(
      'game_mail_breaker',
      'Whether the breaker in front of the mail server is in this state',
      'state',
      () => {
        const state = this.breakers.get(MAIL_BREAKER)?.state;
        return state === undefined ? {} : { [state]: 1 };
      },
    );
  }

  /** One number for each value of a label. What cannot be had right now is left out. */
  #gauge(
    name: string,
    help: string,
    label: string,
    look: () => Readonly<Record<string, number>> | Promise<Readonly<Record<string, number>>>,
  ): void {
    const gauge: Gauge = new Gauge({
      name,
      help,
      labelNames: [label],
      registers: [this.registry],
      collect: async () => {
        gauge.reset();
        for (const [value, number] of Object.entries(await look())) gauge.set({ [label]: value }, number);
      },
    });
  }

  #gamesByStatus(): Record<string, number> {
    const counts = { waiting: 0, playing: 0, finished: 0 };
    for (const { value } of this.games.select(() => true)) if (value !== undefined) counts[value.summary.status]++;
    return counts;
  }

  async #store(): Promise<Record<string, number>> {
    const figures = await this.repo
      .with({ timeoutMs: STORE_MS })
      .call.figures()
      .catch(() => ({})); // away: then there are no figures, and /readyz says why
    return Object.fromEntries(Object.entries(figures).filter(([, value]) => typeof value === 'number'));
  }
}
