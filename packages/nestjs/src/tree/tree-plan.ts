import { Injectable } from '@nestjs/common';
import type { ServerClass } from '@rookery/genserver';
import type { Declaration, SupervisorDeclaration } from './declaration.js';

/** What of the declared tree is started, and what makes its instances: all of it, and Nest. A test may have another plan. */
@Injectable()
export class TreePlan {
  /** The part to be started, of a tree whose places are filled. */
  partOf(tree: SupervisorDeclaration): SupervisorDeclaration {
    return tree;
  }

  /** Whether all below this one is started, so that each place of a feature must be filled. */
  needs(_declaration: Declaration): boolean {
    return true;
  }

  /** Whether another instance stands for those of this class, which then needs no provider. */
  isReplaced(_serverClass: ServerClass): boolean {
    return false;
  }

  /** That other instance, for one start. */
  replacementFor(_serverClass: ServerClass): object | undefined {
    return undefined;
  }
}
