/** What all of them keep. @typedef {{ readonly n: number }} Value */

/**
 * How a cache is made. What is not said here is as the library has it by default.
 * @typedef {object} Settings
 * @property {number} max how many entries will be put; the limit of those that have one
 * @property {number} ttlMs how long an entry lives
 * @property {number} [sweepMs] how often what has expired is taken out, where that can be said
 */

/**
 * @template T
 * @typedef {T | Promise<T>} Awaitable
 */

/**
 * A cache, used the way its users do. What it does not have is left out.
 * @typedef {object} Cache
 * @property {(key: string) => Awaitable<Value | null | undefined>} get
 * @property {(key: string, value: Value) => unknown} put
 * @property {(key: string, value: Value, ttlMs: number) => unknown} [putFor] with a life of its own
 * @property {(key: string, load: () => Promise<Value>) => Promise<Value>} [fetch] loads once for all who wait
 * @property {(key: string) => unknown} [delete]
 * @property {() => number} [held] entries in memory, expired or not
 * @property {() => unknown} [sweep] takes out what has expired, where the library does not do so by a timer of its own
 * @property {() => unknown} close
 */

/**
 * One library.
 * @typedef {object} Subject
 * @property {boolean} isAsync whether reading and putting give promises, each awaited before the next
 * @property {(settings: Settings) => Cache} open
 */

/** @param {number} found @param {number} expected */
export function checkFound(found, expected) {
  if (found !== expected) throw new Error(`Expected to find ${expected} entries, got ${found}.`);
}
