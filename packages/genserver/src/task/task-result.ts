import { type ExitReason, ExitReason as Reasons } from '../process/exit-reason.js';
import type { Shutdown } from '../gen-server/child-defaults.js';
import type { MonitorRef } from '../process/monitors.js';

/** How a task ended: with a value, or without one. */
export type TaskResult<T> =
  { readonly kind: 'ok'; readonly value: T } | { readonly kind: 'exit'; readonly reason: ExitReason };

/**
 * The value of a task started with `asMessage`, in its owner's `handleInfo`: Elixir's `{ref, result}`. A `Down` with the same
 * `ref` follows; when the task fails, only that comes (TASK-002, TASK-003).
 */
export class TaskReply<T = unknown> {
  constructor(
    /** The task's `ref`. */
    readonly ref: MonitorRef,
    /** What the function returned. */
    readonly value: T,
  ) {}
}

/** What was made of the one result of a task; `given_up`: whoever awaited it has stopped waiting. */
export type TaskUse = 'awaited' | 'given_up' | 'shut_down' | 'ignored' | 'taken' | 'message';

/** A task that has none left to give: it was used up before (TASK-022). */
export const USED_UP: TaskResult<never> = { kind: 'exit', reason: Reasons.noproc };

/** What `shutdown` tells of an end: a value always; an end by its own doing; nothing where it did as it was told (TASK-019, TASK-020). */
export function afterShutdown<T>(result: TaskResult<T>, limit: Shutdown): TaskResult<T> | undefined {
  if (result.kind === 'ok') return result;
  const { reason } = result;
  const isAsTold =
    limit === 'brutal_kill' ? reason.kind === 'killed' : reason.kind === 'shutdown' && reason.detail === undefined;
  return isAsTold ? undefined : result;
}
