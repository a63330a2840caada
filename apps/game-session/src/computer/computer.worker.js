// @ts-check
import { search } from './search.js';

// What a thread runs. JavaScript, as a thread loads the file as it stands: from src in tests, from dist in the app.

/**
 * What a thought and who waits for it share: 32-bit integers in memory that both see, so that there is an answer even when the thread is
 * ended in the middle.
 */
export const SHARED = { column: 0, depth: 1, order: 2 };
/** What the thread may be told while it thinks. `crash` and `hang` are for demonstration: an end from inside, and a loop that never ends. */
export const ORDERS = { think: 0, stop: 1, crash: 2, hang: 3 };

/** Positions between two looks at the clock and the orders. */
const LOOK_EVERY = 4_096;

/**
 * @typedef {object} Thought
 * @property {readonly number[]} moves of the game so far
 * @property {number} depth how many moves to look ahead at most
 * @property {number} thinkMs after which it is content with what it has; the pool ends it if it does not keep to that
 * @property {number} chance from 0 up to 1: chooses among moves that are as good
 * @property {Int32Array} shared see SHARED
 */

/**
 * The best column that was found.
 * @param {Thought} thought
 * @returns {number}
 */
export function think({ moves, depth, thinkMs, chance, shared }) {
  const until = performance.now() + thinkMs;
  let positions = 0;
  const isTimeUp = () => {
    if (++positions % LOOK_EVERY !== 0) return false;
    return isTold(shared) || performance.now() >= until;
  };
  if (isTold(shared)) return -1;
  return search(moves, {
    depth,
    chance,
    isTimeUp,
    onDepth: (column, reached) => {
      Atomics.store(shared, SHARED.column, column);
      Atomics.store(shared, SHARED.depth, reached);
    },
  });
}

/** @param {Int32Array} shared */
function isTold(shared) {
  const order = Atomics.load(shared, SHARED.order);
  if (order === ORDERS.crash) process.exit(1); // ends this thread only, and a moment later: so it must not go on
  while (order === ORDERS.crash || order === ORDERS.hang);
  return order === ORDERS.stop;
}
