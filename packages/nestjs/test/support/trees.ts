import { type ChildSpec, GenServer, supervisor } from '@rookery/genserver';
import type { Type } from '@nestjs/common';
import { type DeclaredChild, Supervised, Supervisor } from '../../src/index.js';

@Supervised()
export class Alpha extends GenServer {}

@Supervised()
export class Beta extends GenServer {}

/** A supervisor without a name, given by specification. */
export function inner(id: string, ...children: readonly ChildSpec[]): ChildSpec {
  return supervisor({ id, strategy: 'one_for_one', children });
}

export function treeOf(...children: readonly DeclaredChild[]): Type<unknown> {
  @Supervisor({ strategy: 'one_for_one', children })
  class Root {}
  return Root;
}
