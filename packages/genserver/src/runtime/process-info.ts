import { ancestorsOf, identityOf, type ProcessIdentity } from '../process/identity.js';
import type { MailboxLimit } from '../process/message-queue.js';
import { Monitor } from '../process/monitors.js';
import type { Pid } from '../process/pid.js';
import type { Process } from '../process/process.js';

/** A process as it was when it was asked for; a copy. */
export interface ProcessInfo extends ProcessIdentity {
  readonly pid: Pid;
  /** In the runtime's own directory; undefined when it has none there (PROC-031). */
  readonly name: string | symbol | undefined;
  /** Of its server. */
  readonly className: string;
  /** What it said of itself with `setLabel`. */
  readonly label: unknown;
  /**
   * `idle`: no handler is at work. `running`: one is, asynchronous parts included. `suspended`: by `runtime.sys`, and none is.
   * `stopping`: it says its last words.
   */
  readonly status: 'idle' | 'running' | 'suspended' | 'stopping';
  /** The message it is at work on. */
  readonly handling: string | undefined;
  /** How many messages are waiting. */
  readonly mailboxSize: number;
  /** How many may wait, and what becomes of one more; undefined when any number may. */
  readonly mailboxLimit: MailboxLimit | undefined;
  readonly trapExit: boolean;
  /** Its timers that have not fired. */
  readonly timers: number;
  /** Whom it is linked with (LINK-013). */
  readonly links: readonly ProcessIdentity[];
  /** Whom it monitors, once for each monitor. */
  readonly monitors: readonly ProcessIdentity[];
  /** Who monitors it, once for each monitor. */
  readonly monitoredBy: readonly ProcessIdentity[];
  /** Who started it, linked, and who started that, up to the root (PROC-035). */
  readonly ancestors: readonly ProcessIdentity[];
}

export function infoOf(process: Process): ProcessInfo {
  const { className, ownLabel, handling, mailbox, trapExit, timers, links, monitors, watchers } = process;
  const watchedBy = [...(watchers ?? [])].filter((watcher) => watcher instanceof Monitor);
  return {
    ...identityOf(process),
    name: process.names?.find(({ local }) => local !== undefined)?.local,
    className,
    label: ownLabel,
    status: statusOf(process),
    handling: handling?.name,
    mailboxSize: mailbox.size,
    mailboxLimit: mailbox.limit,
    trapExit,
    timers: timers?.size ?? 0,
    links: Array.from(links ?? [], identityOf),
    monitors: Array.from(monitors?.values() ?? []).flatMap(({ target }) => (target ? [identityOf(target)] : [])),
    monitoredBy: watchedBy.map(({ owner }) => identityOf(owner)),
    ancestors: ancestorsOf(process),
  };
}

function statusOf({ status, handling, mailbox }: Process): ProcessInfo['status'] {
  if (status === 'stopping') return 'stopping';
  if (handling !== undefined) return 'running';
  return mailbox.isSuspended ? 'suspended' : 'idle';
}
