import { checkDuration, checkFunction } from '../checks.js';
import { InvalidOptionError } from '../errors.js';
import { CALL_TIMEOUT_MS, type CallOptions, requestStop } from '../gen-server/call.js';
import { ServerBehaviour } from '../gen-server/dispatch.js';
import { ServerRef } from '../gen-server/server-ref.js';
import type { StateWatcher, WatchOptions } from '../gen-server/state-watch.js';
import { ExitReason, isExitReason } from '../process/exit-reason.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import { locate, named, type ProcessRef } from '../runtime/address.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import type { Name } from '../runtime/names.js';
import { Agent, type StateFunction } from './agent-server.js';

/**
 * How to reach an agent. By pid it means one process and ends with it; by name it finds whoever holds the name now, so it
 * survives restarts. The functions run in the agent, one at a time, asynchronous ones to their end (AGENT-009), in the async
 * context of who sent them. One that throws ends the agent (AGENT-010); one that returns `refuse(error)` says no, and the
 * agent lives on with its state. All that waits rejects as calls of any server do.
 */
export class AgentRef<State> implements ProcessRef {
  readonly #kernel: Kernel;
  readonly #server: ServerRef<Agent<State>>;

  /** Made by the runtime. */
  constructor(kernel: Kernel, target: Process | Name | Pid) {
    this.#kernel = kernel;
    this.#server = new ServerRef<Agent<State>>(kernel, Agent, target);
  }

  /** Who stands behind it now; undefined when nobody does. */
  get pid(): Pid | undefined {
    return this.#server.pid;
  }

  /** Whether somebody stands behind it now. */
  get isAlive(): boolean {
    return this.#server.isAlive;
  }

  /**
   * What `fn` makes of the state (AGENT-004). It is given the state itself, not a copy: what it changes in place is changed,
   * and what it returns is not copied either.
   */
  async get<T>(fn: StateFunction<State, T>, options?: CallOptions): Promise<T> {
    return (await this.#ask(fn, options).get(fn)) as T;
  }

  /** Makes what `fn` returns the state (AGENT-005). */
  async update(fn: StateFunction<State, State>, options?: CallOptions): Promise<void> {
    await this.#ask(fn, options).update(fn);
  }

  /** `fn` returns `[value, state]`: the value is given, the state is kept. Anything else ends the agent (AGENT-006, AGENT-007). */
  async getAndUpdate<T>(
    fn: StateFunction<State, readonly [value: T, state: State]>,
    options?: CallOptions,
  ): Promise<T> {
    return (await this.#ask(fn, options).getAndUpdate(fn)) as T;
  }

  /** `update` without waiting. Nobody there: counted as a dead letter, and no error (AGENT-008). */
  cast(fn: StateFunction<State, State>): void {
    this.#check(fn);
    this.#server.cast.update(fn);
  }

  /** Asks it to end, after what was sent before. As `runtime.stop` (AGENT-014). */
  async stop(
    reason: ExitReason = ExitReason.normal,
    { timeoutMs = Infinity }: { readonly timeoutMs?: Milliseconds } = {},
  ): Promise<void> {
    if (!isExitReason(reason)) throw new InvalidOptionError('reason', 'an ExitReason', reason);
    checkDuration('timeoutMs', timeoutMs);
    await requestStop(this.#kernel, this[locate](), this, reason, { name: 'stop', timeoutMs, urgent: false });
  }

  /** Tells `watcher` of its state after each message; returns how to stop. See ServerRef.watch. */
  watch(watcher: StateWatcher<State>, options?: WatchOptions): () => void {
    return this.#server.watch(watcher, options);
  }

  toString(): string {
    return this.#server.toString();
  }

  get [named](): Name | undefined {
    return this.#server[named];
  }

  [locate](): Process | undefined {
    return this.#server[locate]();
  }

  #ask(fn: unknown, { timeoutMs = CALL_TIMEOUT_MS, ...rest }: CallOptions = {}): ServerRef<Agent<State>>['call'] {
    this.#check(fn);
    return this.#server.with({ timeoutMs, ...rest }).call;
  }

  /** Also that no other server holds the name: it would end as one that was sent a message it does not know. */
  #check(fn: unknown): void {
    checkFunction('fn', fn, 'a function of the state');
    const behaviour = this[locate]()?.behaviour;
    const instance = behaviour instanceof ServerBehaviour ? behaviour.instance : undefined;
    if (instance === undefined || instance instanceof Agent) return;
    throw new InvalidOptionError('agent', 'the name of an agent', String(this));
  }
}
