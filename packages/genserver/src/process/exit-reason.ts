/**
 * Why a process ended. `normal` and `shutdown` (with or without a detail) are clean ends; everything else is abnormal
 * (PROC-033). `killed` is what others see after an untrappable kill, `noproc` what a monitor of nobody reports.
 */
export type ExitReason =
  | { readonly kind: 'normal' }
  | { readonly kind: 'shutdown'; readonly detail?: unknown }
  | { readonly kind: 'killed' }
  | { readonly kind: 'noproc' }
  | { readonly kind: 'error'; readonly error: unknown };

/** A supervisor did not start because a child failed: the detail of its `shutdown` reason (SUP-018, SUP-019). */
export interface FailedToStartChild {
  readonly kind: 'failed_to_start_child';
  /** Its id, as text. */
  readonly id: string;
  /** Why. A failed supervisor has a detail of its own here, and so on down to who failed first. */
  readonly reason: ExitReason;
}

/** The reasons by name: `ExitReason.normal`, `ExitReason.shutdownWith('deploy')`, `ExitReason.error(cause)`. */
export const ExitReason = {
  normal: { kind: 'normal' },
  shutdown: { kind: 'shutdown' },
  killed: { kind: 'killed' },
  noproc: { kind: 'noproc' },
  /** OTP's `{shutdown, Term}`: a clean end that says why. */
  shutdownWith: (detail: unknown): ExitReason => ({ kind: 'shutdown', detail }),
  /** An abnormal end. What a handler throws becomes this. */
  error: (error: unknown): ExitReason => ({ kind: 'error', error }),
} as const satisfies Record<string, ExitReason | ((value: unknown) => ExitReason)>;

/** Whether a transient child that ends so is restarted, and the end reported as a crash. */
export function isAbnormal(reason: ExitReason): boolean {
  return reason.kind !== 'normal' && reason.kind !== 'shutdown';
}

const KINDS = new Set<unknown>(['normal', 'shutdown', 'killed', 'noproc', 'error'] satisfies ExitReason['kind'][]);

/** For values that come from untyped code. */
export function isExitReason(value: unknown): value is ExitReason {
  return typeof value === 'object' && value !== null && 'kind' in value && KINDS.has(value.kind);
}

/** One line for logs and error messages, without a stack. */
export function formatReason(reason: ExitReason): string {
  if (reason.kind === 'error') return formatDetail(reason.error);
  if (reason.kind === 'shutdown' && reason.detail !== undefined) return `shutdown (${formatDetail(reason.detail)})`;
  return reason.kind;
}

/** The same at the end of a sentence of ours: messages of errors often end with a full stop of their own. */
export function endWithReason(reason: ExitReason): string {
  const text = formatReason(reason);
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

/** The error at the bottom of a reason, for an error's `cause`; undefined when nothing was thrown. */
export function causeOf(reason: ExitReason): unknown {
  if (reason.kind === 'error') return reason.error;
  if (reason.kind !== 'shutdown' || !isFailedToStartChild(reason.detail)) return undefined;
  const { detail } = reason;
  return attempt(() => causeOf(detail.reason), undefined); // one that leads back to itself has no bottom
}

/** Whatever was thrown, looking at it must not throw again: that would stop a process from ending. */
function attempt<T>(look: () => T, otherwise: T): T {
  try {
    return look();
  } catch {
    return otherwise; // a getter that throws, a revoked proxy
  }
}

function isFailedToStartChild(detail: unknown): detail is FailedToStartChild {
  if (typeof detail !== 'object' || detail === null) return false;
  const looksSo = (): boolean =>
    'kind' in detail && detail.kind === 'failed_to_start_child' && 'reason' in detail && isExitReason(detail.reason);
  return attempt(looksSo, false);
}

function formatDetail(detail: unknown): string {
  const plain = attempt(() => Object.prototype.toString.call(detail), 'something that cannot be shown');
  return attempt(() => describe(detail), plain); // circular, a bigint: the text is for people, so the short form will do
}

function describe(detail: unknown): string {
  if (isFailedToStartChild(detail)) return `child ${detail.id} failed to start: ${formatReason(detail.reason)}`;
  if (detail instanceof Error) return `${detail.name}: ${detail.message}`;
  if (typeof detail === 'string') return detail;
  return JSON.stringify(detail) ?? String(detail);
}
