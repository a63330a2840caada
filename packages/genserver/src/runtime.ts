import { checkBoolean, checkDuration, checkFunction, checkOptions } from './checks.js';
import { InvalidOptionError } from './errors.js';
import { requestStop } from './gen-server/call.js';
import type { GenServer, ServerClass } from './gen-server/gen-server.js';
import { inside } from './gen-server/inside.js';
import { dueAt, type TimerOptions } from './gen-server/self-timers.js';
import {
  type AnyStartOptions,
  startAny,
  type StartArguments,
  type Started,
  type StartOptions,
} from './gen-server/start-server.js';
import { Sys } from './gen-server/sys.js';
import { ExitReason, isExitReason } from './process/exit-reason.js';
import { InfoTimer } from './process/info-timer.js';
import type { Pid } from './process/pid.js';
import type { MessageFollower } from './process/trail.js';
import type { Address } from './runtime/address.js';
import type { Milliseconds } from './runtime/clock.js';
import type { RuntimeListener } from './runtime/events.js';
import { formatName, Kernel } from './runtime/kernel.js';
import { mailboxesOf, type MailboxView } from './runtime/mailbox-view.js';
import { infoOf, type ProcessInfo } from './runtime/process-info.js';
import { timerTarget } from './runtime/timer-target.js';
import {
  completeOptions,
  type ProcessStopOptions,
  type RuntimeOptions,
  type RuntimeStats,
  type StopOptions,
} from './runtime-options.js';
import { RuntimeRefs } from './runtime-refs.js';
import { shutDownRuntime, type ShutdownReport } from './runtime-shutdown.js';
import type { ChildSpec } from './supervisor/child-spec.js';
import type { DynamicSupervisorRef, SupervisorRef } from './supervisor/supervisor-ref.js';
import {
  dynamicSupervisor,
  type DynamicSupervisorOptions,
  supervisor,
  type SupervisorOptions,
} from './supervisor/supervisor-spec.js';
import { supervisorsOf, type SupervisorView } from './supervisor/supervisor-view.js';
import { type TreeNode, treesOf } from './tree.js';

/** A world of processes. It holds the process table, names, clock and events; two runtimes share nothing. */
export class Runtime extends RuntimeRefs {
  /** Looks into running servers and holds them: OTP's `sys` (GS-081 to GS-084). */
  readonly sys: Sys;
  /** Whether handlers run in their senders' async context: the option. */
  readonly asyncContext: boolean;
  readonly #kernel: Kernel;

