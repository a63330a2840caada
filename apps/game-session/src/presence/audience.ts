import { Injectable } from '@nestjs/common';
import type { Pid } from '@rookery/genserver';
import { InjectRegistry } from '@rookery/nestjs';
import { isGame, News, Presence, type PresenceRef, type Topic, Watchers, type WatchersRef } from './presence.js';

/** Who is there, as those see it who have something to show. Reads two registries; sends no message but the news. */
@Injectable()
export class Audience {
  constructor(
    @InjectRegistry(Presence) private readonly presence: PresenceRef,
    @InjectRegistry(Watchers) private readonly watchers: WatchersRef,
  ) {}

  isOnline(playerId: string): boolean {
    return this.presence.lookup(playerId).length > 0;
  }

  /** The sessions of users that watch a topic. */
  watching(topic: Topic): readonly Pid[] {
    return this.watchers.lookup(topic).map(({ pid }) => pid);
  }

  /** How many people watch a game, without those who play it. */
  spectators(gameId: string, isPlayer: (playerId: string) => boolean): number {
    const ids = this.watchers.lookup(gameId).map(({ value }) => value.playerId);
    return new Set(ids.filter((id) => !isPlayer(id))).size;
  }

  /** Tells all who watch a topic how it is now. */
  show(topic: Topic, data: unknown): void {
    const news = new News(topic, isGame(topic) ? 'game' : topic, data);
    this.watchers.dispatch(topic, (watchers) => {
      for (const watcher of watchers) watcher.send(news);
    });
  }
}
