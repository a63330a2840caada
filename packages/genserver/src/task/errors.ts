import { GenServerError } from '../errors.js';
import { causeOf, endWithReason, type ExitReason } from '../process/exit-reason.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { TaskUse } from './task-result.js';

/** An awaited task ended without a value: it failed, was ended, or left by `exit` (TASK-005). An error it died of is the `cause`. */
export class TaskExitedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_TASK_EXITED';

  constructor(
    readonly task: string,
    /** How it ended; `normal`, too, when it ended before its function returned (TASK-033). */
    readonly reason: ExitReason,
  ) {
    const cause = causeOf(reason);
    super(
      `${task} ended without a value: ${endWithReason(reason)} Use yield() where that is to be expected.`,
      cause === undefined ? undefined : { cause },
    );
  }
}

/** A task took longer than whoever waited for it was willing to wait (TASK-007, TASK-012, TASK-042). */
export class TaskTimeoutError extends GenServerError {
  readonly code = 'ERR_GENSERVER_TASK_TIMEOUT';

  constructor(
    readonly task: string,
    /** How long was waited; shorter than asked for when the deadline of an outer call came first. */
    readonly timeoutMs: Milliseconds,
  ) {
    super(
      `${task} was not done within ${timeoutMs} ms. Pass a larger timeoutMs, or use yield() and shutdown() to go on.`,
    );
  }
}

/** Whoever waited for a task stopped waiting: an AbortSignal fired, or the process that consumed a stream ended. */
export class TaskAbortedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_TASK_ABORTED';

  constructor(
    readonly task: string,
    cause: unknown,
  ) {
    super(`Waiting for ${task} was aborted by who waited.`, { cause });
  }
}

const USES: Record<TaskUse, string> = {
  awaited: 'it has been awaited',
  given_up: 'it was awaited in vain',
  shut_down: 'it has been shut down',
  ignored: 'it was ignored',
  taken: 'its result has been taken',
  message: 'its result comes as a message',
};

/** A task gives its result once: it was awaited, shut down or ignored before, or its result comes as a message (TASK-008). */
export class TaskUsedError extends GenServerError {
  readonly code = 'ERR_GENSERVER_TASK_USED';

  constructor(
    readonly task: string,
    /** What was asked for now. */
    readonly request: string,
    /** What was made of it before. */
    readonly use: TaskUse,
  ) {
    super(`Cannot ${request} ${task}: ${USES[use]}, and a task gives its result once. Keep the value, not the task.`);
  }
}

/** Only the process that a task belongs to may wait for it or end the waiting (TASK-009). */
export class TaskOwnerError extends GenServerError {
  readonly code = 'ERR_GENSERVER_TASK_OWNER';

  constructor(
    readonly task: string,
    readonly request: string,
    /** Whom it belongs to. */
    readonly owner: string,
    /** Who asked. */
    readonly caller: string,
  ) {
    super(`${caller} cannot ${request} ${task}, which belongs to ${owner}. Let its owner do it and send the value on.`);
  }
}
