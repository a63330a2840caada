import { Global, Module } from '@nestjs/common';
import { Audience } from '../presence/audience.js';
import { DeliveryFigures } from '../presence/delivery.js';
import { Lobby } from '../presence/lobby.server.js';
import { UserSession } from '../presence/user-session.server.js';
import { UserManager } from '../users/user-manager.server.js';
import { GameResumer } from './game-resumer.server.js';
import { GameSession } from './game-session.server.js';
import { Games } from './games.js';
import { Places } from './places.js';
import { SessionManager } from './session-manager.server.js';

/** Who plays and what is played: the servers of it, and the ways to them. */
@Global()
@Module({
  providers: [
    UserManager,
    SessionManager,
    GameSession,
    GameResumer,
    Lobby,
    UserSession,
    Audience,
    DeliveryFigures,
    Games,
    Places,
  ],
  exports: [Audience, DeliveryFigures, Games],
})
export class GamesModule {}
