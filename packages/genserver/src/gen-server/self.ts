import { checkDuration } from '../checks.js';
import { InvalidOptionError, NoProcessError } from '../errors.js';
import type { CallMessage } from '../process/call-message.js';
import { ExitReason, isExitReason } from '../process/exit-reason.js';
import { ancestorsOf, type ProcessIdentity } from '../process/identity.js';
import { IdleTimer } from '../process/idle-timer.js';
import { Message } from '../process/message.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Kernel } from '../runtime/kernel.js';
import { Deferred } from './outcome.js';
import { CurrentRequest } from './current-request.js';
import type { GenServer, ServerClass } from './gen-server.js';
import { inside } from './inside.js';
import { TimedSelf } from './self-timers.js';
import type { StartArguments, Started, StartOptions, StartSpec } from './start-server.js';

/** The process of a server, as the server itself sees it: `this.self`. */
export class Self extends TimedSelf {
  readonly #kernel: Kernel;
  readonly #process: Process;
  #continuations: Message[] | undefined;

  /** Made by the runtime. */
  constructor(kernel: Kernel, process: Process) {
    super();
    this.#kernel = kernel;
    this.#process = process;
  }

  override get [inside](): { readonly kernel: Kernel; readonly process: Process } {
    return { kernel: this.#kernel, process: this.#process };
  }

  /** Of this start: a restart has another one. */
  get pid(): Pid {
    return this.#process.pid;
  }

  /** Its name, or its class and pid: what errors and events call it. */
  get name(): string {
    return this.#process.label;
  }

  /** What `setLabel` was given last; undefined before. */
  get label(): unknown {
    return this.#process.ownLabel;
  }

  /** Says what this process is, for people: shown by `runtime.info` and in crash reports. Any value; it is no name (PROC-036). */
  setLabel(label: unknown): void {
    this.#process.ownLabel = label;
  }

  /** Who started this process, linked, and who started that, nearest first, up to the root (PROC-035). */
  get ancestors(): readonly ProcessIdentity[] {
    return ancestorsOf(this.#process);
  }

  /** Gives this process a name in the runtime's own directory; it may have one. Throws a NameError otherwise (PROC-026). */
  register(name: string | symbol): void {
    this.#kernel.register(name, this.#process.pid);
  }

  /** Fires when the process has ended, for whatever reason: pass it to what an async handler waits for. */
  get signal(): AbortSignal {
    return this.#process.signal;
  }

  /** The message being handled; undefined between messages. */
  get request(): CurrentRequest | undefined {
    const message = this.#process.handling;
    return message && new CurrentRequest(message, this.#kernel.clock);
  }

  /** How many messages are waiting. */
  get mailboxSize(): number {
    return this.#process.mailbox.size;
  }

  /** Ends the process after this handler: terminate, then the handler's reply, then the exit (GS-044, GS-045). Default `normal`. */
  stop(reason: ExitReason = ExitReason.normal): void {
    if (!isExitReason(reason)) throw new InvalidOptionError('reason', 'an ExitReason', reason);
    this.#process.stop(reason);
  }

  /** Runs `handleContinue(argument)` right after this handler and its reply, before any waiting message (GS-061, GS-064). */
  continue(argument?: unknown): void {
    this.runNext(new Message('continue', 'continue', argument));
  }

  /**
   * Runs `handleTimeout()` unless a message comes within `delayMs` after this handler. Any message cancels it (GS-066, GS-067).
   * With a `message` of your own, handleInfo gets that instead; after 0 ms it does so before what is waiting (GS-071).
   */
  idleTimeout(delayMs: Milliseconds, message?: unknown): void {
    checkDuration('delayMs', delayMs);
    const process = this.#process;
    if (process.status === 'ended') return;
    process.idleTimer?.stop();
    process.idleTimer =
      delayMs === Infinity
        ? undefined
        : new IdleTimer(process, delayMs, message === undefined ? undefined : { message });
    if (process.handling === undefined) process.idleTimer?.start();
  }

  /** Does nothing, and is here for code that comes from OTP: JavaScript's memory is not a process's own (PROC-041, GS-072). */
  hibernate(): void {}

  /** Puts off the answer to the call being handled: return what it gives, and call its `reply(value)` later, from anywhere (GS-023). */
  defer<T>(): Deferred<T> {
    const message = this.#process.handling;
    const { label } = this.#process;
    const onLate = (): void => this.#kernel.drop('late_reply', label, message?.name ?? 'deferred');
    return new Deferred<T>(message?.kind === 'call' ? (message as CallMessage) : undefined, onLate);
  }

  /**
   * Starts a server that is linked with this one and has it as parent, and waits for its init. When this server ends, so does
   * that one: with `terminate` first if it traps exits, not at all if the reason is `normal` and it does not. The other way
   * round this server gets an exit signal, or an `Exit` message while it traps exits (GS-057, GS-058, LINK-014).
   *
   * Rejects as `runtime.start` does. A failed start leaves no `Exit` message behind; but while this server does not trap
   * exits, it dies of an `init` that ends abnormally, unless that is a StartTimeoutError (GS-011 to GS-013).
   */
  startLink<S extends GenServer<unknown>>(
    serverClass: ServerClass<S>,
    ...[options]: StartArguments<S, StartOptions<S>>
  ): Promise<Started<S>>;
  /** Starts what a specification describes, linked. It is not supervised: its `restart` and `shutdownMs` mean nothing here. */
  startLink<Ref>(spec: StartSpec<Ref>): Promise<Ref>;
  startLink(given: unknown, options?: object): Promise<unknown> {
    return this.#start(given, options, this.#process);
  }

  /** Starts a server that is not linked with this one and has no parent: it outlives this one (GS-002, GS-060). */
  start<S extends GenServer<unknown>>(
    serverClass: ServerClass<S>,
    ...[options]: StartArguments<S, StartOptions<S>>
  ): Promise<Started<S>>;
  /** Starts what a specification describes, with nobody to supervise it. */
  start<Ref>(spec: StartSpec<Ref>): Promise<Ref>;
  start(given: unknown, options?: object): Promise<unknown> {
    return this.#start(given, options, undefined);
  }

  /** Puts a message before all that wait, behind those that this handler has put there so far. */
  protected runNext(message: Message): void {
    if (this.#process.handling === undefined) this.#process.deliverFirst(message);
    else (this.#continuations ??= []).push(message);
  }

  /** What `continue` asked for since the last time, in order. For the dispatcher. */
  takeContinuations(): readonly Message[] | undefined {
    const taken = this.#continuations;
    if (taken !== undefined) this.#continuations = undefined;
    return taken;
  }

  async #start(given: unknown, options: object | undefined, parent: Process | undefined): Promise<unknown> {
    // What an abandoned handler still starts would have nobody to stop it.
    if (this.#process.status === 'ended') throw new NoProcessError(this.#process.label, 'start');
    return this.#kernel.start(this.#kernel, given, options, parent);
  }
}
