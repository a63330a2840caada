import { Activity } from './activity.js';
import type { CallMessage } from './call-message.js';
import { ExitReason } from './exit-reason.js';
import type { Exit } from './exit-signals.js';
import type { Behaviour, Host } from './host.js';
import type { IdleTimer } from './idle-timer.js';
import type { InfoTimer } from './info-timer.js';
import { sayLastWords } from './last-words.js';
import { breakLinks, unlink } from './links.js';
import { Mailbox } from './mailbox.js';
import { Message, runInContext } from './message.js';
import { endMonitors, type Monitor, type MonitorRef, type Watcher } from './monitors.js';
import type { Pid } from './pid.js';
import { isThenable } from './thenable.js';
import { cancelRequests } from './unanswered.js';

/** A name that one process holds, to be given back when it ends. */
export interface NameClaim {
  release(process: Process): void;
}

/**
 * One process: a mailbox and a loop that handles one message at a time, links, monitors, and one end. Rarely used parts are
 * made on demand, so that an idle process stays small.
 */
export class Process {
  /** The next one in the scheduler's queue. */
  nextRunnable: Process | undefined = undefined;
  /** The message it is at work on, until its handler, asynchronous parts included, has ended. */
  handling: Message | undefined = undefined;
  /** The same as its asynchronous call tree sees it. */
  activity: Activity | undefined = undefined;
  status: 'running' | 'stopping' | 'ended' = 'running';
  trapExit = false;
  exitReason: ExitReason | undefined = undefined;
  /** Set by a handler that wants the process to end after it. */
  stopReason: ExitReason | undefined = undefined;
  links: Set<Process> | undefined = undefined;
  watchers: Set<Watcher> | undefined = undefined;
  monitors: Map<MonitorRef, Monitor> | undefined = undefined;
  timers: Set<InfoTimer> | undefined = undefined;
  names: NameClaim[] | undefined = undefined;
  /** Requests whose answer was put off by `defer`. */
  deferred: Set<CallMessage> | undefined = undefined;
  /** Calls its handlers have made and that are not answered yet. */
  waitsFor: Set<CallMessage> | undefined = undefined;
  idleTimer: IdleTimer | undefined = undefined;
  readonly mailbox = new Mailbox();
  #isQueued = false;
  #abort: AbortController | undefined;

  constructor(
    readonly host: Host,
    readonly pid: Pid,
    /** What it is registered as, as text. */
    private readonly name: string | undefined,
    private readonly className: string,
    readonly behaviour: Behaviour,
    /** Who started and supervises it. Its exit ends this one, too (GS-057). */
    readonly parent: Process | undefined,
  ) {}

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

  /** Puts a message into the mailbox; never runs a handler on the caller's stack. Returns false when the process has ended. */
  deliver(message: Message): boolean {
    if (this.status === 'ended') return false;
    message.receiver = this;
    this.mailbox.push(message);
    this.#enqueue();
    return true;
  }

  /** Like deliver, but before everything that waits: for what a process asks of itself. */
  deliverFirst(message: Message): void {
    if (this.status === 'ended') return;
    message.receiver = this;
    this.mailbox.pushFront(message);
    this.#enqueue();
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
      this.#receive(message);
    }
    this.#isQueued = false;
    this.#enqueue();
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
  #enqueue(): void {
    if (this.#isQueued || this.handling !== undefined || this.mailbox.size === 0) return;
    this.#isQueued = true;
    this.host.enqueue(this);
  }

  #receive(message: Message): void {
    const { kind, payload } = message;
    if (kind === 'timeout' && payload !== this.idleTimer) return; // a message has come since
    if (kind === 'call' && !(message as CallMessage).isPending) return this.#skip(message);
    if (this.idleTimer !== undefined) {
      this.idleTimer.stop();
      this.idleTimer = undefined;
    }
    const activity = this.#begin(message);
    if (kind === 'stop') this.#terminate(message, payload as ExitReason);
    else if (kind === 'exit' && this.#isFromParent(payload as Exit)) this.#terminate(message, (payload as Exit).reason);
    else this.#handle(message, activity);
  }

  #begin(message: Message): Activity {
    this.handling = message;
    const request = message.kind === 'call' || message.kind === 'start' ? (message as CallMessage) : undefined;
    const activity = new Activity(this, request === undefined ? Infinity : request.dueAt);
    if (request !== undefined) request.activity = activity;
    this.activity = activity;
    return activity;
  }

  /** No handler will run that could ask for the idle timeout again, so it begins anew. */
  #skip(message: Message): void {
    this.host.drop('expired_request', this.label, message.name);
    this.idleTimer?.start();
  }

  /** The one place where the failure of a handler is caught. */
  #handle(message: Message, activity: Activity): void {
    let result: unknown;
    let settled: Promise<unknown> | undefined;
    try {
      result = runInContext(message, activity, handleMessage);
      if (isThenable(result)) settled = Promise.resolve(result); // looking at `then` may throw, too
    } catch (error) {
      return this.#crash(message, error);
    }
    if (settled === undefined) return this.#complete(message, result);
    settled.then(
      (value) => this.#resume(message, value),
      (error: unknown) => this.#crash(message, error),
    );
  }

  /** An asynchronous handler has ended: the mailbox was waiting for it. */
  #resume(message: Message, result: unknown): void {
    this.#complete(message, result);
    this.#enqueue();
  }

  #complete(message: Message, result: unknown): void {
    if (this.handling !== message) return this.#dropLate(message);
    if (this.stopReason !== undefined && message.kind !== 'start') {
      return this.#terminate(message, this.stopReason, () => this.behaviour.complete(message, result));
    }
    try {
      this.behaviour.complete(message, result);
    } catch (error) {
      return this.#crash(message, error); // the handler returned what makes no sense (GS-050)
    }
    if (this.handling !== message) return; // init said ignore or stop
    if (this.stopReason !== undefined) return this.#terminate(message, this.stopReason);
    this.#leave();
    this.handling = this.activity = undefined;
    this.idleTimer?.start();
  }

  #crash(message: Message, error: unknown): void {
    if (this.handling !== message) this.host.drop('late_failure', this.label, message.name, error);
    else if (message.kind === 'start') this.end(ExitReason.error(error), true);
    else this.#terminate(message, ExitReason.error(error));
  }

  /** The process was ended while its handler ran: nobody hears the answer. */
  #dropLate(message: Message): void {
    if (message.kind === 'call') this.host.drop('late_reply', this.label, message.name);
  }

  #terminate(message: Message, reason: ExitReason, answer?: () => void): void {
    this.status = 'stopping';
    const activity = this.activity ?? this.#begin(message);
    this.#leave(); // last words are not said on the caller's behalf
    sayLastWords(activity, message, reason, answer);
  }

  /** What the handler has left running is for nobody who waits: it has no deadline but its own. */
  #leave(): void {
    if (this.activity !== undefined) this.activity.deadline = Infinity;
  }

  #isFromParent(exit: Exit): boolean {
    return this.parent !== undefined && this.parent.pid === exit.from;
  }
}

function handleMessage(message: Message): unknown {
  return message.receiver?.behaviour.handle(message);
}
