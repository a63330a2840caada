import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { SupervisionModule } from '@rookery/nestjs';
import { HealthModule } from '@rookery/nestjs/health';
import { AppSupervisor, CoreSupervisor } from './app.supervisor.js';
import { GameSession } from './games/game-session.server.js';
import { GameSessions } from './games/game-sessions.supervisor.js';
import { Lobby } from './games/lobby.server.js';
import { MoveLog } from './games/move-log.server.js';
import { GamesHealth } from './health/games.health.js';
import { ErrorFilter } from './http/error.filter.js';
import { GamesController } from './http/games.controller.js';
import { GamesService } from './http/games.service.js';
import { inputPipe } from './web/input.pipe.js';
import { TreeController } from './http/tree.controller.js';
import { SETTINGS, type Settings } from './settings.js';

@Module({
  imports: [
    HealthModule.forRoot({
      details: 'always', // of a sample, nothing is secret; `/tree` shows more
      builtIn: { tree: { restartRate: { intervalMs: 1_000 } } }, // 100 crashes in 5 s are soon there
    }),
  ],
  controllers: [GamesController, TreeController],
  providers: [
    AppSupervisor,
    CoreSupervisor,
    MoveLog,
    GameSessions,
    GameSession,
    Lobby,
    GamesService,
    GamesHealth,
    { provide: APP_PIPE, useValue: inputPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class AppModule {
  static register(settings: Settings): DynamicModule {
    const { readinessDelayMs } = settings;
    return {
      module: AppModule,
      imports: [SupervisionModule.forRoot({ root: AppSupervisor, readinessDelayMs })],
      providers: [{ provide: SETTINGS, useValue: settings }],
    };
  }
}
