import { type DynamicModule, Global, Module } from '@nestjs/common';
import { SupervisionModule } from '@rookery/nestjs';
import { CircuitBreakerModule } from '@rookery/nestjs/circuit-breaker';
import { TtlCacheModule } from '@rookery/nestjs/ttl-cache';
import { AppSupervisor, CoreSupervisor, DatabaseSupervisor, WebSupervisor } from './app.supervisor.js';
import { BackgroundModule } from './background/background.module.js';
import { ComputerModule } from './computer/computer.module.js';
import { Leaderboard, LEADERBOARD } from './leaderboard/leaderboard.js';
import { OperationsModule } from './operations/operations.module.js';
import { Presence, Watchers } from './presence/presence.js';
import { UserSessions } from './presence/user-sessions.supervisor.js';
import { GameRegistry } from './sessions/game-registry.js';
import { GameSessions } from './sessions/game-sessions.supervisor.js';
import { GamesModule } from './sessions/games.module.js';
import { SETTINGS, type Settings } from './settings.js';
import { StoreModule } from './store/store.module.js';
import { systemWallClock, WALL_CLOCK } from './wall-clock.js';
import { WebModule } from './web/web.module.js';

/** All of the app. Which process is where in the tree is in app.supervisor.ts; a module says who provides it. */
@Global()
@Module({
  imports: [
    CircuitBreakerModule.forRoot(),
    TtlCacheModule.forRoot({ caches: [{ name: LEADERBOARD, supervised: true }] }),
    GamesModule,
    BackgroundModule,
    WebModule,
  ],
  providers: [
    AppSupervisor,
    DatabaseSupervisor,
    CoreSupervisor,
    WebSupervisor,
    Presence,
    Watchers,
    GameRegistry,
    GameSessions,
    UserSessions,
    Leaderboard,
    { provide: WALL_CLOCK, useValue: systemWallClock },
  ],
  exports: [Leaderboard, WALL_CLOCK],
})
export class AppModule {
  static register(settings: Settings): DynamicModule {
    return {
      module: AppModule,
      imports: [
        SupervisionModule.forRoot({
          root: AppSupervisor,
          asyncContext: false, // nothing here reads an AsyncLocalStorage, so no message has to carry the sender's
          readinessDelayMs: settings.readinessDelayMs,
        }),
        StoreModule.register(settings),
        ComputerModule.register(settings),
        OperationsModule.register(settings),
      ],
      providers: [{ provide: SETTINGS, useValue: settings }],
      exports: [SETTINGS],
    };
  }
}
