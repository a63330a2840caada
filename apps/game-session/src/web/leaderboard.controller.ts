import { Controller, Get, Inject, Query } from '@nestjs/common';
import { ApiOkResponse, ApiOperation, ApiTags } from '@nestjs/swagger';
import { z } from 'zod';
import { Leaderboard } from '../leaderboard/leaderboard.js';
import type { Standing } from '../store/records.js';
import { standingsAnswer } from './answers.js';

const PeriodSchema = z.strictObject({ period: z.enum(['all', 'week'], 'must be all or week').default('all') });

@ApiTags('games')
@Controller('leaderboard')
export class LeaderboardController {
  constructor(@Inject(Leaderboard) private readonly leaderboard: Leaderboard) {}

  @Get()
  @ApiOkResponse({ standardSchema: standingsAnswer })
  @ApiOperation({ summary: 'Who has won the most, ever or in the last seven days. Up to five seconds old.' })
  top(@Query({ schema: PeriodSchema }) { period }: z.infer<typeof PeriodSchema>): Promise<readonly Standing[]> {
    return this.leaderboard.top(period);
  }
}
