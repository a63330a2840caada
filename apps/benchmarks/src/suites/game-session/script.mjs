import { join } from 'node:path';
import { app } from './server.mjs';

/** A game of at least so many moves is long enough for all that is measured. */
const ENOUGH = 38;

/**
 * The moves of a game that nobody wins for long. Found by playing at random, always the same way, by the sample's own rules.
 * @returns {Promise<readonly number[]>}
 */
export async function longGame() {
  const { EMPTY_BOARD, drop, isOver, COLUMNS } = await rules();
  const random = generator(1);
  for (;;) {
    let board = EMPTY_BOARD;
    while (!isOver(board)) {
      const result = drop(board, Math.floor(random() * COLUMNS));
      if (result.kind === 'legal') board = result.board;
    }
    if (board.moves.length > ENOUGH) return board.moves.slice(0, ENOUGH);
  }
}

/**
 * @typedef {{ readonly moves: readonly number[] }} Board
 * @typedef {object} Rules
 * @property {Board} EMPTY_BOARD
 * @property {(board: Board, column: number) => { readonly kind: 'legal', readonly board: Board } | { readonly kind: 'illegal' }} drop
 * @property {(board: Board) => boolean} isOver
 * @property {number} COLUMNS
 */

/** Of the built app, which is there when it is measured, and not when types are checked. @returns {Promise<Rules>} */
const rules = () => import(join(app, 'dist', 'rules', 'connect-four.js'));

/** A linear congruential generator: the same numbers in every run. @param {number} seed */
export function generator(seed) {
  let state = seed;
  return () => (state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0) / 2 ** 32;
}
