import { Inject, Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { SupervisorOptions } from '@rookery/genserver';
import { DECORATOR_KEYS, isDecorated } from '../decorators/metadata.js';
import { TreeError } from '../errors.js';
import { type Declaration, flatten, optionsOf, specsOf, typesOf } from './declaration.js';
import { checkNoneInjectedDirectly } from './direct-injections.js';
import { Features } from './features.js';
import { isServerClass } from './is-server-class.js';
import { readTree } from './read-tree.js';
import { ServerHosts } from './server-hosts.js';
import { TreePlan } from './tree-plan.js';

/** From decorators to child specifications: everything is checked, nothing is started. */
@Injectable()
export class TreeExplorer {
  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ServerHosts) private readonly hosts: ServerHosts,
    @Inject(Features) private readonly features: Features,
    @Inject(TreePlan) private readonly plan: TreePlan,
  ) {}

  /** The options of the root supervisor. Throws a TreeError that names the class, its module and the remedy. */
  explore(root: Type<unknown>): SupervisorOptions {
    this.#checkOneRoot();
    const tree = this.features.fill(readTree(root), this.plan);
    const declarations = flatten(tree);
    const specs = declarations.flatMap(specsOf);
    const types = new Set<object>([...declarations.flatMap(typesOf), ...specs.map(({ serverClass }) => serverClass)]);
    this.#checkAllListed(types);
    checkNoneInjectedDirectly(this.discovery, types);
    const part = this.plan.partOf(tree);
    this.#checkProvided(flatten(part));
    return optionsOf(part);
  }

  #checkProvided(declarations: readonly Declaration[]): void {
    for (const type of declarations.flatMap(typesOf)) {
      if (isServerClass(type) && !this.plan.isReplaced(type)) this.hosts.mustHave(type);
    }
    for (const { serverClass, start, type } of declarations.flatMap(specsOf)) {
      const isMadeByNest = type === 'worker' && start.create === undefined && !this.plan.isReplaced(serverClass);
      if (isMadeByNest) this.hosts.of(serverClass);
    }
  }

  /** Each would have a runtime of its own, and find the servers of the others in no tree. */
  #checkOneRoot(): void {
    const roots = this.discovery.getProviders().filter(({ token }) => token === TreeExplorer);
    if (roots.length < 2) return;
    throw new TreeError(
      'root_twice',
      'SupervisionModule',
      `SupervisionModule.forRoot is in the application ${roots.length} times: import it once, in the root module, and contribute to ` +
        'its tree from other modules by SupervisionModule.forFeature.',
    );
  }

  /** A decorated provider that is in no tree would never run. */
  #checkAllListed(types: ReadonlySet<object>): void {
    for (const metadataKey of DECORATOR_KEYS) {
      for (const { token, metatype, name, host } of this.discovery.getProviders({ metadataKey })) {
        const type = [metatype, token].find((each) => typeof each === 'function' && isDecorated(each)) as Type<unknown>;
        if (type === undefined || types.has(type) || types.has(token as object)) continue;
        throw new TreeError(
          'not_in_tree',
          type.name,
          `${type === token ? type.name : `${type.name}, provided as ${String(name)}`} (module ${host?.name ?? 'unknown'}) is ` +
            'decorated but in no tree: list it among the children of a supervisor, or remove it from the providers.',
        );
      }
    }
  }
}
