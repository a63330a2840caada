import { type ForwardReference, Inject } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { TreeError } from '../errors.js';
import { type DecoratorName, decoratorOf } from './metadata.js';
import { type InjectionTarget, type LazyInjectionTarget, tokenOf } from './tokens.js';

type InjectDecorator = ParameterDecorator & PropertyDecorator;

/**
 * Injects the way to a server of the tree: a `ServerRef<Lobby>` for a class `Lobby` of the tree. For what a specification started,
 * by that very specification or by its name, it is what starting it gives: a `ServerRef` for `child()`, a `TtlCacheRef` for
 * `TtlCache.childSpec()`. Refs are by name, so they survive restarts. Throws a TreeError at once when it gets undefined, or a
 * specification without a name.
 */
export function InjectServer(target: LazyInjectionTarget): InjectDecorator {
  return injectBy('InjectServer', target);
}

/**
 * Injects the way to a supervisor of the tree: a `SupervisorRef` for a `@Supervisor`, a `DynamicSupervisorRef<Child>` for a
 * `@DynamicSupervisor`, a `PartitionSupervisorRef<Ref>` for a `@PartitionSupervisor`; by class, specification or name.
 */
export function InjectSupervisor(target: LazyInjectionTarget): InjectDecorator {
  return injectBy('InjectSupervisor', target, ['Supervisor', 'DynamicSupervisor', 'PartitionSupervisor']);
}

/** Injects the way to a registry of the tree, a `RegistryRef<Key, Value>`: by class, specification or name. */
export function InjectRegistry(target: LazyInjectionTarget): InjectDecorator {
  return injectBy('InjectRegistry', target, ['Registry']);
}

/** Injects the way to a task supervisor of the tree, a `TaskSupervisorRef`: by class, specification or name. */
export function InjectTaskSupervisor(target: LazyInjectionTarget): InjectDecorator {
  return injectBy('InjectTaskSupervisor', target, ['TaskSupervisor']);
}

/** Injects the way to an agent of the tree, an `AgentRef<State>`: by the specification that `agent()` gave, or by its name. */
export function InjectAgent(target: LazyInjectionTarget): InjectDecorator {
  return injectBy('InjectAgent', target, []);
}

/** Injects the `Runtime` of the tree: its events, the tree itself, `sys`, refs by name. */
export function InjectRuntime(): InjectDecorator {
  return Inject(Runtime);
}

function injectBy(decorator: string, target: LazyInjectionTarget, kinds?: readonly DecoratorName[]): InjectDecorator {
  const tokenFor = (each: InjectionTarget): symbol | string => {
    checkKind(decorator, each, kinds);
    return tokenOf(decorator, each);
  };
  if (!isForwardReference(target)) return Inject(tokenFor(target));
  return Inject({ forwardRef: () => tokenFor(target.forwardRef()) });
}

function isForwardReference(target: LazyInjectionTarget): target is ForwardReference<() => InjectionTarget> {
  return typeof target === 'object' && target !== null && 'forwardRef' in target;
}

/** `@InjectRegistry(Lobby)` would promise what is not there. A class of no decorator is found out at boot. */
function checkKind(decorator: string, target: InjectionTarget, kinds: readonly DecoratorName[] | undefined): void {
  if (kinds === undefined || typeof target !== 'function') return;
  const found = decoratorOf(target);
  if (found === undefined || kinds.includes(found)) return;
  throw new TreeError(
    'wrong_injection',
    target.name,
    `@${decorator}(${target.name}) cannot be, as ${target.name} is a @${found}: use @${INJECTED_BY[found]}(${target.name}).`,
  );
}

const INJECTED_BY: Record<DecoratorName, string> = {
  Supervised: 'InjectServer',
  Supervisor: 'InjectSupervisor',
  DynamicSupervisor: 'InjectSupervisor',
  PartitionSupervisor: 'InjectSupervisor',
  Registry: 'InjectRegistry',
  TaskSupervisor: 'InjectTaskSupervisor',
};
