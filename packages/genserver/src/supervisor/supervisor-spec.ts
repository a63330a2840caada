import { checkInteger, checkOneOf } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Restart } from '../gen-server/child-defaults.js';
import type { GenServer, ServerClass } from '../gen-server/gen-server.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import { checkName, type Name } from '../runtime/names.js';
import { checkId, checkRestart, type ChildId, type ChildSpec, formatId, idOf, toSpec } from './child-spec.js';
import { DynamicSupervisor, type DynamicSupervisorPlan } from './dynamic-supervisor.js';
import type { Intensity } from './restart-intensity.js';
import { STRATEGIES, type Strategy } from './strategy.js';
import { Supervisor, type SupervisorPlan } from './supervisor.js';
import { DynamicSupervisorRef, SupervisorRef } from './supervisor-ref.js';

/** What both kinds of supervisor take. */
interface CommonOptions {
  /** Default: the name. Needed as a child without a name. */
  readonly id?: ChildId;
  readonly name?: Name;
  /** As a child of another supervisor. Default `permanent`. A supervisor is always given all the time it needs to stop. */
  readonly restart?: Restart;
  /** More restarts than this within `maxSeconds` and the supervisor gives up. Default 3; 0 gives up at the first crash. */
  readonly maxRestarts?: number;
  /** Default 5. Whole seconds, at least 1. */
  readonly maxSeconds?: number;
}

/** A supervisor whose children are listed: started in this order, stopped in reverse. */
export interface SupervisorOptions extends CommonOptions {
  /** Who goes down, and comes back, with a child that failed. */
  readonly strategy: Strategy;
  /** In start order. A class stands for `child(class)`. */
  readonly children: readonly (ChildSpec | ServerClass)[];
}

/** A supervisor that starts empty. */
export interface DynamicSupervisorOptions extends CommonOptions {
  /** Default Infinity. A start above it is refused with `max_children`. */
  readonly maxChildren?: number;
}

/** A supervisor as a child of another. */
export function supervisor(options: SupervisorOptions): ChildSpec<SupervisorRef> {
  const plan: SupervisorPlan = {
    ...intensityOf(options),
    strategy: checkStrategy(options.strategy),
    children: checkChildren(options.children),
  };
  return specOf(Supervisor, plan, options, (kernel, target) => new SupervisorRef(kernel, target));
}

/** A dynamic supervisor as a child of another. `S` is what its children have in common. */
export function dynamicSupervisor<S extends GenServer<unknown> = GenServer<unknown>>(
  options: DynamicSupervisorOptions = {},
): ChildSpec<DynamicSupervisorRef<S>> {
  const { maxChildren = Infinity } = options;
  if (maxChildren !== Infinity) checkInteger('maxChildren', maxChildren, 0);
  const plan: DynamicSupervisorPlan = { ...intensityOf(options), maxChildren };
  return specOf(DynamicSupervisor, plan, options, (kernel, target) => new DynamicSupervisorRef<S>(kernel, target));
}

function specOf<Ref>(
  serverClass: ServerClass,
  plan: Intensity,
  { id, name, restart = 'permanent' }: CommonOptions,
  makeRef: (kernel: Kernel, target: Process | Name) => Ref,
): ChildSpec<Ref> {
  if (name !== undefined) checkName(name);
  return {
    id: checkId(id ?? idOf(name) ?? serverClass),
    type: 'supervisor',
    restart: checkRestart(restart),
    shutdownMs: 'infinity',
    serverClass,
    start: { args: [plan], create: () => create(serverClass), ...(name !== undefined && { name }) },
    toRef: (kernel, process) => makeRef(kernel, name ?? process),
  };
}

/** Not by the runtime's `create`, which is for the user's classes. */
function create(serverClass: ServerClass): unknown {
  return new (serverClass as new () => GenServer<unknown>)();
}

/** Elixir's defaults (SUP-009). */
function intensityOf({ maxRestarts = 3, maxSeconds = 5 }: CommonOptions): Intensity {
  checkInteger('maxRestarts', maxRestarts, 0);
  checkInteger('maxSeconds', maxSeconds, 1);
  return { maxRestarts, withinMs: maxSeconds * 1000 };
}

function checkStrategy(strategy: unknown): Strategy {
  checkOneOf('strategy', strategy, STRATEGIES);
  return strategy;
}

function checkChildren(given: unknown): readonly ChildSpec[] {
  if (!Array.isArray(given)) throw new InvalidOptionError('children', 'an array of child specifications', given);
  const specs = given.map((one: ChildSpec | ServerClass) => toSpec(one));
  const ids = new Set<ChildId>();
  for (const { id } of specs) {
    if (ids.has(id)) {
      throw new InvalidOptionError(
        'children',
        'a list with one child for each id (give one of them an `id`)',
        formatId(id),
      );
    }
    ids.add(id);
  }
  return specs;
}
