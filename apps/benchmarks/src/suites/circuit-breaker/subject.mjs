/** What goes through a breaker. @typedef {() => Promise<number>} Work */

/**
 * One library, used the way its users do. What is not said here is as it has it by default.
 * @template [Breaker=any]
 * @typedef {object} Subject
 * @property {() => Breaker} open a breaker, closed, which opens for ten minutes
 * @property {(breaker: Breaker, work: Work) => Promise<number>} execute
 * @property {(breaker: Breaker) => void} close it leaves no timer behind
 */

/** Longer than any measurement. */
export const OPEN_MS = 600_000;

/** Longer than any call. */
export const CALL_TIMEOUT_MS = 10_000;

/** @param {number} made @param {number} expected */
export function checkMade(made, expected) {
  if (made !== expected) throw new Error(`Expected ${expected} calls to come to their end, got ${made}.`);
}
