import { type RegistryRef, via, type ViaName } from '@rookery/genserver';
import { Registry } from '@rookery/nestjs';
import type { GameSummary } from './game-view.js';

/** What everybody may know of a game without asking its session: a list of ten thousand games takes no message. */
export interface GameEntry {
  readonly summary: GameSummary;
  readonly createdAt: Date;
}

/** Finds a session by the id of its game. */
@Registry({ name: 'games', keys: 'unique' })
export class GameRegistry {}

/** Undefined until the session has its game. */
export type GameRegistryRef = RegistryRef<string, GameEntry | undefined>;

/** The name of a game's session. It stays the same when a crashed session comes back as another process. */
export function gameName(id: string): ViaName {
  return via('games', id);
}
