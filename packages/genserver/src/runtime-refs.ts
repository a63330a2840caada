import { AgentRef } from './agent/agent-ref.js';
import { checkInteger } from './checks.js';
import { InvalidOptionError } from './errors.js';
import type { GenServer, ServerClass } from './gen-server/gen-server.js';
import { inside, type Where } from './gen-server/inside.js';
import { ServerRef } from './gen-server/server-ref.js';
import { checkStart } from './gen-server/start-server.js';
import type { Pid } from './process/pid.js';
import { RegistryRef } from './registry/registry-ref.js';
import type { Kernel } from './runtime/kernel.js';
import { checkName, type Name } from './runtime/names.js';
import { PartitionSupervisorRef } from './supervisor/partition-supervisor-ref.js';
import { type ChildSpec, toSpec } from './supervisor/child-spec.js';
import { DynamicSupervisorRef, SupervisorRef } from './supervisor/supervisor-ref.js';
import { TaskSupervisorRef } from './task/task-supervisor-ref.js';

/** The part of a runtime that gives refs, by name or by pid. Nobody needs to hold the name yet. */
export abstract class RuntimeRefs implements Where {
  abstract get [inside](): { readonly kernel: Kernel; readonly process: undefined };

  /**
   * A ref by name: it finds whoever holds the name at the time of each message; nobody needs to hold it yet. Or by pid: it
   * means that process and no other, also after its name has gone to another one.
   */
  ref<S extends GenServer<unknown>>(serverClass: ServerClass<S>, target: Name | Pid): ServerRef<S>;
  /** The ref by name of what a specification starts, which must give a name: for children of any kind, a cache or an agent, too. */
  ref<Ref>(spec: ChildSpec<Ref>): Ref;
  ref(given: ServerClass | ChildSpec, target?: Name | Pid): unknown {
    const { kernel } = this[inside];
    if (typeof given !== 'function' && target === undefined) return refOfSpec(kernel, given);
    const serverClass = given as ServerClass; // or nonsense, which is refused
    checkStart(serverClass, {});
    checkTarget(target as Name | Pid);
    return new ServerRef(kernel, serverClass, target as Name | Pid);
  }

  /** A supervisor by name or pid. */
  supervisor(target: Name | Pid): SupervisorRef {
    checkTarget(target);
    return new SupervisorRef(this[inside].kernel, target);
  }

  /** A dynamic supervisor by name or pid. `S` is what its children have in common. */
  dynamicSupervisor<S extends GenServer<unknown> = GenServer<unknown>>(target: Name | Pid): DynamicSupervisorRef<S> {
    checkTarget(target);
    return new DynamicSupervisorRef<S>(this[inside].kernel, target);
  }

  /** A partition supervisor by name or pid. `Ref` is what its partitions are reached by. */
  partitionSupervisor<Ref = unknown>(target: Name | Pid): PartitionSupervisorRef<Ref> {
    checkTarget(target);
    return new PartitionSupervisorRef<Ref>(this[inside].kernel, target);
  }

  /** A task supervisor by name or pid. */
  taskSupervisor(target: Name | Pid): TaskSupervisorRef {
    checkTarget(target);
    return new TaskSupervisorRef(this[inside].kernel, target);
  }

  /** An agent by name or pid. `State` is what it holds. */
  agent<State>(target: Name | Pid): AgentRef<State> {
    checkTarget(target);
    return new AgentRef<State>(this[inside].kernel, target);
  }

  /** A registry by name. `Key` and `Value` are what is registered there. */
  registry<Key = unknown, Value = unknown>(name: Name): RegistryRef<Key, Value> {
    checkName(name);
    return new RegistryRef<Key, Value>(this[inside].kernel, name);
  }
}

function refOfSpec(kernel: Kernel, given: ChildSpec): unknown {
  const { start, toRef } = toSpec(given);
  if (start.name === undefined) {
    throw new InvalidOptionError('name', 'the name of a specification, as its process is found by it', start.name);
  }
  return toRef(kernel, start.name);
}

function checkTarget(target: Name | Pid): void {
  if (typeof target === 'number') checkInteger('pid', target, 1);
  else checkName(target);
}
