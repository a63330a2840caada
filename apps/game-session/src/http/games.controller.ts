import { Body, Controller, Delete, Get, HttpCode, HttpStatus, Inject, Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { GameView } from '../games/game-session.server.js';
import { MakeMove, OpenGame } from './games.schemas.js';
import { GamesService } from './games.service.js';

@Controller('games')
export class GamesController {
  constructor(@Inject(GamesService) private readonly games: GamesService) {}

  @Post()
  open(@Body({ schema: OpenGame }) { players }: z.infer<typeof OpenGame>): Promise<GameView> {
    return this.games.open(players);
  }

  @Get()
  list(): Promise<readonly GameView[]> {
    return this.games.list();
  }

  @Get(':id')
  view(@Param('id') id: string): Promise<GameView> {
    return this.games.view(id);
  }

  @Post(':id/moves')
  move(
    @Param('id') id: string,
    @Body({ schema: MakeMove }) { player, column }: z.infer<typeof MakeMove>,
  ): Promise<GameView> {
    return this.games.move(id, player, column);
  }

  @Delete(':id')
  @HttpCode(HttpStatus.NO_CONTENT)
  close(@Param('id') id: string): Promise<void> {
    return this.games.close(id);
  }

  /** For demonstration: makes the session throw, so that its supervisor has to bring it back. */
  @Post(':id/crash')
  @HttpCode(HttpStatus.ACCEPTED)
  crash(@Param('id') id: string): Promise<void> {
    return this.games.crash(id);
  }
}
