import { Injectable, type Type } from '@nestjs/common';
import { DiscoveryService, ModuleRef } from '@nestjs/core';
import {
  child,
  type ChildSpec,
  dynamicSupervisor,
  GenServer,
  type ServerClass,
  supervisor,
  type SupervisorOptions,
} from '@rookery/genserver';
import { DynamicSupervisorMetadata, SupervisedMetadata, SupervisorMetadata } from '../decorators/metadata.js';
import { TreeError } from '../errors.js';
import { ChildFactory, type ServerHost } from './child-factory.js';
import { type Declaration, flatten, readTree, type SupervisorDeclaration, typesOf } from './declaration.js';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** From decorators to child specifications: everything is checked, nothing is started. */
@Injectable()
export class TreeExplorer {
  constructor(
    private readonly discovery: DiscoveryService,
    private readonly factory: ChildFactory,
  ) {}

  /** The options of the root supervisor. Throws a TreeError that names the class, its module and the remedy. */
  explore(root: Type<unknown>): SupervisorOptions {
    const tree = readTree(root);
    const types = new Set<object>(flatten(tree).flatMap(typesOf));
    this.#checkAllListed(types);
    for (const type of types) {
      if (isServerClass(type)) this.factory.register(type, this.#hostOf(type));
    }
    return optionsOf(tree);
  }

  /** A decorated provider that is in no tree would never run. */
  #checkAllListed(types: ReadonlySet<object>): void {
    for (const { KEY } of [SupervisedMetadata, SupervisorMetadata, DynamicSupervisorMetadata]) {
      for (const { token, name, host } of this.discovery.getProviders({ metadataKey: KEY })) {
        if (typeof token !== 'function' || types.has(token)) continue;
        throw new TreeError(
          'not_in_tree',
          String(name),
          `${String(name)} (module ${host?.name ?? 'unknown'}) is decorated but in no tree: list it among the children of a ` +
            'supervisor, or remove it from the providers.',
        );
      }
    }
  }

  #hostOf(type: ServerClass): ServerHost {
    const [provider, second] = this.discovery.getProviders().filter(({ token }) => token === type);
    if (provider?.host === undefined) throw notProvided(type);
    if (second !== undefined) throw providedTwice(type, provider, second);
    // Nest's typing wants a token of a provider it knows; ModuleRef is in every module.
    const moduleRef = provider.host.getProviderByKey<ModuleRef>(ModuleRef).instance;
    const implementation = provider.metatype;
    if (!isServerClass(implementation)) throw noClass(type, provider);
    if (!provider.isDependencyTreeStatic()) throw requestScoped(type, provider);
    return { moduleRef, implementation: implementation as unknown as ServerHost['implementation'] };
  }
}

function isServerClass(type: unknown): type is ServerClass {
  return typeof type === 'function' && type.prototype instanceof GenServer;
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

function moduleOf(provider: Provider): string {
  return provider.host?.name ?? 'unknown';
}

function notProvided({ name }: ServerClass): TreeError {
  return new TreeError(
    'not_provided',
    name,
    `${name} is in the tree but no module provides it: add it to the providers of its module.`,
  );
}

function providedTwice({ name }: ServerClass, first: Provider, second: Provider): TreeError {
  const modules = `${moduleOf(first)} and ${moduleOf(second)}`;
  return new TreeError(
    'provided_twice',
    name,
    `${name} is provided by ${modules}: keep it in one, and inject it elsewhere by @InjectServer(${name}).`,
  );
}

function noClass({ name }: ServerClass, provider: Provider): TreeError {
  return new TreeError(
    'no_class',
    name,
    `${name} (module ${moduleOf(provider)}) is not provided as a class that extends GenServer, so no new instance can be made at a ` +
      'restart: provide the class itself, or another one by useClass.',
  );
}

function requestScoped({ name }: ServerClass, provider: Provider): TreeError {
  return new TreeError(
    'request_scoped',
    name,
    `${name} (module ${moduleOf(provider)}) depends on a request-scoped provider, but a server outlives requests: inject a ` +
      'provider of default scope, and pass what belongs to a request as an argument of the call.',
  );
}
