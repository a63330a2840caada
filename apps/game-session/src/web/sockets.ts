import { Inject, Injectable } from '@nestjs/common';
import { type Milliseconds, Runtime } from '@rookery/genserver';
import type { WebSocket } from 'ws';
import { SETTINGS, type Settings } from '../settings.js';
import { AccessError } from './errors.js';
import { PlayerSocket } from './player-socket.js';
import { TokenBucket } from './token-bucket.js';

/** Closed by us, as WebSockets say it. */
const POLICY_VIOLATION = 1008;

/** How long a socket may say nothing of who it is. */
const HELLO_MS = 5_000;

/** Who was told so often in a row that it is too much does not listen. */
const MOST_REFUSED = 200;

/** All sockets there are, and the requests that are under way. */
@Injectable()
export class Sockets {
  readonly #sockets = new Map<WebSocket, PlayerSocket>();
  readonly #whenIdle = new Set<() => void>();
  #added = 0;
  #requests = 0;
  #isStopping = false;

  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @Inject(SETTINGS) private readonly settings: Pick<Settings, 'rateLimitPerMinute'>,
  ) {}

  get count(): number {
    return this.#sockets.size;
  }

  get isStopping(): boolean {
    return this.#isStopping;
  }

  add(client: WebSocket): PlayerSocket {
    const now = this.runtime.now();
    const bucket = new TokenBucket(this.settings.rateLimitPerMinute, now);
    const socket = new PlayerSocket(client, bucket, now, this.#added++);
    this.#sockets.set(client, socket);
    return socket;
  }

  /** Undefined when it is closed. */
  find(client: WebSocket): PlayerSocket | undefined {
    return this.#sockets.get(client);
  }

  /** Throws an AccessError for one that is closed, which nobody hears. */
  of(client: WebSocket): PlayerSocket {
    const socket = this.find(client);
    if (socket === undefined) throw new AccessError('restarting');
    return socket;
  }

  remove(client: WebSocket): PlayerSocket | undefined {
    const socket = this.#sockets.get(client);
    this.#sockets.delete(client);
    this.#tellIdle();
    return socket;
  }

  all(): readonly PlayerSocket[] {
    return [...this.#sockets.values()];
  }

  /** Throws an AccessError when the socket asks too much. One that goes on all the same is cut off: to say no takes time, too. */
  limit(socket: PlayerSocket): void {
    const waitMs = socket.bucket.take(this.runtime.now());
    socket.refused = waitMs > 0 ? socket.refused + 1 : 0;
    if (socket.refused > MOST_REFUSED) socket.cutOff();
    if (waitMs > 0) throw new AccessError('rate_limited', waitMs);
  }

  /** Closes those that do not say who they are. */
  closeStrangers(now: Milliseconds): void {
    for (const socket of this.#sockets.values()) {
      if (socket.entered === undefined && now - socket.openedAt >= HELLO_MS) socket.close(POLICY_VIOLATION, 'no hello');
    }
  }

  /** Asks one of so many shares of them whether anybody is there. */
  ping(share: number, shares: number): void {
    for (const socket of this.#sockets.values()) if (socket.number % shares === share) socket.ping();
  }

  begin(): void {
    this.#requests++;
  }

  end(): void {
    this.#requests--;
    this.#tellIdle();
  }

  /** From now on nothing new is taken. */
  stop(): void {
    this.#isStopping = true;
  }

  /** Resolves when no request is under way, and, if `closed`, all sockets are closed; or when that has taken too long. */
  async idle(withinMs: Milliseconds, closed = false): Promise<void> {
    let timer: NodeJS.Timeout | undefined;
    let look: (() => void) | undefined;
    await new Promise<void>((resolve) => {
      look = () => this.#requests === 0 && (!closed || this.count === 0) && resolve();
      timer = setTimeout(resolve, withinMs);
      this.#whenIdle.add(look);
      look();
    });
    clearTimeout(timer);
    if (look !== undefined) this.#whenIdle.delete(look);
  }

  #tellIdle(): void {
    for (const look of this.#whenIdle) look();
  }
}
