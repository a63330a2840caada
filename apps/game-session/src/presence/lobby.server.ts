import { Inject, Logger } from '@nestjs/common';
import { GenServer, type InfoTimer } from '@rookery/genserver';
import { InjectRegistry, Supervised } from '@rookery/nestjs';
import { GameRegistry, type GameRegistryRef } from '../sessions/game-registry.js';
import { Leaderboard } from '../leaderboard/leaderboard.js';
import type { Standing } from '../store/records.js';
import { Audience } from './audience.js';
import { lobbyView } from './lobby-view.js';
import { LOBBY, Presence, type PresenceRef } from './presence.js';

/** At most four times a second. */
export const LOBBY_MS = 250;

const TICK = Symbol('look');

/**
 * Shows who is here and what is played to all who watch the lobby. It looks itself, into registries, instead of being told: a thousand moves a
 * second cost it nothing, and nothing at all is done while nobody watches.
 */
@Supervised()
export class Lobby extends GenServer {
  readonly #logger = new Logger(Lobby.name);
  #ticks: InfoTimer | undefined;
  #shown = '';
  #leaders: readonly Standing[] = [];
  #isAsking = false;

  constructor(
    @Inject(Audience) private readonly audience: Audience,
    @InjectRegistry(GameRegistry) private readonly games: GameRegistryRef,
    @InjectRegistry(Presence) private readonly presence: PresenceRef,
    @Inject(Leaderboard) private readonly leaderboard: Pick<Leaderboard, 'top'>,
  ) {
    super();
  }

  override init(): void {
    this.watched(); // those who watched before a crash
  }

  /** Somebody new watches: with the next look all are shown how it is. */
  watched(): void {
    this.#shown = '';
    this.#ticks ??= this.self.sendInterval(LOBBY_MS, TICK);
  }

  override handleInfo(message: unknown): void {
    if (message === TICK) this.#look();
  }

  #look(): void {
    if (this.audience.watching(LOBBY).length === 0) {
      this.#ticks?.cancel();
      this.#ticks = undefined;
      return;
    }
    this.#askForLeaders();
    const view = lobbyView(
      this.presence.select(() => true),
      this.games.select(() => true),
      this.#leaders,
    );
    const text = JSON.stringify(view);
    if (text === this.#shown) return;
    this.#shown = text;
    this.audience.show(LOBBY, view);
  }

  /** They come with the next look: a slow store must not keep the players waiting who are online. */
  #askForLeaders(): void {
    if (this.#isAsking) return;
    this.#isAsking = true;
    void this.leaderboard
      .top('all')
      .then(
        (leaders) => void (this.#leaders = leaders),
        (error: unknown) => this.#logger.warn(`The leaderboard is as it was: ${String(error)}`),
      )
      .finally(() => (this.#isAsking = false));
  }
}
