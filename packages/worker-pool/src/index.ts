export { WorkerPool } from './worker-pool.js';
export { WorkerPoolRef } from './worker-pool-ref.js';
export { closures, type ClosuresOptions } from './closures.js';
export type { WorkerPoolChildOptions } from './child-spec.js';
export { threads } from './threads/threads.js';
export type { ThreadsOptions } from './threads/options.js';
export type { CrashBackoff, CrashLoop } from './threads/crashes.js';
export type { SetupContext, ThreadContext } from './threads/module-types.js';
export {
  CrashLoopError,
  type CrashReason,
  NotCloneableError,
  ThreadModuleError,
  ThreadStartError,
  WorkerCrashedError,
  WorkerTerminatedError,
} from './threads/errors.js';
export type { Engine } from './engine.js';
export type { AbortedTask, DrainOptions, DrainReport } from './drain.js';
export type { Durations, PoolStats } from './stats.js';
export type { PoolEvent, PoolListener } from './events.js';
export type { Closure, Closures, Face, Items, MapClosure, TaskContext, Threads, ThreadsOf } from './face.js';
export type {
  MapOptions,
  Overflow,
  QueueLimit,
  Shedding,
  TaskOptions,
  ThreadTaskOptions,
  TimeLimits,
  WorkerPoolOptions,
} from './options.js';
export {
  PoolFailedError,
  PoolOptionError,
  PoolStoppedError,
  QueueFullError,
  QueueTimeoutError,
  RunTimeoutError,
  TaskAbortedError,
  TaskDroppedError,
  TaskKilledError,
  TaskTimeoutError,
  WorkerPoolError,
} from './errors.js';
