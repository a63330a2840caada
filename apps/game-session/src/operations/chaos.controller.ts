import { Controller, HttpCode, HttpStatus, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOperation, ApiTags } from '@nestjs/swagger';
import { PlayerGuard } from '../web/bearer.js';
import { gameId } from '../web/input.js';
import { Chaos } from './chaos.js';

/** For players, as the buttons of the page are. 202: it is about to happen. */
@ApiTags('chaos')
@ApiBearerAuth('player')
@UseGuards(PlayerGuard)
@Controller('chaos')
export class ChaosController {
  constructor(@Inject(Chaos) private readonly chaos: Chaos) {}

  @Post('games/:id/crash')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'The session of this game throws.' })
  crashGame(@Param('id', { schema: gameId }) id: string): Promise<void> {
    return this.chaos.do({ what: 'crash_game', id });
  }

  @Post('games/:id/hang')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'The session of this game answers nothing any more.' })
  hangGame(@Param('id', { schema: gameId }) id: string): Promise<void> {
    return this.chaos.do({ what: 'hang_game', id });
  }

  @Post('user-manager/crash')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'The user manager throws; all that was started after it is restarted, too.' })
  crashUserManager(): Promise<void> {
    return this.chaos.do({ what: 'crash_user_manager' });
  }

  @Post('threads/kill')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'A worker thread ends while it thinks.' })
  killThread(): Promise<void> {
    return this.chaos.do({ what: 'kill_thread' });
  }

  @Post('threads/hang')
  @HttpCode(HttpStatus.ACCEPTED)
  @ApiOperation({ summary: 'A worker thread gets into a loop that never ends.' })
  hangThread(): Promise<void> {
    return this.chaos.do({ what: 'hang_thread' });
  }
}
