import { checkInteger, checkOneOf } from '../checks.js';
import type { Backoff, Restart } from '../gen-server/child-defaults.js';
import type { GenServer, ServerClass } from '../gen-server/gen-server.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import { checkName, type Name } from '../runtime/names.js';
import { AUTO_SHUTDOWNS, type AutoShutdown, checkSignificance } from './auto-shutdown.js';
import { checkBackoff } from './backoff.js';
import type { RestartPlan } from './base-supervisor.js';
import { checkFields, type ChildId, type ChildSpec, formatId, idOf, toSpec } from './child-spec.js';
import { DynamicSupervisor, type DynamicSupervisorPlan } from './dynamic-supervisor.js';
import { checkAs, SupervisorOptionError } from './errors.js';
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
  /** As a child of another supervisor: whether its end for good counts for that one's `autoShutdown` (SUP-103). Default false. */
  readonly significant?: boolean;
  /** More restarts than this within `maxSeconds` and the supervisor gives up. Default 3; 0 gives up at the first crash. */
  readonly maxRestarts?: number;
  /** Default 5. Whole seconds, at least 1. */
  readonly maxSeconds?: number;
  /** Puts restarts of its children off, longer with each. Off by default: restarts are immediate, as in OTP. */
  readonly backoff?: Backoff;
}

/** A supervisor whose children are listed: started in this order, stopped in reverse. */
export interface SupervisorOptions extends CommonOptions {
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

/** A supervisor that starts empty. */
export interface DynamicSupervisorOptions extends CommonOptions {
  /** Default Infinity. A start above it is refused with `max_children`. */
  readonly maxChildren?: number;
}

/** A supervisor as a child of another. */
export function supervisor(options: SupervisorOptions): ChildSpec<SupervisorRef> {
  const { strategy, autoShutdown = 'never' } = options;
  checkAs('invalid_strategy', () => checkOneOf('strategy', strategy, STRATEGIES));
  checkAs('invalid_auto_shutdown', () => checkOneOf('autoShutdown', autoShutdown, AUTO_SHUTDOWNS));
  const children = checkChildren(options.children, autoShutdown);
  const plan: SupervisorPlan = { ...restartPlanOf(options), strategy, autoShutdown, children };
  return specOf(Supervisor, plan, options, (kernel, target) => new SupervisorRef(kernel, target));
}

/** A dynamic supervisor as a child of another. `S` is what its children have in common. */
export function dynamicSupervisor<S extends GenServer<unknown> = GenServer<unknown>>(
  options: DynamicSupervisorOptions = {},
): ChildSpec<DynamicSupervisorRef<S>> {
  const { maxChildren = Infinity } = options;
  checkAs('invalid_max_children', () => maxChildren === Infinity || checkInteger('maxChildren', maxChildren, 0));
  checkNoAutoShutdown(options);
  const plan: DynamicSupervisorPlan = { ...restartPlanOf(options), maxChildren };
  return specOf(DynamicSupervisor, plan, options, (kernel, target) => new DynamicSupervisorRef<S>(kernel, target));
}

function specOf<Ref>(
  serverClass: ServerClass,
  plan: RestartPlan,
  { id, name, restart = 'permanent', significant = false }: CommonOptions,
  makeRef: (kernel: Kernel, target: Process | Name) => Ref,
): ChildSpec<Ref> {
  if (name !== undefined) checkName(name);
  return checkFields({
    id: id ?? idOf(name) ?? serverClass,
    type: 'supervisor',
    restart,
    shutdownMs: 'infinity',
    significant,
    serverClass,
    start: { args: [plan], create: () => create(serverClass), ...(name !== undefined && { name }) },
    toRef: (kernel, target) => makeRef(kernel, name ?? target),
  });
}

/** Not by the runtime's `create`, which is for the user's classes. */
function create(serverClass: ServerClass): unknown {
  return new (serverClass as new () => GenServer<unknown>)();
}

/** Elixir's defaults (SUP-009). */
function restartPlanOf({ maxRestarts = 3, maxSeconds = 5, backoff }: CommonOptions): RestartPlan {
  checkAs('invalid_intensity', () => checkInteger('maxRestarts', maxRestarts, 0));
  checkAs('invalid_period', () => checkInteger('maxSeconds', maxSeconds, 1));
  checkAs('invalid_backoff', () => checkBackoff(backoff));
  return { maxRestarts, withinMs: maxSeconds * 1000, backoff };
}

/** Children of one kind that come and go: none of them stands for the whole (SUP-105). */
function checkNoAutoShutdown(options: object): void {
  const { autoShutdown = 'never' } = options as { readonly autoShutdown?: unknown };
  if (autoShutdown === 'never') return;
  const expected = `'never', as it is for every dynamic supervisor (use supervisor() to have it)`;
  throw new SupervisorOptionError('bad_combination', 'autoShutdown', expected, autoShutdown, [
    ['auto_shutdown', autoShutdown],
    ['strategy', 'one_for_one'],
  ]);
}

function checkChildren(given: unknown, autoShutdown: AutoShutdown): readonly ChildSpec[] {
  if (!Array.isArray(given)) {
    throw new SupervisorOptionError('invalid_children', 'children', 'an array of child specifications', given);
  }
  const specs = given.map((one: ChildSpec | ServerClass) => toSpec(one));
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
