import { child, Registry } from '@rookery/genserver';
import { feature, Supervisor } from '@rookery/nestjs';
import { GAME_REGISTRY } from './games/game-name.js';
import { GameSessions } from './games/game-sessions.supervisor.js';
import { Lobby } from './games/lobby.server.js';
import { MoveLog } from './games/move-log.server.js';

// The whole tree on one page. Children start in the order listed and stop in reverse.

/**
 * rest_for_one: each child needs those above it. Sessions hold names of the registry and replay from the log, so they must not
 * outlive either; and whenever the sessions' supervisor was started anew, the lobby is, too, and brings the games back. The
 * log comes first, as it needs nobody and what it holds is worth most: no crash of another takes it down.
 */
@Supervisor({
  strategy: 'rest_for_one',
  children: [MoveLog, child(Registry, { args: [{ keys: 'unique' }], name: GAME_REGISTRY }), GameSessions, Lobby],
})
export class CoreSupervisor {}

/**
 * The root. one_for_one: what stands beside the core, the health check now, player profiles or ratings later, can come and go
 * without it. The health check comes last, so that it looks at what is up.
 * When the root gives up, the application ends with a non-zero exit code.
 */
@Supervisor({ strategy: 'one_for_one', children: [CoreSupervisor, feature('health')] })
export class AppSupervisor {}
