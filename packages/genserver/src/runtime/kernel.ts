import { AsyncLocalStorage } from 'node:async_hooks';
import { AlreadyStartedError, InvalidOptionError, NoProcessError } from '../errors.js';
import { AbortListeners } from '../process/abort-listeners.js';
import type { Activities, Activity } from '../process/activity.js';
import { type Context, runtimeContext, senderContext } from '../process/context.js';
import { crashReport, type Redact } from '../process/crash-report.js';
import { Deadlines } from '../process/deadlines.js';
import { type ExitReason, isAbnormal } from '../process/exit-reason.js';
import { ExitSignals } from '../process/exit-signals.js';
import type { Behaviour, DropKind, Host } from '../process/host.js';
import { senderOf } from '../process/identity.js';
import type { OwnedTimer } from '../process/info-timer.js';
import { Following } from '../process/following.js';
import { LaneMailbox } from '../process/lane-mailbox.js';
import { link } from '../process/links.js';
import type { Message } from '../process/message.js';
import type { MailboxLimit } from '../process/message-queue.js';
import type { MonitorRef } from '../process/monitors.js';
import type { Pid } from '../process/pid.js';
import { refuseOverflow } from '../process/overflow.js';
import { Process } from '../process/process.js';
import { SparingActivities } from '../process/sparing-activities.js';
import { Taps } from '../process/taps.js';
import { type Address, isProcessRef, locate } from './address.js';
import { Arrivals } from './arrivals.js';
import type { Clock } from './clock.js';
import { RuntimeEvents } from './events.js';
import { HandlerTraits } from './handler-traits.js';
import { checkLocalName, checkName, type Name, Names, releaseName } from './names.js';
import { Scheduler } from './scheduler.js';

/** How a new process comes into being. */
export interface SpawnOptions {
  /** Its class, or whatever else has the name of what it is: looked at when asked for, as a class gives its name slowly. */
  readonly kind: { readonly name: string };
  readonly name: Name | undefined;
  readonly behaviour: Behaviour;
  /** Linked to the new process before that runs anything (LINK-014). */
  readonly parent: Process | undefined;
  /** Of its mailbox; none when left out. */
  readonly mailbox: MailboxLimit | undefined;
}

/** Makes the object behind a server process. */
export type CreateInstance = (serverClass: abstract new (...args: never[]) => object) => unknown;

/** Without a framework a server class is made without arguments. */
export const newInstance: CreateInstance = (serverClass) => new (serverClass as unknown as new () => object)();

/** Starts a class, or what a specification describes. From the layer above, as servers start others from within. */
export type Start = (kernel: Kernel, given: unknown, options?: object, parent?: Process) => Promise<unknown>;

/** The runtime's options, complete. */
export interface KernelOptions {
  readonly clock: Clock;
  readonly create: CreateInstance;
  readonly random: () => number;
  readonly asyncContext: boolean;
  readonly redact: Redact | undefined;
}

/** The inside of a runtime: process table, names, clock, scheduler, events. Nothing of it lives in a module. */
export class Kernel implements Host {
  readonly processes = new Map<Pid, Process>();
  readonly events = new RuntimeEvents();
  readonly exitSignals = new ExitSignals();
  readonly taps = new Taps();
  readonly arrivals = new Arrivals();
  readonly activities: Activities;
  readonly scheduler: Scheduler;
  readonly deadlines: Deadlines;
  readonly abortListeners = new AbortListeners();
  /** Timers that no process owns, as they go to a name. */
  readonly namedTimers = new Set<OwnedTimer>();
  /** Past the deadline of a shutdown nothing new is started. */
  isClosing = false;
  /** Where processes come from that nobody supervises. Kept only where there are applications, which end what is theirs. */
  origins: WeakMap<Process, Process> | undefined = undefined;
  /** How many calls of `runtime.shutdown` are under way: a tree that ends meanwhile does so because it was asked to. */
  shutdowns = 0;
  readonly dropped: Record<DropKind, number> = {
    dead_letter: 0,
    late_reply: 0,
    expired_request: 0,
    late_failure: 0,
    unhandled_info: 0,
    lost_refusal: 0,
    overflow: 0,
  };
  readonly #names = new Names();
  #lastPid = 0;
  #lastMonitorRef = 0;

  readonly clock: Clock;
  readonly createInstance: CreateInstance;
  /** In [0, 1): for jitter. */
  readonly random: () => number;
  /** Another one while messages are followed. */
  context: Context;
  readonly following: Following;
  /** Only without sender contexts. */
  readonly handlerTraits: HandlerTraits | undefined;
  readonly redact: Redact | undefined;

  constructor(
    { clock, create, random, asyncContext, redact }: KernelOptions,
    readonly start: Start,
  ) {
    this.clock = clock;
    this.createInstance = create;
    this.random = random;
    this.redact = redact;
    this.context = asyncContext ? senderContext : runtimeContext;
    this.following = new Following(this.context, (context) => void (this.context = context));
    this.activities = asyncContext ? new AsyncLocalStorage<Activity>() : new SparingActivities();
    this.handlerTraits = asyncContext ? undefined : new HandlerTraits();
    this.scheduler = new Scheduler(clock);
    this.deadlines = new Deadlines(clock);
  }

