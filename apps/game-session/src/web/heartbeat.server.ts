import { Inject } from '@nestjs/common';
import { GenServer } from '@rookery/genserver';
import { Supervised } from '@rookery/nestjs';
import { Sockets } from './sockets.js';

const TICK_MS = 1_000;
/** Each socket is asked every so many ticks: one that is dead is found after 30 s, twice at most. */
const ROUND = 30;

const TICK = Symbol('tick');

/**
 * Finds sockets at whose other end nobody is: a phone that lost its network says no goodbye. At each tick some are asked, not all at once:
 * 10,000 pings take a fifth of a second, in which nobody could move.
 */
@Supervised()
export class Heartbeat extends GenServer {
  #ticks = 0;

  constructor(@Inject(Sockets) private readonly sockets: Sockets) {
    super();
  }

  override init(): void {
    this.self.sendInterval(TICK_MS, TICK);
  }

  override handleInfo(message: unknown): void {
    if (message !== TICK) return;
    this.sockets.closeStrangers(this.self.now());
    this.sockets.ping(this.#ticks++ % ROUND, ROUND);
  }
}
