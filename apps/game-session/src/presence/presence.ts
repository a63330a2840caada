import type { RegistryRef } from '@rookery/genserver';
import { Registry } from '@rookery/nestjs';
import { frameOf } from './outlet.js';

/** What everybody may know of a player who is here; once for each window. Times are wall-clock, in milliseconds. */
export interface PresenceEntry {
  readonly name: string;
  readonly startedAt: number;
  readonly lastActivity: number;
}

/** Who is online: the sessions of users, by player. A player with two windows is here twice. */
@Registry({ name: 'presence', keys: 'duplicate' })
export class Presence {}

export type PresenceRef = RegistryRef<string, PresenceEntry>;

/** What can be watched: a game by its id, the list of games, the tree. */
export type Topic = string;

export const LOBBY: Topic = 'lobby';
export const TREE: Topic = 'tree';

export function isGame(topic: Topic): boolean {
  return topic !== LOBBY && topic !== TREE;
}

interface Watcher {
  readonly playerId: string;
}

/** Who watches what: the sessions of users, by topic. */
@Registry({ name: 'watchers', keys: 'duplicate' })
export class Watchers {}

export type WatchersRef = RegistryRef<Topic, Watcher>;

/** A message to whoever watches a topic: how it is now. Always the whole, so that who misses one has lost nothing once the next one comes. */
export class News {
  #frame: string | undefined;

  constructor(
    readonly topic: Topic,
    /** What it is called on the way to the browser. */
    readonly event: string,
    readonly data: unknown,
  ) {}

  /** Made once for all who get it: a lobby that a thousand watch is one text, not a thousand. */
  get frame(): string {
    return (this.#frame ??= frameOf(this.event, this.data));
  }
}
