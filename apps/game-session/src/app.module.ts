import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_PIPE } from '@nestjs/core';
import { SupervisionModule } from '@rookery/nestjs';
import { AppSupervisor, CoreSupervisor } from './app.supervisor.js';
import { GameSession } from './games/game-session.server.js';
import { GameSessions } from './games/game-sessions.supervisor.js';
import { Lobby } from './games/lobby.server.js';
import { MoveLog } from './games/move-log.server.js';
import { ErrorFilter } from './http/error.filter.js';
import { GamesController } from './http/games.controller.js';
import { GamesService } from './http/games.service.js';
import { inputPipe } from './http/input.pipe.js';
import { TreeController } from './http/tree.controller.js';
import { SETTINGS, type Settings } from './settings.js';

@Module({
  imports: [SupervisionModule.forRoot({ root: AppSupervisor })],
  controllers: [GamesController, TreeController],
  providers: [
    AppSupervisor,
    CoreSupervisor,
    MoveLog,
    GameSessions,
    GameSession,
    Lobby,
    GamesService,
    { provide: APP_PIPE, useValue: inputPipe },
    { provide: APP_FILTER, useClass: ErrorFilter },
  ],
})
export class AppModule {
  static register(settings: Settings): DynamicModule {
    return { module: AppModule, providers: [{ provide: SETTINGS, useValue: settings }] };
  }
}
