import { Inject, Injectable } from '@nestjs/common';
import { DiscoveryService, ModuleRef, ModulesContainer } from '@nestjs/core';
import type { ServerClass } from '@rookery/genserver';
import { TreeError } from '../errors.js';
import { classOfFactory, classOfServer, type ServerMaker } from './fresh-class.js';
import { isServerClass } from './is-server-class.js';
import { pathToRequest } from './request-scope.js';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** Where a server class is provided, and what makes its instances: those of another class when a test has overridden it. */
export interface ServerHost {
  readonly moduleRef: ModuleRef;
  readonly implementation: ServerMaker;
}

/** Finds the module that provides a server class; each class is looked for once. */
@Injectable()
export class ServerHosts {
  readonly #known = new Map<ServerClass, ServerHost | undefined>();

  #moduleCount = 0;

  constructor(
    @Inject(DiscoveryService) private readonly discovery: DiscoveryService,
    @Inject(ModulesContainer) private readonly modules: ModulesContainer,
  ) {}

  /**
   * None for a class that no module provides and that can be made without Nest. Throws a TreeError that names the class, its
   * module and the remedy.
   */
  of(type: ServerClass): ServerHost | undefined {
    if (this.modules.size !== this.#moduleCount) this.#forgetMissing();
    if (!this.#known.has(type)) this.#known.set(type, this.#find(type));
    return this.#known.get(type);
  }

  /** As `of`, for a class that a module must provide. */
  mustHave(type: ServerClass): void {
    if (this.of(type) === undefined) throw notProvided(type);
  }

  /** A module that was loaded lazily may provide what nobody did. */
  #forgetMissing(): void {
    this.#moduleCount = this.modules.size;
    for (const [type, host] of this.#known) if (host === undefined) this.#known.delete(type);
  }

  #find(type: ServerClass): ServerHost | undefined {
    const [provider, second] = this.#providersOf(type);
    if (provider?.host === undefined) {
      if (wantsInjection(type)) throw notProvided(type);
      return undefined;
    }
    if (second !== undefined) throw providedTwice(type, provider, second);
    // Nest's typing wants a token of a provider it knows; ModuleRef is in every module.
    const moduleRef = provider.host.getProviderByKey<ModuleRef>(ModuleRef).instance;
    const implementation = implementationOf(type, provider);
    if (!provider.isDependencyTreeStatic()) throw requestScoped(type, provider);
    return { moduleRef, implementation };
  }

  /** By the class itself, else under another token. */
  #providersOf(type: ServerClass): readonly Provider[] {
    const all = this.discovery.getProviders();
    const direct = all.filter(({ token }) => token === type);
    return direct.length > 0 ? direct : all.filter(({ metatype }) => metatype === type);
  }
}

/** A class, or what stands for the factory that makes its instances. */
function implementationOf(type: ServerClass, provider: Provider): ServerMaker {
  const { metatype, inject } = provider;
  if (isServerClass(metatype)) return classOfServer(metatype as unknown as ServerMaker);
  if (typeof metatype !== 'function' || !Array.isArray(inject)) throw noClass(type, provider);
  return classOfFactory(type.name, metatype as (...dependencies: never[]) => unknown, inject);
}

/** Constructor parameters, or Nest's note of injected properties. Made without Nest, all of them would be undefined. */
function wantsInjection(type: ServerClass): boolean {
  return type.length > 0 || Reflect.hasMetadata('self:properties_metadata', type);
}

function moduleOf(provider: Provider): string {
  return provider.host?.name ?? 'unknown';
}

function notProvided({ name }: ServerClass): TreeError {
  return new TreeError(
    'not_provided',
    name,
    `${name} is a server of the tree, but no module provides it, so nothing could be injected: add it to the providers of its module.`,
  );
}

function providedTwice({ name }: ServerClass, first: Provider, second: Provider): TreeError {
  const [one, other] = [moduleOf(first), moduleOf(second)];
  const problem =
    first.host !== second.host && first.host?.metatype === second.host?.metatype
      ? `${name} is provided twice, because module ${one} is in the application twice, imported as a class and as a dynamic ` +
        'module, or as two dynamic ones: import it in one way only.'
      : `${name} is provided by ${one} and ${other}: keep it in one, and inject it elsewhere by @InjectServer(${name}).`;
  return new TreeError('provided_twice', name, problem);
}

function noClass({ name }: ServerClass, provider: Provider): TreeError {
  return new TreeError(
    'no_class',
    name,
    `${name} (module ${moduleOf(provider)}) is provided as a value, so no new instance could be made at a restart: provide the ` +
      'class itself, another one by useClass, or a factory. A test that wants a fake in the place of its ref overrides ' +
      `getServerToken(${name}).`,
  );
}

function requestScoped({ name }: ServerClass, provider: Provider): TreeError {
  const path = pathToRequest(provider);
  const names = path.map(({ name: each }) => String(each)).join(' → ');
  const scope = path.at(-1)?.durable === true ? 'durable (made for each tenant)' : 'request-scoped';
  return new TreeError(
    'request_scoped',
    name,
    `${name} (module ${moduleOf(provider)}) depends on a ${scope} provider: ${names}. A server outlives requests, and serves all ` +
      'tenants: inject a provider of default scope, and pass what belongs to a request as an argument of the call; for a server ' +
      'of each tenant start one by name under a @DynamicSupervisor.',
  );
}
