import { Injectable } from '@nestjs/common';
import type { Milliseconds } from '@rookery/genserver';
import type { Outlet } from './outlet.js';
import type { News, Topic } from './presence.js';

/** With more than this under way a client is slow. */
export const SLOW_BYTES = 64 * 1024;
/** A client that has not caught up for so long is let go. */
export const TOO_SLOW_MS = 15_000;

/** What became of news, of all clients together since the start. For the metrics. */
@Injectable()
export class DeliveryFigures {
  sent = 0;
  /** Replaced by later ones before they could be sent. */
  skipped = 0;
  /** Clients that were let go, as they were too slow. */
  letGo = 0;
}

/**
 * News on their way to one client. Of each topic the latest counts: one that is slow gets fewer of them, and costs as much memory as there are
 * topics, not as there are news.
 */
export class Delivery {
  readonly #waiting = new Map<Topic, News>();
  #slowSince: Milliseconds = 0;

  constructor(
    private readonly outlet: Outlet,
    private readonly figures: DeliveryFigures,
  ) {}

  /** True when it has to wait, the first of those that do: then ask `look` until all is sent. */
  push(news: News, now: Milliseconds): boolean {
    if (this.#waiting.has(news.topic)) this.figures.skipped++;
    else if (this.#waiting.size === 0) {
      if (this.outlet.bufferedBytes <= SLOW_BYTES) return this.#send(news);
      this.#slowSince = now;
    }
    this.#waiting.set(news.topic, news);
    return this.#waiting.size === 1;
  }

  /** Sends what waits, if the client has caught up. */
  look(now: Milliseconds): 'sent' | 'waits' | 'too_slow' {
    if (this.outlet.bufferedBytes <= SLOW_BYTES) {
      for (const news of this.#waiting.values()) this.#send(news);
      this.#waiting.clear();
      return 'sent';
    }
    if (now - this.#slowSince < TOO_SLOW_MS) return 'waits';
    this.figures.letGo++;
    return 'too_slow';
  }

  #send({ frame }: News): false {
    this.figures.sent++;
    this.outlet.send(frame);
    return false;
  }
}