  spawn({ kind, name, behaviour, parent, mailbox: limit }: SpawnOptions): Process {
    // What an abandoned handler still starts would have nobody to stop it.
    const starter = parent ?? this.activities.getStore()?.process;
    if (starter?.status === 'ended') throw new NoProcessError(starter.label, 'start');
    if (this.isClosing) throw new NoProcessError('The runtime, which is past its shutdown deadline,', 'start');
    const pid = ++this.#lastPid as Pid;
    const nameText = name === undefined ? undefined : formatName(name);
    const mailbox = limit && new LaneMailbox(limit, refuseOverflow);
    const process = new Process(this, pid, nameText, kind, behaviour, parent, mailbox);
    if (name !== undefined) this.#claim(name, process);
    this.processes.set(pid, process);
    if (parent !== undefined) link(parent, process);
    else if (starter !== undefined) this.origins?.set(process, this.originOf(starter));
    if (nameText !== undefined) this.#tellArrival(nameText);
    if (this.events.count > 0) {
      this.events.emit({ kind: 'process_started', pid, process: process.label, parent: parent?.pid });
    }
    return process;
  }

  /** The process behind an address, if there is one now. */
  find(address: Address): Process | undefined {
    if (typeof address === 'number') return this.processes.get(address);
    if (isProcessRef(address)) return this.#own(address[locate](), address);
    checkName(address);
    return typeof address === 'object' ? address.whereis(this) : this.#names.whereis(address);
  }

  /** Runtimes share nothing: pids of one are other processes in another. */
  #own(process: Process | undefined, address: Address): Process | undefined {
    if (process === undefined || process.host === this) return process;
    throw new InvalidOptionError('address', 'a pid, a name or a ref of this runtime', formatName(address));
  }

  /** The top of the tree in which it, or who started it, was started: whose it is (OTP's group leader). */
  originOf(process: Process): Process {
    let top = process;
    while (top.parent !== undefined) top = top.parent;
    return this.origins?.get(top) ?? top;
  }

  /** Gives a running process a name in the runtime's own directory. */
  register(name: string | symbol, address: Address): void {
    checkLocalName(name);
    const process = this.find(address);
    if (process === undefined || process.status === 'ended')
      throw new NoProcessError(formatName(address), `register ${formatName(name)}`);
    this.#names.register(name, process);
    this.#tellArrival(formatName(name));
  }

  unregister(name: string | symbol): void {
    checkLocalName(name);
    this.#names.unregister(name);
  }

  newMonitorRef(): MonitorRef {
    return ++this.#lastMonitorRef as MonitorRef;
  }

  /** The process whose handler is running here; undefined outside, and in what a handler left running when it ended. */
  get currentProcess(): Process | undefined {
    const activity = this.activities.getStore();
    return activity?.isCurrent === true ? activity.process : undefined;
  }

  /** Nothing runs any more: lets go of what would stay until the end of the program. A later start takes it up again. */
  close(): void {
    this.isClosing = false;
    if (this.processes.size > 0) return;
    this.arrivals.close();
    for (const timer of this.namedTimers) timer.cancel();
    this.deadlines.close();
    this.activities.disable();
  }

  atHome(action: () => void): void {
    this.scheduler.atHome(action);
  }

  enqueue(process: Process): void {
    this.scheduler.enqueue(process);
  }

  forget(process: Process): void {
    this.processes.delete(process.pid);
    const { names } = process;
    process.names = undefined;
    for (const claim of names ?? []) releaseName(claim, process);
  }

  reportExit(process: Process, reason: ExitReason, last: Message | undefined, isOwnDoing: boolean): void {
    if (last !== undefined) this.context.abandoned?.(last, reason);
    if (this.events.count === 0) return;
    const { pid, label } = process;
    if (isOwnDoing && isAbnormal(reason)) this.events.emit(crashReport(process, reason, last, this.redact));
    this.events.emit({ kind: 'process_exited', pid, process: label, reason });
  }

  drop(drop: DropKind, process: string, message: string, detail?: unknown, dropped?: Message): void {
    this.dropped[drop]++;
    if (this.events.count === 0) return;
    const current = drop === 'dead_letter' ? this.activities.getStore()?.process : undefined;
    const sender = (dropped === undefined ? current : senderOf(dropped, this))?.label;
    this.events.emit({ kind: 'message_dropped', drop, process, message, detail, sender });
  }

  #tellArrival(name: string): void {
    if (this.arrivals.isAwaited) this.atHome(() => this.arrivals.tell(name));
  }

  #claim(name: Name, process: Process): void {
    const claim = typeof name === 'object' ? name.claim(this, process) : this.#names.claim(name, process);
    if (claim instanceof Process) throw new AlreadyStartedError(formatName(name), claim.pid);
    if (typeof claim?.release !== 'function')
      throw new InvalidOptionError('name', 'one whose claim() gives a NameClaim, or who holds it', claim);
    process.names = [claim];
  }
}

/** A name, or any other address, as text. */
export function formatName(address: Address): string {
  return typeof address === 'number'
    ? `<${address}>`
    : typeof address === 'symbol'
      ? (address.description ?? 'symbol')
      : address.toString();
}
