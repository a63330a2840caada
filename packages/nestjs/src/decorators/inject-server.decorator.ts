import { Inject, type Type } from '@nestjs/common';
import type { ServerClass } from '@rookery/genserver';

const tokens = new WeakMap<object, symbol>();

/**
 * The injection token of a class of the tree: for `overrideProvider` in tests, and for `inject` lists of factories. Its
 * provider is a ref by name, so it survives restarts.
 */
export function getServerToken(type: Type<unknown> | ServerClass): symbol {
  let token = tokens.get(type);
  if (token === undefined) {
    // Nest prints this when it cannot resolve the token.
    token = Symbol(`@InjectServer(${type.name}): is ${type.name} among the children of a supervisor of the tree?`);
    tokens.set(type, token);
  }
  return token;
}

/**
 * Injects the way to a class of the tree: a `ServerRef<X>` for a server, a `SupervisorRef` for a `@Supervisor`, a
 * `DynamicSupervisorRef<X>` for a `@DynamicSupervisor`.
 */
export function InjectServer(type: Type<unknown> | ServerClass): ParameterDecorator & PropertyDecorator {
  return Inject(getServerToken(type));
}
