import { checkInteger, checkOneOf, checkOptions } from '../checks.js';
import type { GenServer, ServerClass } from '../gen-server/gen-server.js';
import type { Ignored } from '../gen-server/outcome.js';
import { AUTO_SHUTDOWNS, type AutoShutdown, checkSignificance } from './auto-shutdown.js';
import { type ChildId, type ChildSpec, formatId, toSpec } from './child-spec.js';
import { DynamicSupervisor, type DynamicSupervisorPlan } from './dynamic-supervisor.js';
import { checkAs, SupervisorOptionError } from './errors.js';
import {
  checkNoAutoShutdown,
  planFrom,
  restartPlanOf,
  type RestartOptions,
  specOf,
  type SupervisorAsChild,
} from './options.js';
import { STRATEGIES, type Strategy } from './strategy.js';
import { Supervisor, type SupervisorPlan } from './supervisor.js';
import { DynamicSupervisorRef, SupervisorRef } from './supervisor-ref.js';

/** What a supervisor with listed children does with them. */
export interface SupervisorFlags extends RestartOptions {
  /** Who goes down, and comes back, with a child that failed. */
  readonly strategy: Strategy;
  /**
   * Whether it ends, with `shutdown`, when a significant child has ended for good: `any_significant` after the first one,
   * `all_significant` when none of them runs any more. Default `never` (SUP-096 to SUP-104).
   */
  readonly autoShutdown?: AutoShutdown;
  /** In start order. A class stands for `child(class)`. */
  readonly children: readonly (ChildSpec | ServerClass)[];
}

/** A supervisor whose children are listed: started in this order, stopped in reverse. */
export interface SupervisorOptions extends SupervisorAsChild, SupervisorFlags {}

/** A supervisor that finds out at each start what it is: OTP's supervisor module. */
export interface SupervisorModuleOptions extends SupervisorAsChild {
  /** Called at every start. What it throws, or gives that makes no sense, fails the start; ignore() says that there is nothing to start. */
  readonly init: () => SupervisorFlags | Ignored | Promise<SupervisorFlags | Ignored>;
}

/** What a supervisor that starts empty does with its children. */
export interface DynamicSupervisorFlags extends RestartOptions {
  /** Default Infinity. A start above it is refused with `max_children`. */
  readonly maxChildren?: number;
  /** Come first in the arguments of `init` of every child, before its own `args` (DYN-011): see `partialChild`. */
  readonly extraArguments?: readonly unknown[];
}

/** A supervisor that starts empty. */
export interface DynamicSupervisorOptions extends SupervisorAsChild, DynamicSupervisorFlags {}

/** A dynamic supervisor that finds out at each start what it is. */
export interface DynamicSupervisorModuleOptions extends SupervisorAsChild {
  /** Called at every start, as for a supervisor. */
  readonly init: () => DynamicSupervisorFlags | Ignored | Promise<DynamicSupervisorFlags | Ignored>;
}

/** A supervisor whose `init` gives its options at each start; it may ignore, and then there is no ref. */
export function supervisor(options: SupervisorModuleOptions): ChildSpec<SupervisorRef | undefined>;
/** A supervisor as a child of another. */
export function supervisor(options: SupervisorOptions): ChildSpec<SupervisorRef>;
export function supervisor(options: SupervisorOptions | SupervisorModuleOptions): ChildSpec<SupervisorRef | undefined> {
  checkOptions(options);
  const plan = 'init' in options ? planFrom(options.init, supervisorPlan) : supervisorPlan(options);
  return specOf(Supervisor, plan, options, (kernel, target) => new SupervisorRef(kernel, target));
}

/** A dynamic supervisor whose `init` gives its options at each start; it may ignore, and then there is no ref. */
export function dynamicSupervisor<S extends GenServer<unknown> = GenServer<unknown>>(
  options: DynamicSupervisorModuleOptions,
): ChildSpec<DynamicSupervisorRef<S> | undefined>;
/** A dynamic supervisor as a child of another. `S` is what its children have in common. */
export function dynamicSupervisor<S extends GenServer<unknown> = GenServer<unknown>>(
  options?: DynamicSupervisorOptions,
): ChildSpec<DynamicSupervisorRef<S>>;
export function dynamicSupervisor(
  options: DynamicSupervisorOptions | DynamicSupervisorModuleOptions = {},
): ChildSpec<DynamicSupervisorRef | undefined> {
  checkOptions(options);
  const plan = 'init' in options ? planFrom(options.init, dynamicPlan) : dynamicPlan(options);
  return specOf(DynamicSupervisor, plan, options, (kernel, target) => new DynamicSupervisorRef(kernel, target));
}

function supervisorPlan(options: SupervisorFlags): SupervisorPlan {
  const { strategy, autoShutdown = 'never' } = options;
  checkAs('invalid_strategy', () => checkOneOf('strategy', strategy, STRATEGIES));
  checkAs('invalid_auto_shutdown', () => checkOneOf('autoShutdown', autoShutdown, AUTO_SHUTDOWNS));
  const children = checkChildren(options.children, autoShutdown);
  return { ...restartPlanOf(options), strategy, autoShutdown, children };
}

/** Checked options of a dynamic supervisor, as its process takes them. */
export function dynamicPlan(options: DynamicSupervisorFlags): DynamicSupervisorPlan {
  const { maxChildren = Infinity, extraArguments = [] } = options;
  checkAs('invalid_max_children', () => maxChildren === Infinity || checkInteger('maxChildren', maxChildren, 0));
  if (!Array.isArray(extraArguments)) {
    const expected = 'an array of the first arguments of init of every child';
    throw new SupervisorOptionError('invalid_extra_arguments', 'extraArguments', expected, extraArguments);
  }
  checkNoAutoShutdown(options, 'dynamic supervisor');
  return { ...restartPlanOf(options), maxChildren, extraArguments };
}

function checkChildren(given: unknown, autoShutdown: AutoShutdown): readonly ChildSpec[] {
  if (!Array.isArray(given)) {
    throw new SupervisorOptionError('invalid_children', 'children', 'an array of child specifications', given);
  }
  const specs = given.map((one: ChildSpec | ServerClass, place) => toSpec(one, `children[${place}]`));
  const ids = new Set<ChildId>();
  for (const spec of specs) {
    const id = formatId(spec.id);
    if (ids.has(spec.id)) {
      const expected = 'a list with one child for each id (give one of them an `id`)';
      throw new SupervisorOptionError('duplicate_child_name', 'children', expected, id);
    }
    ids.add(spec.id);
    checkSignificance(autoShutdown, spec, id);
  }
  return specs;
}
