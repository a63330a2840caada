import { DynamicSupervisor } from '@rookery/nestjs';
import { GameSession } from './game-session.server.js';

/**
 * The running games. `maxRestarts` counts all sessions together, and here players may crash theirs on purpose, so the limit is far
 * above the default of 3 in 5 s. Past it this supervisor gives up: it comes back empty, and GameResumer brings all games back.
 */
@DynamicSupervisor({ child: GameSession, maxRestarts: 1_000, maxSeconds: 5 })
export class GameSessions {}
