// @ts-check
// A board as bits: seven for each column, six rows and one that stays empty, so that no line runs from one column into the next.
// JavaScript's bit operations know 32 bits, so columns 0 to 3 are in `lo` and columns 4 to 6 in `hi`.

const { imul } = Math;

export const COLUMNS = 7;
const ROWS = 6;
const LO_BITS = 28;
const LO = (1 << LO_BITS) - 1;
/** Distances of neighbours in a line: upright, level, and the two diagonals. */
const STEPS = [1, 7, 6, 8];

/** @typedef {{ readonly lo: number, readonly hi: number }} Bits */

/** The lowest and the highest cell of each column. @type {readonly Bits[]} */
export const BOTTOM = Array.from({ length: COLUMNS }, (_, column) => cell(column, 0));
/** @type {readonly Bits[]} */
export const TOP = Array.from({ length: COLUMNS }, (_, column) => cell(column, ROWS - 1));

/** All 69 lines of four, each as two masks: at 2n `lo`, at 2n + 1 `hi`. */
export const LINES = Int32Array.from(allLines().flatMap(({ lo, hi }) => [lo, hi]));

/** Whether there is a line of four among these discs. @param {number} lo @param {number} hi */
export function hasLine(lo, hi) {
  for (const step of STEPS) {
    const pairsLo = lo & shiftedLo(lo, hi, step);
    const pairsHi = hi & (hi >>> step);
    if ((pairsLo & shiftedLo(pairsLo, pairsHi, 2 * step)) !== 0 || (pairsHi & (pairsHi >>> (2 * step))) !== 0)
      return true;
  }
  return false;
}

/** How many bits are set. @param {number} bits */
export function count(bits) {
  const pairs = bits - ((bits >>> 1) & 0x55555555);
  const nibbles = (pairs & 0x33333333) + ((pairs >>> 2) & 0x33333333);
  return imul((nibbles + (nibbles >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}

/** The low half of all bits, moved down. @param {number} lo @param {number} hi @param {number} by */
function shiftedLo(lo, hi, by) {
  return (lo >>> by) | ((hi << (LO_BITS - by)) & LO);
}

/** @param {number} column @param {number} row @returns {Bits} */
function cell(column, row) {
  const bit = column * (ROWS + 1) + row;
  return bit < LO_BITS ? { lo: 1 << bit, hi: 0 } : { lo: 0, hi: 1 << (bit - LO_BITS) };
}

/** @returns {Bits[]} */
function allLines() {
  const starts = Array.from({ length: COLUMNS * ROWS }, (_, n) => [Math.floor(n / ROWS), n % ROWS]);
  const directions = [
    [0, 1],
    [1, 0],
    [1, 1],
    [1, -1],
  ];
  return starts.flatMap(([column = 0, row = 0]) =>
    directions.flatMap(([right = 0, up = 0]) => {
      const [lastColumn, lastRow] = [column + 3 * right, row + 3 * up];
      if (lastColumn >= COLUMNS || lastRow < 0 || lastRow >= ROWS) return [];
      const cells = [0, 1, 2, 3].map((n) => cell(column + n * right, row + n * up));
      return [cells.reduce((line, { lo, hi }) => ({ lo: line.lo | lo, hi: line.hi | hi }), { lo: 0, hi: 0 })];
    }),
  );
}
