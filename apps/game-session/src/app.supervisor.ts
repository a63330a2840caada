import { feature, Supervisor } from '@rookery/nestjs';
import { BackgroundSupervisor } from './background/background.supervisor.js';
import { leaderboardCache } from './leaderboard/leaderboard.js';
import { TreeFeed } from './operations/tree-feed.server.js';
import { Lobby } from './presence/lobby.server.js';
import { Presence, Watchers } from './presence/presence.js';
import { UserSessions } from './presence/user-sessions.supervisor.js';
import { GameRegistry } from './sessions/game-registry.js';
import { GameResumer } from './sessions/game-resumer.server.js';
import { GameSessions } from './sessions/game-sessions.supervisor.js';
import { SessionManager } from './sessions/session-manager.server.js';
import { Repo } from './store/repo.server.js';
import { UserManager } from './users/user-manager.server.js';
import { Heartbeat } from './web/heartbeat.server.js';

// The whole tree on two pages: here, and the background jobs. Children start in the order listed and stop in reverse.

/**
 * A store that crashes is brought back here: games wait for it, and read their records again if a write was cut off. Only if it does not
 * come back for long this supervisor gives up, and the root starts everything anew.
 */
@Supervisor({ strategy: 'one_for_one', children: [Repo] })
export class DatabaseSupervisor {}

/**
 * rest_for_one: each child needs those above it, and who is restarted takes along all who stand below. Registries come first, as everybody
 * is found by them. The computer's threads are a feature, since the settings say how many they are.
 *
 * A crash of a manager takes the sessions along, and they come back from the store. They cannot be brought back by the session manager itself: when
 * it starts, the supervisor of the sessions does not run yet. So GameResumer stands last. Whatever was restarted above, it
 * is started anew, brings back every game that is not over, and ends.
 *
 * More restarts are allowed than the usual 3 in 5 s: players crash the user manager on purpose.
 */
@Supervisor({
  strategy: 'rest_for_one',
  maxRestarts: 10,
  maxSeconds: 5,
  children: [
    Presence,
    Watchers,
    GameRegistry,
    leaderboardCache,
    feature('computer'),
    UserManager,
    SessionManager,
    GameSessions,
    GameResumer,
  ],
})
export class CoreSupervisor {}

/** What browsers are connected with. one_for_one: a lobby that crashes closes nobody's socket. */
@Supervisor({ strategy: 'one_for_one', children: [Lobby, TreeFeed, UserSessions, Heartbeat, feature('health')] })
export class WebSupervisor {}

/**
 * The root. rest_for_one: each layer needs those before it. When the background jobs give up, no player notices, as they are not
 * started again (see there); only a start of the whole app, or of a layer before them, needs every job to start. When any other layer gives
 * up, it and all after it are started anew; if that is too often, too, or they cannot start, the root gives up, and the application ends
 * with a non-zero exit code.
 */
@Supervisor({
  strategy: 'rest_for_one',
  children: [DatabaseSupervisor, CoreSupervisor, WebSupervisor, BackgroundSupervisor],
})
export class AppSupervisor {}
