import { Body, Controller, Get, Header, HttpCode, HttpStatus, Inject, Param, Post, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiCreatedResponse, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import type { ServerRef } from '@rookery/genserver';
import { InjectServer } from '@rookery/nestjs';
import { z } from 'zod';
import { OperatorGuard } from '../operations/operator.guard.js';
import { dayAnswer, daysAnswer } from '../web/answers.js';
import { UnknownReportError } from './errors.js';
import { type Day, isDay } from './report-day.js';
import { REPORT_FILES, type ReportFiles, type ReportFormat } from './report-files.js';
import { ReportGenerator } from './report-generator.server.js';

const A_DAY = 'must be a day such as 2026-11-22';

export const WriteReport = z.strictObject({ day: z.string(A_DAY).refine(isDay, A_DAY) }, 'must be a JSON object');

/** The standings of days, for operators. */
@ApiTags('operations')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@Controller('reports')
export class ReportsController {
  constructor(
    @Inject(REPORT_FILES) private readonly files: ReportFiles,
    @InjectServer(ReportGenerator) private readonly generator: ServerRef<ReportGenerator>,
  ) {}

  @Get()
  @ApiOkResponse({ standardSchema: daysAnswer })
  @ApiOperation({ summary: 'The days that have a report, the last one first.' })
  days(): Promise<readonly Day[]> {
    return this.files.days();
  }

  @Post()
  @ApiCreatedResponse({ standardSchema: dayAnswer })
  @ApiOperation({ summary: 'Writes that of a day anew, and answers when it is there.' })
  @HttpCode(HttpStatus.CREATED)
  async write(@Body({ schema: WriteReport }) { day }: z.infer<typeof WriteReport>): Promise<{ readonly day: Day }> {
    return { day: await this.generator.call.write(day) };
  }

  @Get(':day.csv')
  @ApiProduces('text/csv')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiOperation({ summary: 'The standings of a day, for programs.' })
  @Header('Content-Type', 'text/csv; charset=utf-8')
  csv(@Param('day') day: string): Promise<string> {
    return this.#read(day, 'csv');
  }

  /** The page brings its own styles; it runs no script. */
  @Get(':day.html')
  @ApiProduces('text/html')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiOperation({ summary: 'The standings of a day, for people, with a chart.' })
  @Header('Content-Type', 'text/html; charset=utf-8')
  @Header('Content-Security-Policy', "default-src 'none'; style-src 'unsafe-inline'")
  html(@Param('day') day: string): Promise<string> {
    return this.#read(day, 'html');
  }

  async #read(day: string, format: ReportFormat): Promise<string> {
    const report = await this.files.read(day, format);
    if (report === undefined) throw new UnknownReportError(day);
    return report;
  }
}
