import {
  Inject,
  Injectable,
  type InjectionToken,
  Optional,
  type OptionalFactoryDependency,
  Scope,
} from '@nestjs/common';
import { GenServer } from '@rookery/genserver';

/** What Nest can make instances of. */
export type ServerMaker = new (...dependencies: never[]) => unknown;

type Dependency = InjectionToken | OptionalFactoryDependency;

/**
 * Stands for a server class in `ModuleRef.create`: it makes that class, with the same injection, but is not transient itself. Nest does
 * not construct what is transient below two transient ones, and would inject bare prototypes.
 */
export function classOfServer(type: ServerMaker): ServerMaker {
  function Fresh(...dependencies: never[]): unknown {
    return Reflect.construct(type, dependencies);
  }
  Object.setPrototypeOf(Fresh, type); // through which Nest finds what it notes of a class
  Fresh.prototype = type.prototype as object;
  return asNestClass(Fresh, type.name);
}

/**
 * A class whose constructor calls the factory of a provider, with what its `inject` list names: so Nest resolves these anew for each
 * instance, as it does for the constructor of a class.
 */
export function classOfFactory(
  name: string,
  factory: (...dependencies: never[]) => unknown,
  inject: readonly Dependency[],
): ServerMaker {
  function Fresh(...dependencies: never[]): object {
    return madeBy(name, factory(...dependencies)); // of an async factory a promise, which Nest and the core wait for
  }
  inject.forEach((dependency, index) => {
    const { token, optional } = isOptional(dependency) ? dependency : { token: dependency, optional: false };
    Inject(token)(Fresh, undefined, index);
    if (optional) Optional()(Fresh, undefined, index);
  });
  return asNestClass(Fresh, `the factory of ${name}`);
}

function asNestClass(fresh: (...dependencies: never[]) => unknown, name: string): ServerMaker {
  Object.defineProperty(fresh, 'name', { value: name });
  Injectable({ scope: Scope.DEFAULT })(fresh);
  return fresh as unknown as ServerMaker;
}

function isOptional(dependency: Dependency): dependency is OptionalFactoryDependency {
  return typeof dependency === 'object' && 'token' in dependency;
}

function madeBy(name: string, made: unknown): object {
  if (made instanceof Promise) return made.then((server: unknown) => madeBy(name, server));
  if (made instanceof GenServer) return made;
  throw new TypeError(`The factory that provides ${name} gave no GenServer.`);
}
