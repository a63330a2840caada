import { child, type ChildSpec, type ServerRef } from '@rookery/genserver';
import type { FirstRecord } from './first-record.js';
import { gameName } from './game-registry.js';
import { GameSession } from './game-session.server.js';

/** How the session of a game is started. */
export function sessionOf(id: string, first: FirstRecord): ChildSpec<ServerRef<GameSession>> {
  return child(GameSession, { args: [id, first], name: gameName(id) });
}
