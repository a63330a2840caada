import { formatReason } from '../process/exit-reason.js';
import type { RestartRecord } from '../process/restart-record.js';
import type { Milliseconds } from '../runtime/clock.js';

/** Earlier failures than these are only counted. */
const MOST_NAMED = 3;

/** Earlier failures of the same child, the newest first: `failed before: 0.4 s ago (Error: boom), 12 s ago (killed)`. */
export function formatHistory(history: readonly RestartRecord[], now: Milliseconds): string | undefined {
  if (history.length === 0) return undefined;
  const named = history.slice(-MOST_NAMED).toReversed();
  const parts = named.map(({ atMs, reason }) => `${formatSpan(now - atMs)} ago (${formatReason(reason)})`);
  const others = history.length - named.length;
  return `failed before: ${[...parts, ...(others > 0 ? [`and ${others} more`] : [])].join(', ')}`;
}

/** `350 ms`, `1.2 s`, `3 min`. */
export function formatSpan(ms: Milliseconds): string {
  if (ms < 1_000) return `${Math.max(0, Math.round(ms))} ms`;
  if (ms < 10_000) return `${(ms / 1_000).toFixed(1)} s`;
  return ms < 120_000 ? `${Math.round(ms / 1_000)} s` : `${Math.round(ms / 60_000)} min`;
}
