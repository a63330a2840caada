import { checkBoolean, checkDuration, checkOneOf } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { Backoff, ChildDefaults, Restart, Shutdown } from '../gen-server/child-defaults.js';
import { GenServer, type ServerClass } from '../gen-server/gen-server.js';
import { ServerRef } from '../gen-server/server-ref.js';
import {
  type AnyStartOptions,
  checkStart,
  type StartArguments,
  type Started,
  type StartOptions,
} from '../gen-server/start-server.js';
import type { Process } from '../process/process.js';
import { formatName, type Kernel } from '../runtime/kernel.js';
import type { Name } from '../runtime/names.js';
import { checkBackoff } from './backoff.js';
import { checkAs, SupervisorOptionError, type SupervisorOptionErrorKind } from './errors.js';
import { RESTARTS } from './restart-policy.js';

/** Tells a child from its siblings; compared by identity. */
export type ChildId = string | symbol | ServerClass;

/**
 * How to start a child, when to restart it, how long it may take to stop. Made by `child()`, `supervisor()` and
 * `dynamicSupervisor()`. `Ref` is what starting it gives.
 */
export interface ChildSpec<Ref = unknown> {
  /** One child of a supervisor has it. */
  readonly id: ChildId;
  /** Whether it has children of its own. */
  readonly type: 'worker' | 'supervisor';
  /** Which of its ends are answered with a restart. */
  readonly restart: Restart;
  /** `infinity` for a supervisor: a time limit would orphan its children. */
  readonly shutdownMs: Shutdown;
  /** Whether its end for good counts for its supervisor's `autoShutdown`. Default false. */
  readonly significant?: boolean;
  /** Instead of what its supervisor says; `false`: restarted at once. */
  readonly backoff?: Backoff | false;
  /** What runs. */
  readonly serverClass: ServerClass;
  /** How it is started, each time. */
  readonly start: AnyStartOptions;
  /** Wraps a started process, or the name under which it is found, for the caller. */
  readonly toRef: (kernel: Kernel, target: Process | Name) => Ref;
}

/** How to run a server class as a child. What is left out comes from the class's `childDefaults`. */
export type ChildOptions<S extends GenServer<unknown>> = StartOptions<S> &
  ChildDefaults & {
    /** Default: the name, or the class if it has none. */
    readonly id?: ChildId;
  };

/** As ChildOptions, with any number of the last arguments of `init`. */
export type PartialChildOptions<S extends GenServer<unknown>> = Omit<ChildOptions<S>, 'args'> & {
  readonly args?: Readonly<EndsOf<Parameters<S['init']>>>;
};

/** All tuples that Args ends in. Rest parameters stay as they are. */
type EndsOf<Args extends readonly unknown[]> = number extends Args['length']
  ? Args extends readonly [unknown, ...infer Rest]
    ? Args | EndsOf<Rest>
    : Args
  : Required<Args> extends readonly [unknown, ...unknown[]]
    ? Args | EndsOf<Args extends readonly [_?: unknown, ...rest: infer Rest] ? Rest : []>
    : Args;

/** Elixir's default (SUP-064). */
const WORKER_SHUTDOWN_MS = 5000;

/** A server as a child: restarted always and given 5 s to stop, unless the options or its class say otherwise (GS-090). */
export function child<S extends GenServer<unknown>>(
  serverClass: ServerClass<S>,
  ...[options]: StartArguments<S, ChildOptions<S>>
): ChildSpec<Started<S>> {
  const { id, restart, shutdownMs, significant, backoff, ...start } = (options ?? {}) as AnyChildOptions;
  checkAs('invalid_mfa', () => checkStart(serverClass, start));
  const defaults = (serverClass as unknown as typeof GenServer).childDefaults;
  const ownBackoff = backoff === undefined ? defaults.backoff : backoff;
  return checkFields({
    id: id ?? idOf(start.name) ?? serverClass,
    type: 'worker',
    restart: restart ?? defaults.restart ?? 'permanent',
    shutdownMs: shutdownMs ?? defaults.shutdownMs ?? WORKER_SHUTDOWN_MS,
    significant: significant ?? defaults.significant ?? false,
    ...(ownBackoff !== undefined && { backoff: ownBackoff }),
    serverClass,
    start,
    toRef: (kernel, target) => new ServerRef(kernel, serverClass, start.name ?? target),
  });
}

