import { Inject, Injectable } from '@nestjs/common';
import { child, type DynamicSupervisorRef, type ServerRef } from '@rookery/genserver';
import { InjectRegistry, InjectServer, InjectSupervisor } from '@rookery/nestjs';
import type { WebSocket } from 'ws';
import { CLOSE, frameOf } from '../presence/outlet.js';
import { Presence, type PresenceRef } from '../presence/presence.js';
import { UserSession } from '../presence/user-session.server.js';
import { UserSessions } from '../presence/user-sessions.supervisor.js';
import type { PlayerRecord } from '../store/records.js';
import { UserManager } from '../users/user-manager.server.js';
import { AccessError } from './errors.js';
import { InvalidInputError } from './invalid-input.error.js';
import type { Entered, PlayerSocket } from './player-socket.js';
import { Sockets } from './sockets.js';

/** One player's windows. */
const MOST_SOCKETS = 10;
/** How long requests that are under way may take when the app stops, and sockets to close after it. */
const FINISH_MS = 3_000;
const CLOSE_MS = 1_000;
/** When browsers come back, spread so that not all come at once. */
const RECONNECT_MS = 500;
const SPREAD_MS = 1_500;

/** How players come in and go: from a socket that anybody may open to a session in the tree. */
@Injectable()
export class Entrance {
  /** How many sockets of a player are about to get their session. */
  readonly #entering = new Map<string, number>();

  constructor(
    @Inject(Sockets) private readonly sockets: Sockets,
    @InjectServer(UserManager) private readonly users: ServerRef<UserManager>,
    @InjectSupervisor(UserSessions) private readonly sessions: DynamicSupervisorRef<UserSession>,
    @InjectRegistry(Presence) private readonly presence: PresenceRef,
  ) {}

  connected(client: WebSocket): void {
    const socket = this.sockets.add(client);
    if (this.sockets.isStopping) sayGoodbye(socket);
  }

  disconnected(client: WebSocket): void {
    this.sockets.remove(client)?.entered?.session.cast.leave();
  }

  /** Who it is; the guard has seen to it that somebody is. Throws an AccessError if they have just left. */
  of(client: WebSocket): Entered {
    const { entered } = this.sockets.of(client);
    if (entered === undefined) throw new AccessError('unauthorized');
    return entered;
  }

  async hello(client: WebSocket, token: string): Promise<PlayerRecord> {
    const socket = this.sockets.of(client);
    if (socket.hasSaidHello) throw new InvalidInputError([{ field: 'event', message: 'must be said once only' }]);
    socket.hasSaidHello = true;
    try {
      return await this.#enter(socket, token);
    } catch (error) {
      socket.hasSaidHello = false; // another try may do
      throw error;
    }
  }

  /** Lets what is under way come to an end, then tells all to come back, and waits until they have heard it. */
  async closeAll(): Promise<void> {
    this.sockets.stop();
    await this.sockets.idle(FINISH_MS);
    for (const socket of this.sockets.all()) sayGoodbye(socket);
    await this.sockets.idle(CLOSE_MS, true);
  }

  async #enter(socket: PlayerSocket, token: string): Promise<PlayerRecord> {
    const player = await this.users.call.byToken(token);
    if (player === undefined) throw new AccessError('unauthorized');
    const session = await this.#sessionFor(player, socket);
    socket.entered = { player, session };
    if (!socket.isOpen) session.cast.leave(); // gone meanwhile
    return player;
  }

  /** Presence knows those whose session runs; who comes in with many sockets at once is counted here until then. */
  async #sessionFor({ id, name }: PlayerRecord, socket: PlayerSocket): Promise<ServerRef<UserSession>> {
    const entering = this.#entering.get(id) ?? 0;
    if (this.presence.lookup(id).length + entering >= MOST_SOCKETS) throw new AccessError('too_many_sockets');
    this.#entering.set(id, entering + 1);
    try {
      const session = await this.sessions.startChild(child(UserSession, { args: [{ id, name }, socket] }));
      if (session === undefined) throw new AccessError('restarting');
      return session;
    } finally {
      const others = (this.#entering.get(id) ?? 0) - 1;
      if (others > 0) this.#entering.set(id, others);
      else this.#entering.delete(id);
    }
  }
}

function sayGoodbye(socket: PlayerSocket): void {
  const reconnectInMs = Math.round(RECONNECT_MS + SPREAD_MS * Math.random());
  if (socket.entered !== undefined) return socket.entered.session.cast.sayGoodbye(reconnectInMs);
  socket.send(frameOf('restarting', { reconnectInMs }));
  socket.close(CLOSE.serviceRestart, 'restarting');
}
