// @ts-check
import { BOTTOM, COLUMNS, count, hasLine, LINES, TOP } from './bits.js';
import { AT_LEAST, AT_MOST, EXACT, PositionsSeen } from './positions-seen.js';

// How the computer finds its move: alpha-beta search, one move deeper each time until the depth is reached or time is up. Values in,
// values out; the clock is asked through `isTimeUp`. JavaScript, as a thread loads it as it stands.

const { abs, max } = Math;
const CELLS = 42;
/** A win is worth this less the number of its move: a near one is better than a far one, a far loss better than a near one. */
const WIN = 10_000;
/** Any score beyond this is a win or a loss that nobody can prevent. */
const DECIDED = WIN - CELLS - 1;
const ALL = 2 * WIN;
/** In the middle there are more lines. */
const MIDDLE_FIRST = [3, 2, 4, 1, 5, 0, 6];
/** What a line is worth by how many of its discs are there, and none of the opponent's. */
const WORTH = [0, 1, 4, 16];

/** Thrown from the depth of the search: only depths that were finished count. */
const TIME_IS_UP = new Error('time is up');

/**
 * @typedef {object} SearchOptions
 * @property {number} depth how many moves to look ahead at most
 * @property {number} [chance] from 0 up to 1: chooses among moves that are as good. Default 0
 * @property {() => boolean} [isTimeUp] asked at each position
 * @property {(column: number, depth: number) => void} [onDepth] told of the best column each time a depth was finished
 */

/**
 * The best column after these moves, which must be those of a game that is not over.
 * @param {readonly number[]} moves
 * @param {SearchOptions} options
 * @returns {number}
 */
export function search(moves, { depth, chance = 0, isTimeUp = () => false, onDepth = () => {} }) {
  const root = positionAfter(moves);
  const most = Math.min(depth, CELLS - moves.length);
  const searcher = new Searcher(isTimeUp, most > 6 ? 19 : 12);
  let best = { column: root.legal[0] ?? 0, score: 0 };
  try {
    for (let reached = 1; reached <= most && abs(best.score) < DECIDED; reached++) {
      best = searcher.best(root, reached, best.column, chance);
      onDepth(best.column, reached);
    }
  } catch (error) {
    if (error !== TIME_IS_UP) throw error;
  }
  return best.column;
}

/** @typedef {{ lo: number, hi: number, allLo: number, allHi: number, made: number, legal: readonly number[] }} Position */

/** The discs of whoever is to move, and all. @param {readonly number[]} moves @returns {Position} */
function positionAfter(moves) {
  let [lo, hi, allLo, allHi] = [0, 0, 0, 0];
  for (const column of moves) {
    lo ^= allLo;
    hi ^= allHi;
    allLo = afterLo(column, allLo);
    allHi = afterHi(column, allHi);
  }
  return {
    lo,
    hi,
    allLo,
    allHi,
    made: moves.length,
    legal: MIDDLE_FIRST.filter((column) => hasRoom(column, allLo, allHi)),
  };
}

class Searcher {
  #isTimeUp;
  #seen;

  /** @param {() => boolean} isTimeUp @param {number} bits */
  constructor(isTimeUp, bits) {
    this.#isTimeUp = isTimeUp;
    this.#seen = new PositionsSeen(bits);
  }

  /** @param {Position} root @param {number} depth @param {number} first @param {number} chance */
  best({ lo, hi, allLo, allHi, made, legal }, depth, first, chance) {
    let score = -ALL;
    /** @type {number[]} */
    let columns = [];
    for (const column of [first, ...legal.filter((other) => other !== first)]) {
      // One below the best so far, so that moves that are as good are told from those that are worse.
      const value = this.#afterMove(column, lo, hi, allLo, allHi, made, depth, max(-ALL, score - 1), ALL);
      if (value > score) columns = [];
      if (value >= score) columns.push(column);
      score = max(score, value);
    }
    return { column: columns[Math.floor(chance * columns.length)] ?? first, score };
  }