/**
 * A server as a child of a dynamic supervisor with `extraArguments`: like `child`, but `args` are the last arguments of `init`
 * only, as the first ones come from the supervisor (DYN-011). Under any other supervisor its init would lack them.
 */
export function partialChild<S extends GenServer<unknown>>(
  serverClass: ServerClass<S>,
  options?: PartialChildOptions<S>,
): ChildSpec<Started<S>> {
  const start = child as (serverClass: ServerClass, options: object) => ChildSpec<Started<S>>;
  return start(serverClass, options ?? {});
}

/** A child's id as text. */
export function formatId(id: ChildId): string {
  return typeof id === 'function' ? id.name : formatName(id);
}

/** The id that a name stands for: a via name, its text (DYN-003). */
export function idOf(name: Name | undefined): ChildId | undefined {
  return typeof name === 'object' ? name.toString() : name;
}

/** For what comes from the user: a class stands for its default specification, all else must be one (SUP-011 to SUP-013, SUP-016). */
export function toSpec(given: ChildSpec | ServerClass, option = 'spec'): ChildSpec {
  if (typeof given === 'function') return child(given);
  if (typeof given !== 'object' || given === null) throw notASpec('invalid_child_spec', given, option);
  const { id, serverClass, start, toRef } = given;
  if (typeof toRef !== 'function' || serverClass === undefined || start === undefined)
    throw notASpec('missing_start', given, option);
  if (id === undefined || id === null) throw notASpec('missing_id', given, option);
  checkAs('invalid_mfa', () => checkStart(serverClass, start));
  return checkFields(given);
}

/** For a dynamic supervisor: no child of it is significant (DYN-006). */
export function toDynamicSpec(given: ChildSpec | ServerClass): ChildSpec {
  const spec = toSpec(given);
  if (spec.significant !== true) return spec;
  throw new SupervisorOptionError('invalid_significant', 'significant', 'false under a dynamic supervisor', true);
}

function notASpec(kind: SupervisorOptionErrorKind, given: unknown, option: string): SupervisorOptionError {
  const expected = 'a server class, or what child(), supervisor(), dynamicSupervisor() or their like gave';
  return new SupervisorOptionError(kind, option, expected, given);
}

/** All but how it starts, which is checked where it is known. */
export function checkFields<Ref>(spec: ChildSpec<Ref>): ChildSpec<Ref> {
  checkAs('invalid_id', () => checkId(spec.id));
  checkAs('invalid_restart_type', () => checkOneOf('restart', spec.restart, RESTARTS));
  checkAs('invalid_shutdown', () => checkShutdown(spec.shutdownMs));
  checkAs('invalid_child_type', () => checkOneOf('type', spec.type, ['worker', 'supervisor']));
  checkAs('invalid_significant', () => checkBoolean('significant', spec.significant ?? false));
  checkAs('invalid_backoff', () => checkBackoff(spec.backoff));
  return spec;
}

function checkId(id: unknown): void {
  if (typeof id === 'symbol' || typeof id === 'function' || (typeof id === 'string' && id !== '')) return;
  throw new InvalidOptionError('id', 'a non-empty string, a symbol or a server class', id);
}

interface AnyChildOptions extends AnyStartOptions, ChildDefaults {
  readonly id?: ChildId;
}

export function checkShutdown(shutdownMs: unknown): void {
  if (shutdownMs === 'brutal_kill' || shutdownMs === 'infinity') return;
  if (typeof shutdownMs === 'string' || shutdownMs === Infinity) {
    throw new InvalidOptionError('shutdownMs', `milliseconds, 'brutal_kill' or 'infinity'`, shutdownMs);
  }
  checkDuration('shutdownMs', shutdownMs);
}
