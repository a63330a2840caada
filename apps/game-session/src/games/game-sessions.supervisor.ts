import { DynamicSupervisor } from '@rookery/nestjs';
import { GameSession } from './game-session.server.js';

/** As many can be played at a time. */
export const MAX_GAMES = 10_000;

/**
 * The running games. `maxRestarts` counts all sessions together, and here players may crash theirs on purpose, so the limit
 * is far above the default of 3 in 5 s. Past it this supervisor gives up, all sessions start again from the log, and
 * those above it decide whether the trouble has gone too far.
 */
@DynamicSupervisor({ child: GameSession, maxChildren: MAX_GAMES, maxRestarts: 100, maxSeconds: 5 })
export class GameSessions {}
