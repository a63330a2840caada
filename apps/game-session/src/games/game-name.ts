import { via, type ViaName } from '@rookery/genserver';

/** The registry that finds a session by the id of its game. */
export const GAME_REGISTRY = 'games';

/** The name of a game's session. It stays the same when a crashed session comes back as another process. */
export function gameName(id: string): ViaName {
  return via(GAME_REGISTRY, id);
}
