import { Inject, Injectable } from '@nestjs/common';
import type { CreateInstance, ServerClass } from '@rookery/genserver';
import { ServerHosts } from './server-hosts.js';
import { TreePlan } from './tree-plan.js';

/** Makes a fresh instance of a server for each start, injected from the module that provides its class. */
@Injectable()
export class ChildFactory {
  constructor(
    @Inject(ServerHosts) private readonly hosts: ServerHosts,
    @Inject(TreePlan) private readonly plan: TreePlan,
  ) {}

  /** A class that no module provides is made without arguments, as outside Nest. */
  readonly create: CreateInstance = (serverClass) => {
    const replacement = this.plan.replacementFor(serverClass as unknown as ServerClass);
    if (replacement !== undefined) return replacement;
    const host = this.hosts.of(serverClass as unknown as ServerClass);
    if (host === undefined) return new (serverClass as unknown as new () => object)();
    return host.moduleRef.create(host.implementation as never);
  };
}
