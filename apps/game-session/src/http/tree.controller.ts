import type { ServerResponse } from 'node:http';
import { Controller, Get, Headers, Inject, Res } from '@nestjs/common';
import { formatTree, Runtime, type TreeNode } from '@rookery/genserver';

/** What runs right now. */
@Controller('tree')
export class TreeController {
  constructor(@Inject(Runtime) private readonly runtime: Runtime) {}

  /** JSON for programs; a drawing for people who ask for text/plain. */
  @Get()
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
