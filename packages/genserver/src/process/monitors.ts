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
  ) {}
}

/** One process watching another. */
export class Monitor implements Watcher {
  constructor(
    readonly ref: MonitorRef,
    private readonly owner: Process,
    private readonly target: Process,
  ) {}

  start(): void {
    (this.target.watchers ??= new Set()).add(this);
    (this.owner.monitors ??= new Map()).set(this.ref, this);
  }

  exited(process: Process, reason: ExitReason): void {
    this.owner.monitors?.delete(this.ref);
    const down = new Down(this.ref, process.pid, reason);
    // In no context but the runtime's: it is news, and not sent by who ended the process.
    this.owner.host.atHome(() => void this.owner.deliver(new Message('info', 'down', down)));
  }

  /** No Down will come; one that is in the mailbox already stays there (MON-005, MON-006). */
  remove(): void {
    this.owner.monitors?.delete(this.ref);
    this.target.watchers?.delete(this);
  }
}

/** The ended process tells who watches it, and stops watching others (MON-004). */
export function endMonitors(ended: Process, reason: ExitReason): void {
  const { monitors, watchers } = ended;
  ended.monitors = ended.watchers = undefined;
  for (const monitor of monitors?.values() ?? []) monitor.remove();
  for (const watcher of watchers ?? []) watcher.exited(ended, reason);
}
