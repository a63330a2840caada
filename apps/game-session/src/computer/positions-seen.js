// @ts-check
// Different moves often lead to the same position: what was found out about it is remembered here (a transposition table).

const { imul } = Math;

/** What a remembered score is: the exact one, or all that is known is that it is at least, or at most, so much. */
export const EXACT = 1;
export const AT_LEAST = 2;
export const AT_MOST = 3;

/** Of fixed size, and each place holds what came last: it may forget, but never tells what is wrong. */
export class PositionsSeen {
  #lo;
  #hi;
  #scores;
  #depths;
  #kinds;
  #best;
  #mask;

  /** @param {number} bits the size, as a power of two */
  constructor(bits) {
    const size = 2 ** bits;
    this.#mask = size - 1;
    this.#lo = new Int32Array(size);
    this.#hi = new Int32Array(size);
    this.#scores = new Int32Array(size);
    this.#depths = new Uint8Array(size);
    this.#kinds = new Uint8Array(size);
    this.#best = new Uint8Array(size);
  }

  /** Where this position would be, or -1 if it is not there. @param {number} lo @param {number} hi */
  find(lo, hi) {
    const place = this.#place(lo, hi);
    return this.#kinds[place] !== 0 && this.#lo[place] === lo && this.#hi[place] === hi ? place : -1;
  }

  /** @param {number} place */
  score(place) {
    return this.#scores[place] ?? 0;
  }

  /** How many moves ahead the score has seen. @param {number} place */
  depth(place) {
    return this.#depths[place] ?? 0;
  }

  /** @param {number} place */
  kind(place) {
    return this.#kinds[place] ?? 0;
  }

  /** The best move that was found, which is tried first the next time. @param {number} place */
  best(place) {
    return this.#best[place] ?? 0;
  }

  /** @param {number} lo @param {number} hi @param {number} depth @param {number} kind @param {number} score @param {number} best */
  put(lo, hi, depth, kind, score, best) {
    const place = this.#place(lo, hi);
    this.#lo[place] = lo;
    this.#hi[place] = hi;
    this.#depths[place] = depth;
    this.#kinds[place] = kind;
    this.#scores[place] = score;
    this.#best[place] = best;
  }

  /** @param {number} lo @param {number} hi */
  #place(lo, hi) {
    const mixed = imul(lo, 0x9e3779b1) ^ imul(hi, 0x85ebca6b);
    return (mixed ^ (mixed >>> 15)) & this.#mask;
  }
}
