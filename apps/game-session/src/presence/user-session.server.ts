import { Inject } from '@nestjs/common';
import { GenServer, type Milliseconds, refuse, Runtime, type ServerRef } from '@rookery/genserver';
import { InjectRegistry, InjectServer, Supervised } from '@rookery/nestjs';
import { GameError } from '../sessions/errors.js';
import { gameName } from '../sessions/game-registry.js';
import { GameSession } from '../sessions/game-session.server.js';
import { WALL_CLOCK, type WallClock } from '../wall-clock.js';
import { Delivery, DeliveryFigures } from './delivery.js';
import { Lobby } from './lobby.server.js';
import { CLOSE, frameOf, type Outlet } from './outlet.js';
import { isGame, LOBBY, News, Presence, type PresenceRef, type Topic, Watchers, type WatchersRef } from './presence.js';

/** Who sits at the other end of a socket. */
export interface User {
  readonly id: string;
  readonly name: string;
}

/** So much can be watched through one socket. */
export const MOST_TOPICS = 20;
/** How exactly it is known when a user was last active. Who moves every few seconds is not registered anew each time. */
const ACTIVITY_MS = 30_000;
/** How often it is looked at whether a slow client has caught up. */
const LOOK_MS = 100;

const LOOK = Symbol('look whether the client has caught up');

/**
 * One for each socket: who is here, what they watch, and the way to them. Temporary: what it stands for is gone when its socket is, and a
 * browser that was cut off connects again.
 */
@Supervised({ restart: 'temporary' })
export class UserSession extends GenServer {
  #user!: User;
  #outlet!: Outlet;
  #delivery!: Delivery;
  #startedAt = 0;
  #activeAt: Milliseconds = 0;
  #isLetGo = false;
  readonly #topics = new Set<Topic>();

  constructor(
    @Inject(Runtime) private readonly runtime: Runtime,
    @InjectRegistry(Presence) private readonly presence: PresenceRef,
    @InjectRegistry(Watchers) private readonly watchers: WatchersRef,
    @InjectServer(Lobby) private readonly lobby: ServerRef<Lobby>,
    @Inject(DeliveryFigures) private readonly figures: DeliveryFigures,
    @Inject(WALL_CLOCK) private readonly now: WallClock,
  ) {
    super();
  }

  override init(user: User, outlet: Outlet): void {
    this.#user = user;
    this.#outlet = outlet;
    this.#delivery = new Delivery(outlet, this.figures);
    this.#startedAt = this.now().getTime();
    this.#register();
    // However it ends, also when it is killed or goes with a registry: no socket stays that nobody serves.
    this.self.signal.addEventListener('abort', () => outlet.close(...this.#goodbye()), { once: true });
  }

  /** The user has done something. */
  touch(): void {
    if (this.self.now() - this.#activeAt < ACTIVITY_MS) return;
    this.presence.unregister(this.self, this.#user.id);
    this.#register();
  }

  /** From now on the news of this topic are sent, beginning with how it is now. */
  watch(topic: Topic): void {
    if (this.#topics.has(topic)) return;
    if (this.#topics.size === MOST_TOPICS) return refuse(new GameError('too_many_watched'));
    this.#topics.add(topic);
    this.watchers.register(this.self, topic, { playerId: this.#user.id });
    if (topic === LOBBY) this.lobby.cast.watched();
    if (isGame(topic)) this.runtime.ref(GameSession, gameName(topic)).cast.watched(this.self.pid);
  }

  unwatch(topic: Topic): void {
    if (!this.#topics.delete(topic)) return;
    this.watchers.unregister(this.self, topic);
    if (isGame(topic)) this.runtime.ref(GameSession, gameName(topic)).cast.unwatched();
  }

  /** The app is about to stop: the browser is told when to come back. */
  sayGoodbye(reconnectInMs: Milliseconds): void {
    this.#outlet.send(frameOf('restarting', { reconnectInMs }));
    this.self.stop();
  }

  /** The socket is closed. */
  leave(): void {
    this.self.stop();
  }

  override handleInfo(message: unknown): void {
    if (message instanceof News && this.#topics.has(message.topic)) {
      if (this.#delivery.push(message, this.self.now())) this.self.sendAfter(LOOK_MS, LOOK);
    }
    if (message === LOOK) this.#look();
  }

  #look(): void {
    const result = this.#delivery.look(this.self.now());
    if (result === 'waits') this.self.sendAfter(LOOK_MS, LOOK);
    if (result !== 'too_slow') return;
    this.#isLetGo = true;
    this.self.stop();
  }

  #register(): void {
    this.#activeAt = this.self.now();
    const { id, name } = this.#user;
    this.presence.register(this.self, id, { name, startedAt: this.#startedAt, lastActivity: this.now().getTime() });
  }

  #goodbye(): [code: number, reason: string] {
    return this.#isLetGo ? [CLOSE.tryAgainLater, 'too slow'] : [CLOSE.serviceRestart, 'restarting'];
  }
}
