import type { ServerResponse } from 'node:http';
import { Controller, Get, Headers, Inject, Res, UseGuards } from '@nestjs/common';
import { ApiBearerAuth, ApiOkResponse, ApiOperation, ApiProduces, ApiTags } from '@nestjs/swagger';
import { formatTree, Runtime, type TreeNode } from '@rookery/genserver';
import { treeAnswer } from '../web/answers.js';
import { OperatorGuard } from './operator.guard.js';

/** What runs right now. */
@ApiTags('operations')
@ApiBearerAuth('operator')
@UseGuards(OperatorGuard)
@Controller('tree')
export class TreeController {
  constructor(@Inject(Runtime) private readonly runtime: Runtime) {}

  @Get()
  @ApiProduces('application/json', 'text/plain')
  @ApiOkResponse({ standardSchema: treeAnswer })
  @ApiOperation({ summary: 'The supervision tree: JSON for programs, a drawing for people who ask for text/plain.' })
  show(
    @Headers('accept') accept: string | undefined,
    @Res({ passthrough: true }) response: ServerResponse,
  ): string | readonly TreeNode[] {
    const tree = this.runtime.tree();
    if (accept?.includes('text/plain') !== true) return tree;
    response.setHeader('Content-Type', 'text/plain; charset=utf-8');
    return `${formatTree(tree)}\n`;
  }
}