  constructor(options: RuntimeOptions = {}) {
    super();
    const complete = completeOptions(options);
    this.#kernel = new Kernel(complete, startAny);
    this.sys = new Sys(this.#kernel);
    this.asyncContext = complete.asyncContext;
    complete.clock.attach?.(this.#kernel.scheduler);
  }

  override get [inside](): { readonly kernel: Kernel; readonly process: undefined } {
    return { kernel: this.#kernel, process: undefined };
  }

  /**
   * Starts a server and waits for its `init`. Gives a ref by name if it has a name, else by pid; undefined if init said
   * `ignore()`. Rejects with a StartError, StartTimeoutError or AlreadyStartedError; then nothing is left of it (GS-001 to GS-016).
   */
  start<S extends GenServer<unknown>>(
    serverClass: ServerClass<S>,
    ...[options]: StartArguments<S, StartOptions<S>>
  ): Promise<Started<S>>;
  /** Starts what a child specification describes, with nobody to supervise it. */
  start<Ref>(spec: ChildSpec<Ref>): Promise<Ref>;
  start(given: ServerClass | ChildSpec, options?: AnyStartOptions): Promise<unknown> {
    return startAny(this.#kernel, given, options);
  }

  /** Starts a supervision tree: resolves when all of it is up. Rejects with a StartError when a child fails; the others are stopped. */
  async startSupervisor(options: SupervisorOptions): Promise<SupervisorRef> {
    return this.start(supervisor(options));
  }

  /** Starts a dynamic supervisor that nobody supervises. Rejects like `start`. */
  async startDynamicSupervisor<S extends GenServer<unknown> = GenServer<unknown>>(
    options: DynamicSupervisorOptions = {},
  ): Promise<DynamicSupervisorRef<S>> {
    return this.start(dynamicSupervisor<S>(options));
  }

  /** The pid behind an address; undefined when nobody is there (GS-020, PROC-028). */
  whereis(address: Address): Pid | undefined {
    const process = this.#kernel.find(address);
    return process?.status === 'ended' ? undefined : process?.pid;
  }

  /** What is known of a process now; undefined when nobody is there (PROC-031). */
  info(address: Address): ProcessInfo | undefined {
    const process = this.#kernel.find(address);
    return process === undefined || process.status === 'ended' ? undefined : infoOf(process);
  }

  /**
   * Gives a running process a name in this runtime's own directory, where it may have one; refs by that name find it at
   * once. Throws a NameError when the name is taken or the process has one already, a NoProcessError when nobody is
   * there (PROC-026).
   */
  register(name: string | symbol, address: Address): void {
    this.#kernel.register(name, address);
  }

  /** Takes a name away; its process lives on. Throws a NameError when nobody holds it (PROC-030). */
  unregister(name: string | symbol): void {
    this.#kernel.unregister(name);
  }

  /** This runtime's clock: milliseconds since some fixed moment. */
  now(): Milliseconds {
    return this.#kernel.clock.now();
  }

  /**
   * Sends a message for `handleInfo` after at least `delayMs`. A pid, and a ref by pid, is one process, with which the timer
   * ends; a name is looked up when the timer fires (TIM-008, TIM-009). Gives how to read or cancel it.
   */
  sendAfter(address: Address, delayMs: Milliseconds, message: unknown, options: TimerOptions = {}): InfoTimer {
    const at = dueAt(this.#kernel, delayMs, options);
    return new InfoTimer(this.#kernel.clock, timerTarget(this.#kernel, address), { dueAt: at, message });
  }

  /**
   * Asks a process to end, after the messages that wait before it; terminate runs; resolves when it is gone. Default reason
   * `normal`, no time limit. Rejects with a NoProcessError, StopTimeoutError (it goes on ending), or StopFailedError when it
   * ended with another reason (GS-073 to GS-080).
   */
  async stop(
    address: Address,
    reason: ExitReason = ExitReason.normal,
    options: ProcessStopOptions = {},
  ): Promise<void> {
    checkOptions(options);
    const { timeoutMs = Infinity, urgent = false } = options;
    checkReason(reason);
    checkDuration('timeoutMs', timeoutMs);
    checkBoolean('urgent', urgent);
    const ref = { toString: () => formatName(address) };
    await requestStop(this.#kernel, this.#kernel.find(address), ref, reason, { name: 'stop', timeoutMs, urgent });
  }

  /** Sends an exit signal: ends the process, without terminate, unless it traps exits. `normal` is ignored (PROC-007, PROC-008). */
  exit(address: Address, reason: ExitReason): void {
    checkReason(reason);
    const target = this.#kernel.find(address);
    const from = this.#kernel.activities.getStore()?.process;
    if (target !== undefined) this.#kernel.exitSignals.send(target, from, reason);
  }

  /**
   * Ends a process at once, without terminate; others see `killed` (PROC-012). JavaScript cannot stop running code: its
   * signals fire, its timers and replies are cut off, its mailbox is dropped, and what it still returns is ignored.
   */
  kill(address: Address): void {
    this.#kernel.find(address)?.kill();
  }

  /** Resolves with the exit reason when the process ends; with `noproc` if nobody is there now. */
  exited(address: Address): Promise<ExitReason> {
    return new Promise((resolve) => {
      const process = this.#kernel.find(address);
      if (process === undefined || process.status === 'ended') resolve(ExitReason.noproc);
      else (process.watchers ??= new Set()).add({ exited: (_, reason) => resolve(reason) });
    });
  }

  /** Hears of what happens inside, see RuntimeEvent. Returns how to stop listening. */
  subscribe(listener: RuntimeListener): () => void {
    checkFunction('listener', listener, 'a function');
    return this.#kernel.events.subscribe(listener);
  }

  /**
   * Follows messages, from their sender until they are handled and answered: for traces and for the times they take. A runtime that
   * nobody follows pays nothing for it; one that somebody does, for each message. Returns how to stop; what is under way then is
   * followed no further than its answer.
   */
  follow(follower: MessageFollower): () => void {
    checkFunction('follower.sent', follower?.sent, 'a function of a message');
    return this.#kernel.following.add(follower);
  }

  /** The processes as they are now: who nobody supervises, and what is below. */
  tree(): readonly TreeNode[] {
    return treesOf(this.#kernel);
  }

  /**
   * The supervisors of any kind, one after another: how close each is to giving up, and which of its children are down. Each is
   * looked at when it is asked for, so a long walk may be made in parts.
   */
  supervisors(): IterableIterator<SupervisorView> {
    return supervisorsOf(this.#kernel);
  }

  /** What waits for each process, one after another, at a fraction of what `info` costs. Each is looked at when it is asked for. */
  mailboxes(): IterableIterator<MailboxView> {
    return mailboxesOf(this.#kernel);
  }

  /** A copy: it does not change with the runtime. */
  stats(): RuntimeStats {
    return { processes: this.#kernel.processes.size, dropped: { ...this.#kernel.dropped } };
  }

  /** How many listen to its events. */
  get listenerCount(): number {
    return this.#kernel.events.count;
  }

  /** Whether no process has a message that it could handle now. */
  get idle(): boolean {
    return this.#kernel.scheduler.idle;
  }

  /**
   * Stops all trees, the last started first, each as its supervisors say. What is left when `timeoutMs` is over (default
   * Infinity) is killed, and named in the report.
   */
  async shutdown(options: StopOptions = {}): Promise<ShutdownReport> {
    checkOptions(options);
    const { timeoutMs = Infinity } = options;
    checkDuration('timeoutMs', timeoutMs);
    return shutDownRuntime(this.#kernel, timeoutMs);
  }
}

function checkReason(reason: unknown): void {
  if (!isExitReason(reason))
    throw new InvalidOptionError('reason', 'an ExitReason, such as ExitReason.shutdown', reason);
}
