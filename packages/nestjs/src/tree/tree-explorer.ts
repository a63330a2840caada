import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import { child, type ChildSpec, dynamicSupervisor, supervisor, type SupervisorOptions } from '@rookery/genserver';
import { DECORATORS, isDecorated } from '../decorators/metadata.js';
import { TreeError } from '../errors.js';
import { type Declaration, flatten, readTree, specsOf, type SupervisorDeclaration, typesOf } from './declaration.js';
import { checkNoneInjectedDirectly } from './direct-injections.js';
import { isServerClass, ServerHosts } from './server-hosts.js';

/** From decorators to child specifications: everything is checked, nothing is started. */
@Injectable()
export class TreeExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly hosts: ServerHosts,
  ) {}

  /** The options of the root supervisor. Throws a TreeError that names the class, its module and the remedy. */
  explore(root: Type<unknown>): SupervisorOptions {
    const tree = readTree(root);
    const declarations = flatten(tree);
    const declared = declarations.flatMap(typesOf);
    const specs = declarations.flatMap(specsOf);
    const types = new Set<object>([...declared, ...specs.map(({ serverClass }) => serverClass)]);
    this.#checkAllListed(types);
    checkNoneInjectedDirectly(this.discovery, types);
    for (const type of declared) if (isServerClass(type)) this.hosts.mustHave(type);
    for (const { serverClass, start } of specs) if (start.create === undefined) this.hosts.of(serverClass);
    return optionsOf(tree);
  }

  /** A decorated provider that is in no tree would never run. */
  #checkAllListed(types: ReadonlySet<object>): void {
    for (const { KEY } of DECORATORS) {
      for (const { token, metatype, name, host } of this.discovery.getProviders({ metadataKey: KEY })) {
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

function optionsOf({ name, options, children }: SupervisorDeclaration): SupervisorOptions {
  return { ...options, name, children: children.map(specOf) };
}

function specOf(declaration: Declaration): ChildSpec {
  const { kind } = declaration;
  if (kind === 'spec') return declaration.spec;
  if (kind === 'supervisor') return supervisor(optionsOf(declaration));
  if (kind === 'server') {
    const { name, type, options } = declaration;
    return child(type, { name, args: (options.args ?? []) as [] });
  }
  const { child: _declaredOnly, ...options } = declaration.options;
  return dynamicSupervisor({ ...options, name: declaration.name });
}
