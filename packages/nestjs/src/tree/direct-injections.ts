import type { DiscoveryService } from '@nestjs/core';
import { TreeError } from '../errors.js';
import { dependenciesOf } from './request-scope.js';

type Provider = ReturnType<DiscoveryService['getProviders']>[number];

/** Refuses a class of the tree that is injected as itself: that instance would never run. */
export function checkNoneInjectedDirectly(discovery: DiscoveryService, types: ReadonlySet<object>): void {
  for (const dependent of dependentsIn(discovery)) {
    for (const { token } of dependenciesOf(dependent)) {
      if (typeof token === 'function' && types.has(token)) throw injectedDirectly(token.name, dependent);
    }
  }
}

/** What Nest injects into: providers, controllers, and guards and their like (its "injectables"). */
function dependentsIn(discovery: DiscoveryService): readonly Provider[] {
  const modules = new Set(discovery.getProviders().flatMap(({ host }) => host ?? []));
  return [...modules].flatMap(({ providers, controllers, injectables }) => [
    ...providers.values(),
    ...controllers.values(),
    ...injectables.values(),
  ]);
}

function injectedDirectly(name: string, dependent: Provider): TreeError {
  const where = `${String(dependent.name)} (module ${dependent.host?.name ?? 'unknown'})`;
  return new TreeError(
    'injected_directly',
    name,
    `${where} injects ${name} itself, an instance that would never run: inject the way to the one that does, by ` +
      `@InjectServer(${name}).`,
  );
}
