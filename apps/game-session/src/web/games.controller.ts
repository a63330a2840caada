import { Body, Controller, Get, HttpCode, HttpStatus, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Games } from '../sessions/games.js';
import type { GameSummary, GameView } from '../sessions/game-view.js';
import type { PlayerRecord } from '../store/records.js';
import { gameAnswer, gamesAnswer } from './answers.js';
import { CurrentPlayer, PlayerGuard } from './bearer.js';
import { column, gameId, NO_OBJECT, opponent, ply } from './input.js';

const OpenSchema = z.strictObject({ opponent }, NO_OBJECT);
const MoveSchema = z.strictObject({ ply, column }, NO_OBJECT);

/** The same as over a socket, for programs that play and for people with curl. */
@ApiTags('games')
@Controller('games')
export class GamesController {
  constructor(@Inject(Games) private readonly games: Games) {}

  @Get()
  @ApiOkResponse({ standardSchema: gamesAnswer })
  @ApiOperation({ summary: 'The games that run, the latest first.' })
  list(): readonly GameSummary[] {
    return this.games.list();
  }

  @Get(':id')
  @ApiOkResponse({ standardSchema: gameAnswer })
  @ApiOperation({ summary: 'A game, also one that is over.' })
  view(@Param('id', { schema: gameId }) id: string): Promise<GameView> {
    return this.games.view(id);
  }

  @Post()
  @UseGuards(PlayerGuard)
  @ApiBearerAuth('player')
  @ApiCreatedResponse({ standardSchema: gameAnswer })
  @ApiOperation({ summary: 'Opens a game, for anyone who comes or against the computer. Who opens it begins.' })
  open(
    @CurrentPlayer() player: PlayerRecord,
    @Body({ schema: OpenSchema }) body: z.infer<typeof OpenSchema>,
  ): Promise<GameView> {
    return this.games.open(player, body.opponent);
  }

  @Post(':id/join')
  @HttpCode(HttpStatus.OK)
  @UseGuards(PlayerGuard)
  @ApiBearerAuth('player')
  @ApiOkResponse({ standardSchema: gameAnswer })
  @ApiOperation({ summary: 'Takes the free seat.' })
  join(@CurrentPlayer() player: PlayerRecord, @Param('id', { schema: gameId }) id: string): Promise<GameView> {
    return this.games.join(player, id);
  }

  @Post(':id/moves')
  @UseGuards(PlayerGuard)
  @ApiBearerAuth('player')
  @ApiCreatedResponse({ standardSchema: gameAnswer })
  @ApiOperation({
    summary: 'Drops a disc. `ply` counts the moves made before: a request that is repeated is one move.',
  })
  move(
    @CurrentPlayer() player: PlayerRecord,
    @Param('id', { schema: gameId }) id: string,
    @Body({ schema: MoveSchema }) move: z.infer<typeof MoveSchema>,
  ): Promise<GameView> {
    return this.games.move(player, id, move.ply, move.column);
  }

  @Post(':id/resign')
  @HttpCode(HttpStatus.OK)
  @UseGuards(PlayerGuard)
  @ApiBearerAuth('player')
  @ApiOkResponse({ standardSchema: gameAnswer })
  @ApiOperation({ summary: 'Gives up.' })
  resign(@CurrentPlayer() player: PlayerRecord, @Param('id', { schema: gameId }) id: string): Promise<GameView> {
    return this.games.resign(player, id);
  }

  @Post(':id/rematch')
  @HttpCode(HttpStatus.OK)
  @UseGuards(PlayerGuard)
  @ApiBearerAuth('player')
  @ApiOkResponse({ standardSchema: gameAnswer })
  @ApiOperation({ summary: 'Asks for another game. Once both have asked, `rematch.gameId` is there.' })
  rematch(@CurrentPlayer() player: PlayerRecord, @Param('id', { schema: gameId }) id: string): Promise<GameView> {
    return this.games.rematch(player, id);
  }
}