  /**
   * What a move into this column is worth for who makes it. Numbers instead of objects: this runs millions of times.
   * @param {number} column @param {number} lo @param {number} hi @param {number} allLo @param {number} allHi
   * @param {number} made @param {number} depth @param {number} alpha @param {number} beta
   * @returns {number}
   */
  #afterMove(column, lo, hi, allLo, allHi, made, depth, alpha, beta) {
    const nextLo = afterLo(column, allLo);
    const nextHi = afterHi(column, allHi);
    if (hasLine(lo | (nextLo ^ allLo), hi | (nextHi ^ allHi))) return WIN - made - 1;
    return -this.#value(lo ^ allLo, hi ^ allHi, nextLo, nextHi, made + 1, depth - 1, -beta, -alpha);
  }

  /**
   * What a position is worth for who is to move: exactly, if that is between alpha and beta.
   * @param {number} lo @param {number} hi @param {number} allLo @param {number} allHi
   * @param {number} made @param {number} depth @param {number} alpha @param {number} beta
   * @returns {number}
   */
  #value(lo, hi, allLo, allHi, made, depth, alpha, beta) {
    if (this.#isTimeUp()) throw TIME_IS_UP;
    if (made === CELLS) return 0;
    if (canWin(lo, hi, allLo, allHi)) return WIN - made - 1;
    if (depth === 0) return worth(lo, hi, lo ^ allLo, hi ^ allHi);
    const seen = this.#seen;
    const place = seen.find(lo + allLo, hi + allHi);
    if (place !== -1 && isEnough(seen, place, depth, alpha, beta)) return seen.score(place);
    const first = place === -1 ? -1 : seen.best(place);
    let best = -ALL;
    let bestColumn = first;
    let floor = alpha;
    for (let turn = -1; turn < COLUMNS && floor < beta; turn++) {
      const column = turn === -1 ? first : (MIDDLE_FIRST[turn] ?? 0);
      if (column === -1 || (turn !== -1 && column === first) || !hasRoom(column, allLo, allHi)) continue;
      const value = this.#afterMove(column, lo, hi, allLo, allHi, made, depth, floor, beta);
      if (value > best) bestColumn = column;
      best = max(best, value);
      floor = max(floor, best);
    }
    seen.put(lo + allLo, hi + allHi, depth, best >= beta ? AT_LEAST : best > alpha ? EXACT : AT_MOST, best, bestColumn);
    return best;
  }
}

/**
 * Whether what is remembered of a position answers the question. A win that nobody can prevent stays one however far one looks.
 * @param {PositionsSeen} seen @param {number} place @param {number} depth @param {number} alpha @param {number} beta
 */
function isEnough(seen, place, depth, alpha, beta) {
  const score = seen.score(place);
  if (seen.depth(place) < depth && abs(score) < DECIDED) return false;
  const kind = seen.kind(place);
  return kind === EXACT || (kind === AT_LEAST && score >= beta) || (kind === AT_MOST && score <= alpha);
}

/** Whether the next disc can make a line. @param {number} lo @param {number} hi @param {number} allLo @param {number} allHi */
function canWin(lo, hi, allLo, allHi) {
  for (let column = 0; column < COLUMNS; column++) {
    if (!hasRoom(column, allLo, allHi)) continue;
    if (hasLine(lo | (afterLo(column, allLo) ^ allLo), hi | (afterHi(column, allHi) ^ allHi))) return true;
  }
  return false;
}

/** @param {number} column @param {number} allLo @param {number} allHi */
function hasRoom(column, allLo, allHi) {
  const top = TOP[column];
  return top !== undefined && (top.lo & allLo) === 0 && (top.hi & allHi) === 0;
}

/** All discs after one into this column: adding its lowest bit carries up to the first empty cell. @param {number} column @param {number} allLo */
function afterLo(column, allLo) {
  return allLo | (allLo + (BOTTOM[column]?.lo ?? 0));
}

/** @param {number} column @param {number} allHi */
function afterHi(column, allHi) {
  return allHi | (allHi + (BOTTOM[column]?.hi ?? 0));
}

/**
 * A guess, where the search ends: lines that may still become one's own, less those of the opponent.
 * @param {number} lo @param {number} hi @param {number} otherLo @param {number} otherHi
 */
function worth(lo, hi, otherLo, otherHi) {
  let sum = 0;
  for (let line = 0; line < LINES.length; line += 2) {
    const lineLo = LINES[line] ?? 0;
    const lineHi = LINES[line + 1] ?? 0;
    const mine = count(lineLo & lo) + count(lineHi & hi);
    const theirs = count(lineLo & otherLo) + count(lineHi & otherHi);
    if (theirs === 0) sum += WORTH[mine] ?? 0;
    else if (mine === 0) sum -= WORTH[theirs] ?? 0;
  }
  return sum;
}
