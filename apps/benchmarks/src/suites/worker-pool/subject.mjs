/** A function for a pool of closures. @typedef {() => Promise<unknown>} Closure */

/**
 * How a pool is made. What is not said here is as the library has it by default.
 * @typedef {object} ClosureSettings
 * @property {number} size how many tasks run at a time
 */

/**
 * @typedef {object} ThreadSettings
 * @property {number} size how many threads
 * @property {'nothing' | 'compute' | 'wait'} job the function of jobs.mjs
 */

/**
 * A pool, used the way its users do.
 * @template Job
 * @typedef {object} Pool
 * @property {(job: Job) => Promise<unknown>} run
 * @property {() => unknown} close
 */

/**
 * One library: what it can run.
 * @typedef {object} Subject
 * @property {(settings: ClosureSettings) => Awaitable<Pool<Closure>>} [closures]
 * @property {(settings: ThreadSettings) => Awaitable<Pool<number>>} [threads]
 */

/**
 * @template T
 * @typedef {T | Promise<T>} Awaitable
 */

/** @param {Subject} subject @param {ClosureSettings} settings */
export async function openClosures({ closures }, settings) {
  if (closures === undefined) throw new TypeError('Expected a pool that runs closures.');
  return closures(settings);
}

/** @param {Subject} subject @param {ThreadSettings} settings */
export async function openThreads({ threads }, settings) {
  if (threads === undefined) throw new TypeError('Expected a pool that has threads.');
  return threads(settings);
}
