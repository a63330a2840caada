// What the threads of all pools run: a function of a number that gives a number, so that copying it is the least it can be.

/** @param {number} input */
export const nothing = (input) => input;

/** So many turns of the loop take about a millisecond on one core of the machine of the README. */
const TURNS = 700_000;

/** The same work each time, however long the machine takes for it. @param {number} input */
export function compute(input) {
  let hash = input | 1;
  for (let i = 0; i < TURNS; i++) {
    hash ^= hash << 13;
    hash ^= hash >>> 17;
    hash ^= hash << 5;
  }
  return hash;
}

/** A task that waits, as for a database. @param {number} ms @returns {Promise<number>} */
export const wait = (ms) => new Promise((resolve) => setTimeout(resolve, ms, ms));
