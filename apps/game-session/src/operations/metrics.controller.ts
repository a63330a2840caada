import { Controller, Get, Header, Inject, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { Registry } from 'prom-client';
import { OperatorGuard } from './operator.guard.js';

/** In place of the one of MetricsModule, as this one is for operators. */
@ApiTags('operations')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(Registry) private readonly registry: Registry) {}

  @Get()
  @Header('Content-Type', Registry.PROMETHEUS_CONTENT_TYPE)
  @Header('Cache-Control', 'no-store')
  @ApiProduces('text/plain')
  @ApiOkResponse({ schema: { type: 'string' } })
  @ApiOperation({ summary: 'For Prometheus.' })
  metrics(): Promise<string> {
    return this.registry.metrics();
  }
}
