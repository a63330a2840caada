import type { ForwardReference, Type } from '@nestjs/common';
import type { ChildSpec, ServerClass } from '@rookery/genserver';
import { TreeError } from '../errors.js';

/** What of the tree can be injected: a decorated class, a specification with a name, or a name. */
export type InjectionTarget = Type<unknown> | ServerClass | ChildSpec | string;

/** The same where two files import each other: `forwardRef(() => Lobby)`. */
export type LazyInjectionTarget = InjectionTarget | ForwardReference<() => InjectionTarget>;

const tokens = new WeakMap<object, symbol>();

/**
 * The injection token of what is in the tree: for `overrideProvider` in tests, and for `inject` lists of factories. Its provider is
 * a ref by name, so it survives restarts: a `ServerRef` for a server, and what else starting it would give.
 */
export function getServerToken(target: InjectionTarget): symbol | string {
  return tokenOf('InjectServer', target);
}

/** As `getServerToken`, for a supervisor of any kind. */
export function getSupervisorToken(target: InjectionTarget): symbol | string {
  return tokenOf('InjectSupervisor', target);
}

/** As `getServerToken`, for a registry. */
export function getRegistryToken(target: InjectionTarget): symbol | string {
  return tokenOf('InjectRegistry', target);
}

/** As `getServerToken`, for a task supervisor. */
export function getTaskSupervisorToken(target: InjectionTarget): symbol | string {
  return tokenOf('InjectTaskSupervisor', target);
}

/** As `getServerToken`, for an agent. */
export function getAgentToken(target: InjectionTarget): symbol | string {
  return tokenOf('InjectAgent', target);
}

/** One token for one thing, whichever decorator asks for it. */
export function tokenOf(decorator: string, target: InjectionTarget): symbol | string {
  if (target === undefined || target === null) throw undefinedTarget(decorator);
  // Nest prints these when it cannot resolve the token.
  if (typeof target === 'string') return `"${target}" of the supervision tree: is it the name of one of its children?`;
  let token = tokens.get(target);
  if (token === undefined) {
    const name = typeof target === 'function' ? target.name : nameOfSpec(decorator, target);
    token = Symbol(`${name} of the supervision tree: is it among the children of a supervisor of the tree?`);
    tokens.set(target, token);
  }
  return token;
}

function nameOfSpec(decorator: string, { start, serverClass }: ChildSpec): string {
  if (start?.name !== undefined) return `"${String(start.name)}"`;
  throw new TreeError(
    'no_name',
    serverClass?.name ?? 'the child',
    `@${decorator} got a specification without a name, and a ref that survives restarts is a ref by name: give it a \`name\`.`,
  );
}

function undefinedTarget(decorator: string): TreeError {
  return new TreeError(
    'undefined_injection',
    'undefined',
    `@${decorator} got undefined: this file and that of the class import each other, probably by way of others. ` +
      `Write @${decorator}(forwardRef(() => TheClass)), or inject it by its name: @${decorator}('TheClass').`,
  );
}
