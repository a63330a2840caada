import type { Milliseconds } from '@rookery/genserver';

/** Base of every error this package raises. `code` is stable and safe to switch on; `message` is for people. */
export abstract class WorkerPoolError extends Error {
  abstract readonly code: `ERR_WORKER_POOL_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** An option or argument has the wrong type or range. Nothing was changed. */
export class PoolOptionError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_INVALID_OPTION';

  constructor(
    /** Name of the option or argument, as the caller wrote it. */
    readonly option: string,
    readonly expected: string,
    /** What came instead. */
    readonly received: unknown,
  ) {
    super(`Expected \`${option}\` to be ${expected}, got \`${show(received)}\`.`);
  }
}

/** The pool takes no tasks (any more): it was stopped or drained, or its process has ended or is not there yet. */
export class PoolStoppedError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_STOPPED';

  constructor(
    readonly pool: string,
    /** Whether the task was running when the pool stopped; then part of its work may have been done. */
    readonly hasBegun: boolean,
  ) {
    super(
      hasBegun
        ? `The task was aborted: ${pool} has stopped. Give drain() more time if such tasks should end first.`
        : `The task was not begun: ${pool} has stopped. If it is supervised, ask again through a ref by name.`,
    );
  }
}

/** The engine of the pool could not go on, so the pool has failed, and with it every task it had. Why is the `cause`. */
export class PoolFailedError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_FAILED';

  constructor(
    readonly pool: string,
    /** Whether the task was running. */
    readonly hasBegun: boolean,
    cause: unknown,
  ) {
    super(`${pool} has failed: see the cause. Under a supervisor it is started anew.`, { cause });
  }
}

/** The queue is full, and its `overflow` is to reject; or there is nothing to drop. The task was not begun. */
export class QueueFullError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_QUEUE_FULL';

  constructor(
    readonly pool: string,
    readonly limit: number,
  ) {
    super(
      `${pool} is busy and ${limit} tasks wait already, which is its limit. Try again later, or raise queue.limit.`,
    );
  }
}

/** A waiting task was dropped, as there was too much to do. It was not begun. */
export class TaskDroppedError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_DROPPED';

  constructor(
    readonly pool: string,
    /** `drop_oldest`: the queue was full and it was the oldest. `shed`: it had waited too long in a pool that is overloaded. */
    readonly reason: 'drop_oldest' | 'shed',
    readonly waitedMs: Milliseconds,
  ) {
    super(
      `A task was dropped after ${round(waitedMs)} ms in the queue of ${pool}: ` +
        (reason === 'shed' ? 'the pool is overloaded.' : 'the queue is full, and it was the oldest.'),
    );
  }
}

/** It was not begun within `queueTimeoutMs`. */
export class QueueTimeoutError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_QUEUE_TIMEOUT';

  constructor(
    readonly pool: string,
    readonly timeoutMs: Milliseconds,
  ) {
    super(`${pool} did not begin the task within ${timeoutMs} ms (queueTimeoutMs). It is busy: see getStats().`);
  }
}

/** It ran longer than `runTimeoutMs`. Its signal has fired. */
export class RunTimeoutError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_RUN_TIMEOUT';

  constructor(
    readonly pool: string,
    readonly timeoutMs: Milliseconds,
  ) {
    super(`A task of ${pool} ran longer than ${timeoutMs} ms (runTimeoutMs).`);
  }
}

/** It was not done within `timeoutMs`, waiting included. If it was running, its signal has fired. */
export class TaskTimeoutError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_TIMEOUT';

  constructor(
    readonly pool: string,
    readonly timeoutMs: Milliseconds,
    /** Whether it was running; then part of its work may have been done. */
    readonly hasBegun: boolean,
  ) {
    super(
      `A task of ${pool} was not done within ${timeoutMs} ms (timeoutMs): ` +
        (hasBegun ? 'it was still running.' : 'it was still waiting for its turn.'),
    );
  }
}

/** The `signal` that was given with the task fired before it was done. Its reason is the `cause`. */
export class TaskAbortedError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_ABORTED';

  constructor(
    readonly pool: string,
    /** Whether it was running; then its own signal has fired. */
    readonly hasBegun: boolean,
    cause: unknown,
  ) {
    super(`A task of ${pool} was aborted by its caller.`, { cause });
  }
}

/** The process of a task in a supervised pool was ended from outside. How is the `cause`, a TaskExitedError of @rookery/genserver. */
export class TaskKilledError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_TASK_KILLED';

  constructor(
    readonly pool: string,
    cause: unknown,
  ) {
    super(`The process of a task of ${pool} was ended before the task was done.`, { cause });
  }
}

function round(ms: Milliseconds): number {
  return Math.round(ms * 10) / 10;
}

/** One line for a value in an error message. */
function show(value: unknown): string {
  if (typeof value === 'function') return `function ${value.name || '(anonymous)'}`;
  if (typeof value === 'object' && value !== null) return value.constructor?.name ?? 'object';
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
