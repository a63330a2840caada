import { type ExitReason, formatReason } from '../process/exit-reason.js';

/** Signals that can stop an application. */
export type StopSignal = 'SIGTERM' | 'SIGINT' | 'SIGHUP' | 'SIGQUIT' | 'SIGBREAK' | 'SIGUSR2';

/** Why an application stopped. */
export type StopCause =
  /** `stop()`, `stopAll()` or `runtime.shutdown()` was called. */
  | { readonly kind: 'stop' }
  /** The operating system asked for it. */
  | { readonly kind: 'signal'; readonly signal: StopSignal }
  /** Its tree gave up or ended by itself. */
  | { readonly kind: 'root_ended'; readonly reason: ExitReason }
  /** Another application, a permanent or transient one, whose tree had ended, took all down with it. */
  | { readonly kind: 'application_ended'; readonly application: string }
  /** It could not start; what had started of it was stopped. Told by the event only. */
  | { readonly kind: 'start_failed'; readonly reason: ExitReason };

/** How the stop of an application went. */
export interface ApplicationReport {
  readonly application: string;
  readonly cause: StopCause;
  /** Who had to be killed because time was up, or because a second signal came. */
  readonly killed: readonly string[];
  /** Processes that its tree had started and nobody supervised, so that they were still there after it; they were killed (APP-021). */
  readonly leftOver: readonly string[];
  /** What `prepStop` and `stop` threw; neither keeps the application from stopping (APP-010). */
  readonly errors: readonly unknown[];
}

/** One line for logs. */
export function formatCause(cause: StopCause): string {
  if (cause.kind === 'signal') return cause.signal;
  if (cause.kind === 'root_ended') return `its tree ended: ${formatReason(cause.reason)}`;
  if (cause.kind === 'application_ended') return `${cause.application} ended`;
  if (cause.kind === 'start_failed') return `it did not start: ${formatReason(cause.reason)}`;
  return 'asked to';
}
