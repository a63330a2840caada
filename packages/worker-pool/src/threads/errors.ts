import type { Milliseconds } from '@rookery/genserver';
import type { CancelCause } from '../engine.js';
import { WorkerPoolError } from '../errors.js';

/** How a thread came to its end without being asked. */
export type CrashReason =
  /** Code in it called `process.exit`. */
  | 'exit'
  /** An exception that nobody caught, or a rejection that nobody handled, outside the function of a task. */
  | 'uncaught'
  /** It reached one of its `resourceLimits`. */
  | 'out_of_memory';

/** The thread of a task has ended before the task was done. It is replaced; the task is not run again. */
export class WorkerCrashedError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_WORKER_CRASHED';

  constructor(
    readonly pool: string,
    readonly reason: CrashReason,
    /** As given to `process.exit`; 1 after any other end. */
    readonly exitCode: number,
    readonly threadId: number,
    cause: unknown,
  ) {
    super(`Thread ${threadId} of ${pool} ${SAID[reason](exitCode)}`, cause === undefined ? {} : { cause });
  }
}

const SAID: Record<CrashReason, (exitCode: number) => string> = {
  exit: (exitCode) => `was ended by process.exit(${exitCode}) in its code.`,
  uncaught: () => 'died of an error that its code did not catch: see the cause. It may be of an earlier task.',
  out_of_memory: () => 'ran out of memory: see the cause. Raise resourceLimits, or give it less to do at a time.',
};

/** A thread was ended on purpose while it ran a task, whose caller had its answer before. Seen in `late_result` events. */
export class WorkerTerminatedError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_WORKER_TERMINATED';

  constructor(
    readonly pool: string,
    /** Its time was up, its caller aborted it, or the pool stopped. */
    readonly why: CancelCause,
  ) {
    super(`A task of ${pool} was ended with its thread (${why}).`);
  }
}

/** The threads of a pool crash again and again, and no task comes to its end in between: the pool has given up. The last crash is the cause. */
export class CrashLoopError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_CRASH_LOOP';

  constructor(
    readonly pool: string,
    readonly crashes: number,
    readonly withinMs: Milliseconds,
    cause: unknown,
  ) {
    super(
      `${crashes} threads of ${pool} crashed within ${withinMs} ms and no task was done in between (crashLoop): see the cause.`,
      { cause },
    );
  }
}

/** A thread cannot do its work with this module: it cannot be imported, or has no such function. */
export class ThreadModuleError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_MODULE';

  constructor(
    /** Its URL. */
    readonly module: string,
    /** The missing export, or undefined if the module cannot be imported: then the `cause` says why. */
    readonly missing: string | undefined,
    /** The functions it exports. */
    readonly functions: readonly string[],
    cause?: unknown,
  ) {
    super(
      missing === undefined ? cannotImport(module, cause) : hasNone(module, missing, functions),
      cause === undefined ? {} : { cause },
    );
  }
}

function cannotImport(module: string, cause: unknown): string {
  const { code, message } = (cause ?? {}) as { readonly code?: unknown; readonly message?: unknown };
  const advice =
    code === 'ERR_UNKNOWN_FILE_EXTENSION'
      ? ' Give the built file, or let execArgv load what Node needs for such files.'
      : '';
  return `A thread cannot import ${module}: ${String(message ?? cause)}.${advice}`;
}

function hasNone(module: string, missing: string, functions: readonly string[]): string {
  const has = functions.length === 0 ? 'It exports no function.' : `It exports the functions ${functions.join(', ')}.`;
  return `${module} exports no function \`${missing}\`. ${has}`;
}

/** A thread did not get ready: its `setup` has thrown (see the cause), or it took longer than `startTimeoutMs`. */
export class ThreadStartError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_THREAD_START';

  constructor(
    readonly pool: string,
    readonly module: string,
    /** Undefined unless that was why. */
    readonly timeoutMs: Milliseconds | undefined,
    cause?: unknown,
  ) {
    super(
      timeoutMs === undefined
        ? `A thread of ${pool} could not be set up by ${module}: see the cause.`
        : `A thread of ${pool} was not ready within ${timeoutMs} ms (startTimeoutMs): ${module} or its setup takes longer.`,
      cause === undefined ? {} : { cause },
    );
  }
}

/** What cannot be sent: the input of a task, what it gave, or what it threw; or `workerData`. The thread goes on. */
export class NotCloneableError extends WorkerPoolError {
  readonly code = 'ERR_WORKER_POOL_NOT_CLONEABLE';

  constructor(
    /** Which of them. */
    readonly subject: 'input' | 'result' | 'thrown' | 'workerData',
    /** The part that is refused and what it is, as "`input.user.callback` is a function". */
    readonly why: string,
    cause?: unknown,
  ) {
    super(
      `${why}: it cannot be sent between threads. Data can: plain objects, arrays, Maps, Sets, Dates, buffers and the like.`,
      cause === undefined ? {} : { cause },
    );
  }
}
