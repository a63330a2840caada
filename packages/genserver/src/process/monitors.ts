import type { MonitorAlias } from './alias.js';
import { ExitReason } from './exit-reason.js';
import { Message } from './message.js';
import type { Pid } from './pid.js';
import type { Process } from './process.js';

/** Told once, synchronously, when the process it was added to has ended and its name is free. Must not throw. */
export interface Watcher {
  exited(process: Process, reason: ExitReason): void;
}

declare const monitorRef: unique symbol;

/** Identifies one monitor of one process. */
export type MonitorRef = number & { readonly [monitorRef]: true };

/** A monitored process has ended. In `handleInfo` of the one that monitors, once for each monitor (MON-001, MON-003). */
export class Down {
  constructor(
    /** What `monitor` returned. */
    readonly ref: MonitorRef,
    /** Who ended; undefined when nobody held the monitored name (MON-010). */
    readonly pid: Pid | undefined,
    /** Of its end; `noproc` when it was gone before. */
    readonly reason: ExitReason,
    /** The name that was monitored, if it was one; a `via` name as text (MON-009). */
    readonly name?: string | symbol,
    /** What the monitor was made with, to tell kinds of monitors apart (MON-017). */
    readonly tag: unknown = 'DOWN',
  ) {}
}

/** How to monitor. */
export interface MonitorOptions {
  /** What the Down carries as its `tag`. Default `DOWN`. */
  readonly tag?: unknown;
}

/** How to monitor with an alias for the answer (MON-016). */
export interface MonitorAliasOptions extends MonitorOptions {
  /**
   * When the alias ends: only when it is deactivated; with the monitor; or with the monitor, which its first message removes,
   * too. OTP's words.
   */
  readonly alias: 'explicit_unalias' | 'demonitor' | 'reply_demonitor';
}

/** What a Down says beside who and why. */
export interface DownFacts {
  readonly name: string | symbol | undefined;
  readonly tag: unknown;
}

/** One process watching another. */
export class Monitor implements Watcher {
  /** Ends with the monitor. */
  alias: MonitorAlias | undefined = undefined;

  constructor(
    readonly ref: MonitorRef,
    readonly owner: Process,
    readonly target: Process | undefined,
    private readonly facts?: DownFacts,
  ) {}

  /** At once a Down with `noproc`, if nobody is there (MON-002). Of oneself it would never fire, so there is none (MON-012). */
  start(): void {
    const { owner, target } = this;
    if (target === undefined || target.status === 'ended') {
      this.#tell(ExitReason.noproc);
    } else if (target !== owner) {
      (target.watchers ??= new Set()).add(this);
      (owner.monitors ??= new Map()).set(this.ref, this);
    }
  }

  exited(_: Process, reason: ExitReason): void {
    this.owner.monitors?.delete(this.ref);
    // In no context but the runtime's: it is news, and not sent by who ended the process.
    this.owner.host.atHome(() => this.#tell(reason));
  }

  /** No Down will come; one that is in the mailbox already stays there (MON-005, MON-006). */
  remove(): void {
    this.owner.monitors?.delete(this.ref);
    this.target?.watchers?.delete(this);
    this.alias?.deactivate();
  }

  #tell(reason: ExitReason): void {
    const down = new Down(this.ref, this.target?.pid, reason, this.facts?.name, this.facts?.tag);
    this.owner.deliver(new Message('info', 'down', down));
    this.alias?.deactivate();
  }
}

/** Takes a Down that waits in the mailbox out of it (MON-007). */
export function flushDown({ mailbox }: Process, ref: MonitorRef): void {
  // Not a call or cast that somebody made with it as argument.
  mailbox.remove(({ kind, payload }) => kind === 'info' && payload instanceof Down && payload.ref === ref);
}

/** The ended process tells who watches it, and stops watching others (MON-004). */
export function endMonitors(ended: Process, reason: ExitReason): void {
  const { monitors, watchers } = ended;
  ended.monitors = ended.watchers = undefined;
  for (const monitor of monitors?.values() ?? []) monitor.remove();
  for (const watcher of watchers ?? []) watcher.exited(ended, reason);
}
