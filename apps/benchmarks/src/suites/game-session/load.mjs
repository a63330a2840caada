import { generator } from './script.mjs';
/** @import { Match } from './match.mjs' */

/** A game counts as disturbed for so long after its session was crashed. */
const DISTURBED_MS = 1_000;
const SETTLE_MS = 30_000;

/**
 * How much is done.
 * @typedef {object} Load
 * @property {number} movesPerSecond
 * @property {number} durationMs
 * @property {number} crashesPerSecond
 */

/**
 * Makes moves at a steady rate, whether those before were answered or not, each in another game. Gives how long each took, from the moment
 * it was due; without those of games that were crashed on purpose just before.
 * @param {readonly Match[]} matches
 * @param {Load} load
 * @returns {Promise<number[]>}
 */
export async function play(matches, { movesPerSecond, durationMs, crashesPerSecond }) {
  /** @type {number[]} */
  const times = [];
  const random = generator(7);
  const start = performance.now();
  let made = 0;
  let answered = 0;
  let crashed = 0;
  await ticks(start + durationMs, (now) => {
    const elapsed = (now - start) / 1e3;
    for (; made < elapsed * movesPerSecond; made++) {
      const match = matches[made % matches.length];
      match.move(start + (made / movesPerSecond) * 1e3, (dueAt) => {
        answered++;
        const end = performance.now();
        if (match.crashedAt < dueAt - DISTURBED_MS || match.crashedAt > end) times.push(end - dueAt);
      });
    }
    for (; crashed < elapsed * crashesPerSecond; crashed++) {
      void matches[Math.floor(random() * matches.length)].crash();
    }
  });
  await ticks(performance.now() + SETTLE_MS, () => answered === made);
  if (answered < made) throw new Error(`${made - answered} of ${made} moves were not answered.`);
  return times;
}

/**
 * Each game makes its next move as soon as the last one is acknowledged. Gives the moves of a second.
 * @param {readonly Match[]} matches
 * @param {number} durationMs
 * @param {number} crashesPerSecond
 */
export async function race(matches, durationMs, crashesPerSecond) {
  const random = generator(7);
  const start = performance.now();
  let answered = 0;
  let underWay = 0;
  let crashed = 0;
  const next = (/** @type {Match} */ match) => {
    if (match.isOver || performance.now() - start > durationMs) return;
    underWay++;
    match.move(0, () => {
      answered++;
      underWay--;
      next(match);
    });
  };
  for (const match of matches) next(match);
  await ticks(start + durationMs, (now) => {
    for (; crashed < ((now - start) / 1e3) * crashesPerSecond; crashed++) {
      void matches[Math.floor(random() * matches.length)].crash();
    }
    return underWay === 0; // all games are played to the end
  });
  const perSecond = (answered / (performance.now() - start)) * 1e3;
  await ticks(performance.now() + SETTLE_MS, () => underWay === 0);
  if (underWay > 0) throw new Error(`${underWay} moves were not answered.`);
  return perSecond;
}

/** Calls `work` in each turn until the time is over, or it says that it is done. @param {number} end @param {(now: number) => boolean | void} work */
async function ticks(end, work) {
  for (let now = performance.now(); now < end; now = performance.now()) {
    if (work(now) === true) return;
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
}

/** @param {number[]} times @param {number} share */
export function quantile(times, share) {
  times.sort((a, b) => a - b);
  return times[Math.floor((times.length - 1) * share)] ?? NaN;
}
