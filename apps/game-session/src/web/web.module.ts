import { Global, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_PIPE } from '@nestjs/core';
import { AddressLimitGuard } from './address-limit.guard.js';
import { AnswerInterceptor } from './answer.interceptor.js';
import { Entrance } from './entrance.js';
import { GameGateway } from './game.gateway.js';
import { GamesController } from './games.controller.js';
import { Heartbeat } from './heartbeat.server.js';
import { HttpErrorFilter } from './http-error.filter.js';
import { inputPipe } from './input.pipe.js';
import { LeaderboardController } from './leaderboard.controller.js';
import { PlayersController } from './players.controller.js';
import { SocketErrorFilter } from './socket-error.filter.js';
import { SocketGuard } from './socket.guard.js';
import { Sockets } from './sockets.js';

/** The ways in: the page's socket, and HTTP. */
@Global()
@Module({
  controllers: [PlayersController, GamesController, LeaderboardController],
  providers: [
    Sockets,
    Heartbeat,
    Entrance,
    GameGateway,
    SocketGuard,
    SocketErrorFilter,
    AnswerInterceptor,
    { provide: APP_PIPE, useValue: inputPipe },
    { provide: APP_FILTER, useClass: HttpErrorFilter },
    { provide: APP_GUARD, useClass: AddressLimitGuard },
  ],
  exports: [Sockets],
})
export class WebModule {}
