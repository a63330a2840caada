import { Inject } from '@nestjs/common';
import { GenServer } from '@rookery/genserver';
import { Supervised } from '@rookery/nestjs';
import { Sockets } from './sockets.js';

const TICK_MS = 1_000;
/** A socket that is dead is found after this long, twice at most. */
const PING_MS = 30_000;

const TICK = Symbol('tick');
const PING = Symbol('ping');

/** Finds sockets at whose other end nobody is: a phone that lost its network says no goodbye. */
@Supervised()
export class Heartbeat extends GenServer {
  constructor(@Inject(Sockets) private readonly sockets: Sockets) {
    super();
  }

  override init(): void {
    this.self.sendInterval(TICK_MS, TICK);
    this.self.sendInterval(PING_MS, PING);
  }

  override handleInfo(message: unknown): void {
    if (message === TICK) this.sockets.closeStrangers(this.self.now());
    if (message === PING) for (const socket of this.sockets.all()) socket.ping();
  }
}
