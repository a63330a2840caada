import { Inject, type InjectionToken, Optional, type OptionalFactoryDependency } from '@nestjs/common';
import { GenServer } from '@rookery/genserver';

/** What Nest can make instances of. */
export type ServerMaker = new (...dependencies: never[]) => unknown;

type Dependency = InjectionToken | OptionalFactoryDependency;

/**
 * A class whose constructor calls the factory of a provider, with what its `inject` list names: so Nest resolves these anew for each
 * instance, as it does for the constructor of a class.
 */
export function classOfFactory(
  name: string,
  factory: (...dependencies: never[]) => unknown,
  inject: readonly Dependency[],
): ServerMaker {
  function Made(...dependencies: never[]): object {
    return madeBy(name, factory(...dependencies)); // of an async factory a promise, which Nest and the core wait for
  }
  Object.defineProperty(Made, 'name', { value: `the factory of ${name}` });
  inject.forEach((dependency, index) => {
    const { token, optional } = isOptional(dependency) ? dependency : { token: dependency, optional: false };
    Inject(token)(Made, undefined, index);
    if (optional) Optional()(Made, undefined, index);
  });
  return Made as unknown as ServerMaker;
}

function isOptional(dependency: Dependency): dependency is OptionalFactoryDependency {
  return typeof dependency === 'object' && 'token' in dependency;
}

function madeBy(name: string, made: unknown): object {
  if (made instanceof Promise) return made.then((server: unknown) => madeBy(name, server));
  if (made instanceof GenServer) return made;
  throw new TypeError(`The factory that provides ${name} gave no GenServer.`);
}
