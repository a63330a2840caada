import type { Activity } from './activity.js';
import type { CallMessage } from './call-message.js';
import { ExitReason } from './exit-reason.js';
import { receive } from './handling.js';
import type { Behaviour, Host } from './host.js';
import type { IdleTimer } from './idle-timer.js';
import type { OwnedTimer, TimerTarget } from './info-timer.js';
import { breakLinks, unlink } from './links.js';
import { Mailbox } from './mailbox.js';
import { Message } from './message.js';
import type { MessageQueue } from './message-queue.js';
import { endMonitors, type Monitor, type MonitorRef, type Watcher } from './monitors.js';
import type { Pid } from './pid.js';
import { cancelRequests } from './unanswered.js';

/** A name that one process holds, to be given back when it ends. */
export interface NameClaim {
  /** In the runtime's own directory, where a process has at most one (PROC-026). */
  readonly local?: string | symbol;
  release(process: Process): void;
}

/**
 * One process: a mailbox and a loop that handles one message at a time, links, monitors, and one end. Rarely used parts are
 * made on demand, so that an idle process stays small.
 */
export class Process implements TimerTarget {
  /** The next one in the scheduler's queue. */
  nextRunnable: Process | undefined = undefined;
  /** The message it is at work on, until its handler, asynchronous parts included, has ended. */
  handling: Message | undefined = undefined;
  /** The same as its asynchronous call tree sees it. */
  activity: Activity | undefined = undefined;
  status: 'running' | 'stopping' | 'ended' = 'running';
  /** How many messages it has taken out of its mailbox. */
  taken = 0;
  trapExit = false;
  exitReason: ExitReason | undefined = undefined;
  /** Set by a handler that wants the process to end after it. */
  stopReason: ExitReason | undefined = undefined;
  links: Set<Process> | undefined = undefined;
  watchers: Set<Watcher> | undefined = undefined;
  monitors: Map<MonitorRef, Monitor> | undefined = undefined;
  timers: Set<OwnedTimer> | undefined = undefined;
  names: NameClaim[] | undefined = undefined;
  /** Requests whose answer was put off by `defer`. */
  deferred: Set<CallMessage> | undefined = undefined;
  /** Calls its handlers have made and that are not answered yet. */
  waitsFor: Set<CallMessage> | undefined = undefined;
  idleTimer: IdleTimer | undefined = undefined;
  /** What it says of itself, for people (PROC-036). */
  ownLabel: unknown = undefined;
  #isQueued = false;
  #abort: AbortController | undefined;

  constructor(
    readonly host: Host,
    readonly pid: Pid,
    /** What it is registered as, as text. */
    public name: string | undefined,
    private readonly kind: { readonly name: string },
    readonly behaviour: Behaviour,
    /** Who started and supervises it. Its exit ends this one, too (GS-057). */
    readonly parent: Process | undefined,
    /** Another one while the process is suspended. */
    public mailbox: MessageQueue = new Mailbox(),
  ) {}

  /** The name of its class. */
  get className(): string {
    return this.kind.name;
  }

  /** Its name, or its class and pid: what messages to people call it. Built when asked for, as hardly anybody asks. */
  get label(): string {
    return this.name ?? `${this.className}<${this.pid}>`;
  }

  toString(): string {
    return this.label;
  }

  /** Fires when the process ends. */
  get signal(): AbortSignal {
    this.#abort ??= new AbortController();
    if (this.status === 'ended') this.#abort.abort();
    return this.#abort.signal;
  }

  /** Puts a message into the mailbox; never runs a handler on the caller's stack. Returns false when the process has ended or rejects it. */
  deliver(message: Message): boolean {
    if (this.status === 'ended') return false;
    message.receiver = this;
    const isTaken = this.mailbox.push(message);
    this.enqueue();
    return isTaken;
  }

  /** Like deliver, but ahead of what users have sent: for requests to the process itself. */
  deliverUrgent(message: Message): void {
    if (this.status === 'ended') return;
    message.receiver = this;
    this.mailbox.pushUrgent(message);
    this.enqueue();
  }

  /** Like deliver, but before everything that waits: for what a process asks of itself. */
  deliverFirst(message: Message): void {
    if (this.status === 'ended') return;
    message.receiver = this;
    this.mailbox.pushFront(message);
    this.enqueue();
  }

  /** Ends it after the running handler; at once, with terminate, when none is running. */
  stop(reason: ExitReason): void {
    this.stopReason = reason;
    if (this.handling === undefined) this.deliverFirst(new Message('stop', 'stop', reason));
  }

  /** Called by the scheduler: handles up to `budget` messages, and returns how many. */
  run(budget: number): number {
    let handled = 0;
    while (handled < budget && this.handling === undefined) {
      const message = this.mailbox.shift();
      if (message === undefined) break;
      handled++;
      receive(this, message);
    }
    this.taken += handled;
    this.#isQueued = false;
    this.enqueue();
    return handled;
  }

  /** The untrappable end: no last words; what a running handler still returns is ignored (PROC-012). */
  kill(): void {
    this.end(ExitReason.killed);
  }

  /**
   * The end. The first reason wins (PROC-016). Whoever waits for this process has been told when this returns.
   * `isOwnDoing`: it failed or stopped by itself, so an abnormal reason is reported as a crash (PROC-034).
   */
  end(reason: ExitReason, isOwnDoing = false): void {
    if (this.status === 'ended') return;
    const last = this.handling;
    const isFailedStart = last?.kind === 'start' && this.status === 'running'; // else init asked to stop afterwards
    this.status = 'ended';
    this.exitReason = reason;
    this.handling = this.activity = undefined;
    this.host.forget(this);
    this.idleTimer?.stop();
    for (const timer of this.timers ?? []) timer.cancel();
    this.host.reportExit(this, reason, last, isOwnDoing);
    cancelRequests(this, last, reason);
    this.#abort?.abort();
    this.behaviour.ended();
    if (isFailedStart && this.parent?.trapExit === true) unlink(this, this.parent); // GS-012
    endMonitors(this, reason);
    breakLinks(this, reason);
  }

  /** Into the run queue, if there is something to do and it is not in it already. */
  enqueue(): void {
    if (this.#isQueued || this.handling !== undefined || !this.mailbox.isReady) return;
    this.#isQueued = true;
    this.host.enqueue(this);
  }
}
