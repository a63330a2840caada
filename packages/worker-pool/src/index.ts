export { WorkerPool } from './worker-pool.js';
export { WorkerPoolRef } from './worker-pool-ref.js';
export { closures, type ClosuresOptions } from './closures.js';
export type { WorkerPoolChildOptions } from './child-spec.js';
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
