import { NotStartedError } from '../errors.js';
import type { ExitReason } from '../process/exit-reason.js';
import type { Pid } from '../process/pid.js';
import type { RestartRecord } from '../process/restart-record.js';
import type { ServerStatus } from '../process/status.js';
import type { ChildDefaults } from './child-defaults.js';
import type { Ignored, Stopped } from './outcome.js';
import type { Self } from './self.js';

/** What `init` gives: the first state, `ignore()` or `stop(reason)`. */
export type InitResult<State> = State | Ignored | Stopped;

/** Where the runtime puts `self` before init. A symbol, so that it collides with no field. */
export const selfSlot: unique symbol = Symbol('rookery.self');

/** Where a supervisor tells of the earlier failures of a child. */
export const restartHistory: unique symbol = Symbol('rookery.restartHistory');

/** Where a supervisor tells whether a child that has ended may come back. */
export const mayRestart: unique symbol = Symbol('rookery.mayRestart');

/**
 * A server: its fields and `state` are its state, its public methods are its messages. A process runs one message at a
 * time, asynchronous ones to their end, and ends when a method throws.
 *
 * Type parameter `State`: what `init` returns and `this.state` holds. Leave it out when the fields are enough.
 */
export abstract class GenServer<State = void> {
  /** How a supervisor treats children of this class, and how its mailbox is bounded, unless a start says otherwise. */
  static readonly childDefaults: ChildDefaults = {};

  /** What `init` returned, or what was assigned last. */
  declare state: State;
  declare [selfSlot]?: Self;
  [restartHistory]?(child: Pid): readonly RestartRecord[];
  [mayRestart]?(child: Pid, reason: ExitReason): boolean;

  /** The process that runs this server. There from `init` on; before, it throws a NotStartedError. */
  get self(): Self {
    const self = this[selfSlot];
    if (self === undefined) throw new NotStartedError(this.constructor.name);
    return self;
  }

  /**
   * Gives the first state. Called with the `args` of the start, at every restart too; the start waits for it. A throw
   * fails the start, and so does `stop(reason)`; `refuse(error)` fails it quietly: the process ends with `normal`, which is no
   * crash and hurts nobody who is linked (GS-005). `ignore()` says that there is nothing to start.
   */
  init(..._args: never[]): InitResult<State> | Promise<InitResult<State>> {
    return undefined as State;
  }

  /**
   * Gets every message that is neither call nor cast: what `send` and `sendAfter` sent, `Down`, and `Exit` while it traps
   * exits. Without an override a message is counted and reported as `unhandled_info` (GS-040).
   */
  handleInfo(_message: unknown): void | Promise<void> {}

  /** Runs right after the handler (or init) that called `self.continue(argument)`, before any waiting message (GS-061). */
  handleContinue(_argument: unknown): void | Promise<void> {
    throw new TypeError(`${this.constructor.name} calls self.continue() but has no handleContinue (GS-042).`);
  }

  /** No message has come for as long as `self.idleTimeout(ms)` said. */
  handleTimeout(): void | Promise<void> {
    throw new TypeError(`${this.constructor.name} calls self.idleTimeout() but has no handleTimeout.`);
  }

  /**
   * Gives this new instance its state when it takes over from `old` in a running process: see `runtime.sys.restartWithState`.
   * Default: the old state. Copy from `old` what is kept in fields. A throw, or a rejection, leaves the old instance in
   * place (GS-083).
   */
  codeChange(oldState: unknown, _extra: unknown, _old: GenServer<unknown>): State | Promise<State> {
    return oldState as State;
  }

  /**
   * What may be shown of this server by `runtime.sys.getStatus` and in the report of a crash: hide here what is secret. If it
   * throws, a text says so instead (GS-084).
   */
  formatStatus(status: ServerStatus<State>): ServerStatus {
    return status;
  }

  /**
   * Last words, with the reason, awaited. Called when a handler throws or stops, when `runtime.stop` asks, and, only if it
   * traps exits, when its supervisor shuts it down. Not called on a kill, nor on an exit signal while it does not trap
   * exits (GS-051, GS-052). What it throws replaces the reason (GS-055).
   */
  terminate(_reason: ExitReason): void | Promise<void> {}
}

/** The class of a server, whatever its constructor takes. */
export type ServerClass<S extends GenServer<unknown> = GenServer<unknown>> = abstract new (...args: never[]) => S;
