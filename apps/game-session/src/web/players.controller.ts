import { Body, Controller, Get, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import { z } from 'zod';
import type { PlayerRecord } from '../store/records.js';
import { UserManager } from '../users/user-manager.server.js';
import { joinedAnswer, playerAnswer } from './answers.js';
import { CurrentPlayer, PlayerGuard } from './bearer.js';
import { email, NO_OBJECT, playerName } from './input.js';

const JoinSchema = z.strictObject({ name: playerName, email: email.optional() }, NO_OBJECT);

@ApiTags('players')
@Controller('players')
export class PlayersController {
  constructor(@InjectServer(UserManager) private readonly users: ServerRef<UserManager>) {}

  @Post()
  @ApiCreatedResponse({ standardSchema: joinedAnswer })
  @ApiOperation({ summary: 'Becomes a player. The token is told this once: whoever has it can move for them.' })
  join(
    @Body({ schema: JoinSchema }) { name, email: address }: z.infer<typeof JoinSchema>,
  ): Promise<{ readonly player: PlayerRecord; readonly token: string }> {
    return this.users.call.join(name, address ?? null);
  }

  @Get('me')
  @UseGuards(PlayerGuard)
  @ApiBearerAuth('player')
  @ApiOkResponse({ standardSchema: playerAnswer })
  @ApiOperation({ summary: 'Whose token this is.' })
  me(@CurrentPlayer() player: PlayerRecord): PlayerRecord {
    return player;
  }
}
