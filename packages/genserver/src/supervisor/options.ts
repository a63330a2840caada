import { checkInteger } from '../checks.js';
import type { Backoff, Restart } from '../gen-server/child-defaults.js';
import type { GenServer, ServerClass } from '../gen-server/gen-server.js';
import { Ignored } from '../gen-server/outcome.js';
import type { Process } from '../process/process.js';
import type { Kernel } from '../runtime/kernel.js';
import { checkName, type Name } from '../runtime/names.js';
import { checkBackoff } from './backoff.js';
import type { RestartPlan } from './base-supervisor.js';
import { checkFields, type ChildId, type ChildSpec, idOf } from './child-spec.js';
import { checkAs, SupervisorOptionError } from './errors.js';

/** What a supervisor of any kind is to its own supervisor. */
export interface SupervisorAsChild {
  /** Default: the name. Needed as a child without a name. */
  readonly id?: ChildId;
  readonly name?: Name;
  /** As a child of another supervisor. Default `permanent`. A supervisor is always given all the time it needs to stop. */
  readonly restart?: Restart;
  /** As a child of another supervisor: whether its end for good counts for that one's `autoShutdown` (SUP-103). Default false. */
  readonly significant?: boolean;
}

/** When a supervisor of any kind restarts its children, and when it gives up. */
export interface RestartOptions {
  /** More restarts than this within `maxSeconds` and the supervisor gives up. Default 3; 0 gives up at the first crash. */
  readonly maxRestarts?: number;
  /** Default 5. Whole seconds, at least 1. */
  readonly maxSeconds?: number;
  /** Puts restarts of its children off, longer with each. Off by default: restarts are immediate, as in OTP. */
  readonly backoff?: Backoff;
}

/** Finds out at each start what the supervisor is to be. */
export type MakePlan = () => Promise<RestartPlan | Ignored>;

/** A plan that comes from the user's function, which may say ignore() instead (SUP-005, SUP-006, DYN-002, DYN-032). */
export function planFrom<Options extends object>(
  init: () => Options | Ignored | Promise<Options | Ignored>,
  planOf: (options: Options) => RestartPlan,
): MakePlan {
  if (typeof init !== 'function') {
    throw new SupervisorOptionError('invalid_mfa', 'init', 'a function that gives the options', init);
  }
  return async () => {
    const made: unknown = await init();
    if (made instanceof Ignored) return made;
    if (typeof made === 'object' && made !== null) return planOf(made as Options);
    throw new SupervisorOptionError('bad_return', 'init', 'a function that gives the options, or ignore()', made);
  };
}

/** The specification of a supervisor of any kind. Also for kinds that other folders make. */
export function specOf<Ref>(
  serverClass: ServerClass,
  plan: RestartPlan | MakePlan,
  { id, name, restart = 'permanent', significant = false }: SupervisorAsChild,
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
export function restartPlanOf({ maxRestarts = 3, maxSeconds = 5, backoff }: RestartOptions): RestartPlan {
  checkAs('invalid_intensity', () => checkInteger('maxRestarts', maxRestarts, 0));
  checkAs('invalid_period', () => checkInteger('maxSeconds', maxSeconds, 1));
  checkAs('invalid_backoff', () => checkBackoff(backoff));
  return { maxRestarts, withinMs: maxSeconds * 1000, backoff };
}

/** Children of one kind that come and go: none of them stands for the whole (SUP-105). */
export function checkNoAutoShutdown(options: object, kind: string): void {
  const { autoShutdown = 'never' } = options as { readonly autoShutdown?: unknown };
  if (autoShutdown === 'never') return;
  const expected = `'never', as it is for every ${kind} (use supervisor() to have it)`;
  throw new SupervisorOptionError('bad_combination', 'autoShutdown', expected, autoShutdown, [
    ['auto_shutdown', autoShutdown],
    ['strategy', 'one_for_one'],
  ]);
}
