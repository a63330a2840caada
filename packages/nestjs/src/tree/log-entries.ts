import { type ExitReason, formatReason, type RuntimeEvent } from '@rookery/genserver';
import { isPlainError } from './plain-error.js';

/** A line of the log, for people, and the same facts for programs. */
export interface LogEntry {
  readonly level: 'error' | 'warn';
  readonly text: string;
  /** Plain values, whose names are none of those that Nest's loggers use. */
  readonly facts: Readonly<Record<string, unknown>>;
  readonly stack?: string | undefined;
}

type Event<Kind extends RuntimeEvent['kind']> = Extract<RuntimeEvent, { readonly kind: Kind }>;
type Writers = { readonly [Kind in RuntimeEvent['kind']]: ((event: Event<Kind>) => LogEntry) | undefined };

/** What is in the log, and what is for those who subscribe: a new kind of event that is in neither list does not compile. */
const WRITERS: Writers = {
  process_started: undefined,
  process_exited: undefined,
  process_crashed: crashed,
  child_started: undefined,
  child_exited: undefined,
  child_restarted: (event) =>
    warning(event, `${event.supervisor} restarted ${event.child} (restart ${event.restarts} of this child)`, {
      processId: event.pid,
      restarts: event.restarts,
    }),
  child_restart_scheduled: (event) =>
    warning(event, `${event.supervisor} restarts ${event.child} in ${Math.round(event.delayMs)} ms`, {
      delayMs: event.delayMs,
    }),
  child_start_failed: (event) => ({
    ...warning(event, `${event.supervisor} could not start ${event.child}: ${plainReason(event.reason)}`, {
      reason: event.reason.kind,
    }),
    level: 'error',
  }),
  child_shutdown_failed: (event) =>
    warning(
      event,
      `${event.child} was told to stop by ${event.supervisor} and ended otherwise: ${plainReason(event.reason)}`,
      { processId: event.pid, reason: event.reason.kind },
    ),
  supervisor_gave_up: (event) => ({
    ...warning(event, `${event.supervisor} gave up: too many restarts, the last one of ${event.child}`, {}),
    level: 'error',
  }),
  supervisor_auto_shutdown: (event) =>
    warning(event, `${event.supervisor} ends: ${event.child}, a significant child, has ended`, {}),
  application_started: undefined, // Nest is the application
  application_callback_failed: undefined,
  application_stopped: undefined,
  message_dropped: undefined, // may come by the thousand: counted by runtime.stats()
};

/** Undefined for what is not worth a line. */
export function entryOf(event: RuntimeEvent): LogEntry | undefined {
  const write = WRITERS[event.kind] as ((event: RuntimeEvent) => LogEntry) | undefined;
  return write?.(event);
}

/**
 * What the report shows of its reason, after `formatStatus` and `redact`; nothing of state and arguments, which are for those who
 * subscribe.
 */
function crashed(event: Event<'process_crashed'>): LogEntry {
  const { kind, process, pid, className, reason, lastMessage, mailboxSize, path, restartHistory, stack } = event;
  const where = lastMessage === undefined ? '' : ` while handling "${lastMessage}"`;
  const text = `${process} crashed${where} (${mailboxSize} messages waiting): ${formatReason(reason)}`;
  const facts = { event: kind, process, processId: pid, className, path: path.join(' > '), reason: reason.kind };
  const circumstances = { lastMessage, mailboxSize, earlierFailures: restartHistory.length };
  return { level: 'error', text, facts: { ...facts, ...circumstances }, stack };
}

function warning(
  { kind, supervisor, child }: { readonly kind: string; readonly supervisor: string; readonly child: string },
  text: string,
  facts: LogEntry['facts'],
): LogEntry {
  return { level: 'warn', text, facts: { event: kind, supervisor, child, ...facts } };
}

/** Events of supervisors are not redacted as crash reports are: what an error of the application says stands in its crash report. */
function plainReason(reason: ExitReason): string {
  if (reason.kind !== 'error') return reason.kind;
  return isPlainError(reason.error) ? formatReason(reason) : 'an error, see its crash';
}
