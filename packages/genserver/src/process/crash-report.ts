import { ExitReason, isExitReason } from './exit-reason.js';
import { ancestorsOf, type ProcessIdentity, senderOf } from './identity.js';
import type { Behaviour } from './host.js';
import type { Message } from './message.js';
import type { Pid } from './pid.js';
import type { Process } from './process.js';
import type { RestartRecord } from './restart-record.js';
import { showMessage } from './shown-message.js';
import type { ServerStatus, ShownMessage } from './status.js';

/**
 * A process has ended abnormally by its own doing: a handler threw, or it stopped itself with an error. Once for each such
 * end; clean ends, and processes that others have ended, have none (PROC-033, PROC-034, GS-085).
 */
export interface CrashReport {
  readonly kind: 'process_crashed';
  readonly pid: Pid;
  /** Its name, or its class and pid. */
  readonly process: string;
  readonly className: string;
  /** What it said of itself with `setLabel` (PROC-036). */
  readonly label: unknown;
  readonly reason: ExitReason;
  /** Of the error it died of, if it was one. */
  readonly stack: string | undefined;
  /** The name of the message it was at work on. */
  readonly lastMessage: string | undefined;
  /** The message it was at work on. */
  readonly message: ShownMessage | undefined;
  /** Who had sent that message, if it was a process; of other messages than calls only while the runtime keeps async contexts. */
  readonly sender: (ProcessIdentity & { readonly isAlive: boolean }) | undefined;
  /** How many messages were waiting. */
  readonly mailboxSize: number;
  /** The state of its server as it was left, by reference; as its `formatStatus` shows it (GS-084). */
  readonly state: unknown;
  /** The server's own fields, likewise. */
  readonly fields: Readonly<Record<string, unknown>>;
  /** From the one that started it up to the root. */
  readonly ancestors: readonly string[];
  /** From the root down to it. */
  readonly path: readonly string[];
  /** Of a supervisor's child: its earlier crashes and failed starts that were answered with a restart, oldest first. */
  readonly restartHistory: readonly RestartRecord[];
  /** Why nothing but plain facts is told: the runtime's `redact` has thrown this. */
  readonly redactionError?: unknown;
}

/** Takes out of a report what must not be seen, such as passwords in arguments. */
export type Redact = (report: CrashReport) => CrashReport;

/** Made when somebody listens, before the process has let go of anything. Never throws. */
export function crashReport(
  process: Process,
  reason: ExitReason,
  last: Message | undefined,
  redact: Redact | undefined,
): CrashReport {
  const report = fullReport(process, reason, last);
  if (redact === undefined) return report;
  try {
    const redacted: unknown = redact(report);
    if (isReport(redacted)) return redacted;
    throw new TypeError('The option `redact` of the runtime must return a crash report.');
  } catch (redactionError) {
    return { ...report, ...HIDDEN, reason: plainReason(reason), redactionError };
  }
}

function fullReport(process: Process, given: ExitReason, last: Message | undefined): CrashReport {
  const { pid, label, className, ownLabel, mailbox, parent, behaviour } = process;
  const shown = behaviour.status?.(last, given);
  const reason = shownReason(shown, given);
  const message = shown === undefined ? last && showMessage(last) : shown.message;
  const ancestors = ancestorsOf(process).map((ancestor) => ancestor.process);
  return {
    kind: 'process_crashed',
    pid,
    process: label,
    className,
    label: ownLabel,
    reason,
    stack: stackOf(reason),
    lastMessage: last?.name,
    message,
    sender: last && senderIn(process, last),
    mailboxSize: mailbox.size,
    state: shown?.state,
    fields: shown?.fields ?? {},
    ancestors,
    path: [...ancestors.toReversed(), label],
    restartHistory: parent?.behaviour.restartHistory?.(pid).map((record) => showRecord(behaviour, record)) ?? [],
  };
}

function shownReason(shown: ServerStatus | undefined, given: ExitReason): ExitReason {
  return shown === undefined ? given : (shown.reason ?? plainReason(given)); // what is left out is hidden
}

/** What was hidden when it happened must not be seen in the report of the next crash. */
function showRecord(behaviour: Behaviour, { atMs, reason }: RestartRecord): RestartRecord {
  return { atMs, reason: shownReason(behaviour.status?.(undefined, reason), reason) };
}

function senderIn({ host }: Process, message: Message): CrashReport['sender'] {
  const sender = senderOf(message, host);
  return sender && { pid: sender.pid, process: sender.label, isAlive: sender.status !== 'ended' };
}

/** Whatever was thrown, looking at it must not throw again. */
function stackOf(reason: ExitReason): string | undefined {
  try {
    return reason.kind === 'error' && reason.error instanceof Error ? reason.error.stack : undefined;
  } catch {
    return undefined;
  }
}

/** What may hold a secret. */
const HIDDEN = {
  label: undefined,
  stack: undefined,
  message: undefined,
  state: undefined,
  fields: {},
  restartHistory: [],
} as const satisfies Partial<CrashReport>;

function plainReason({ kind }: ExitReason): ExitReason {
  return kind === 'error' ? ExitReason.error('not shown') : { kind };
}

function isReport(value: unknown): value is CrashReport {
  if (typeof value !== 'object' || value === null) return false;
  const report: Partial<CrashReport> = value;
  const lists = [report.ancestors, report.path, report.restartHistory];
  return report.kind === 'process_crashed' && isExitReason(report.reason) && lists.every((list) => Array.isArray(list));
}
