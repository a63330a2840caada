import { checkDuration, checkOneOf } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import type { ChildDefaults, Restart, Shutdown } from '../gen-server/child-defaults.js';
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
  /** What runs. */
  readonly serverClass: ServerClass;
  /** How it is started, each time. */
  readonly start: AnyStartOptions;
  /** Wraps a started process for the caller. */
  readonly toRef: (kernel: Kernel, process: Process) => Ref;
}

/** How to run a server class as a child. What is left out comes from the class's `childDefaults`. */
export type ChildOptions<S extends GenServer<unknown>> = StartOptions<S> &
  ChildDefaults & {
    /** Default: the name, or the class if it has none. */
    readonly id?: ChildId;
  };

/** Elixir's default (SUP-064). */
const WORKER_SHUTDOWN_MS = 5000;

/** A server as a child: restarted always and given 5 s to stop, unless the options or its class say otherwise (GS-090). */
export function child<S extends GenServer<unknown>>(
  serverClass: ServerClass<S>,
  ...[options]: StartArguments<S, ChildOptions<S>>
): ChildSpec<Started<S>> {
  const { id, restart, shutdownMs, ...start } = (options ?? {}) as AnyChildOptions;
  checkStart(serverClass, start);
  const defaults = (serverClass as unknown as typeof GenServer).childDefaults;
  return {
    id: checkId(id ?? idOf(start.name) ?? serverClass),
    type: 'worker',
    restart: checkRestart(restart ?? defaults.restart ?? 'permanent'),
    shutdownMs: checkShutdown(shutdownMs ?? defaults.shutdownMs ?? WORKER_SHUTDOWN_MS),
    serverClass,
    start,
    toRef: (kernel, process) => new ServerRef(kernel, serverClass, start.name ?? process),
  };
}

/** A child's id as text. */
export function formatId(id: ChildId): string {
  return typeof id === 'function' ? id.name : formatName(id);
}

/** The id that a name stands for: a via name, its text (DYN-003). */
export function idOf(name: Name | undefined): ChildId | undefined {
  return typeof name === 'object' ? name.toString() : name;
}

export function checkRestart(restart: unknown): Restart {
  checkOneOf('restart', restart, RESTARTS);
  return restart;
}

export function checkId(id: unknown): ChildId {
  if (typeof id === 'symbol' || typeof id === 'function' || (typeof id === 'string' && id !== '')) return id as ChildId;
  throw new InvalidOptionError('id', 'a non-empty string, a symbol or a server class', id);
}

/** For a list that comes from the user: classes stand for their default specification (SUP-016). */
export function toSpec(given: ChildSpec | ServerClass): ChildSpec {
  if (typeof given === 'function') return child(given);
  if (typeof given === 'object' && given !== null && 'serverClass' in given && 'toRef' in given) return given;
  throw new InvalidOptionError(
    'children',
    'server classes or what child(), supervisor() or dynamicSupervisor() gave',
    given,
  );
}

interface AnyChildOptions extends AnyStartOptions, ChildDefaults {
  readonly id?: ChildId;
}

function checkShutdown(shutdownMs: unknown): Shutdown {
  if (shutdownMs === 'brutal_kill' || shutdownMs === 'infinity') return shutdownMs;
  if (typeof shutdownMs === 'string' || shutdownMs === Infinity) {
    throw new InvalidOptionError('shutdownMs', `milliseconds, 'brutal_kill' or 'infinity'`, shutdownMs);
  }
  checkDuration('shutdownMs', shutdownMs);
  return shutdownMs;
}
