import { inGroups, withGames } from './crowd.mjs';
import { play, quantile, race } from './load.mjs';
/** @import { Case, Suite } from '../../suite.mjs' */

/** How much is broken meanwhile. @typedef {object} Subject @property {number} crashedShare of all sessions, each second */

const GAMES = 5_000;
const MOVES_PER_SECOND = 2_000;
const WARM_UP_MS = 5_000;
const RUN_MS = 15_000;
/** Opening all games takes a while. */
const LIMIT_MS = 240_000;

const notes = [
  '5,000 games, each with two players on a WebSocket of their own, who watch it; the app is one process, the players are another process. The store is PGlite in a folder.',
  'A move is timed from the moment it was due, at a steady rate, until its acknowledgement, which comes when it is on disk. Afterwards every game must have every acknowledged move.',
  'rookery, crashing: 1 % of all sessions crash each second. The moves of a game within a second of its own crash are not counted, only those of the others.',
];

/** @type {readonly Case<Subject>[]} */
const cases = [
  {
    name: 'move-p99-ms',
    unit: 'ms',
    better: 'less',
    subjects: ['rookery', 'rookery-crashing'],
    notes,
    limitMs: LIMIT_MS,
    measure: ({ crashedShare }, plan) => {
      const games = plan.scaled(GAMES);
      const load = { movesPerSecond: plan.scaled(MOVES_PER_SECOND), crashesPerSecond: crashedShare * games };
      return withGames(games, async (matches) => {
        await play(matches, { ...load, durationMs: WARM_UP_MS / plan.divisor });
        const times = await play(matches, { ...load, durationMs: RUN_MS / plan.divisor });
        await checkAll(matches);
        return quantile(times, 0.99);
      });
    },
  },
  {
    name: 'moves',
    unit: 'moves/s',
    better: 'more',
    subjects: ['rookery', 'rookery-crashing'],
    notes: ['Each game makes its next move as soon as the last one is acknowledged.'],
    limitMs: LIMIT_MS,
    measure: ({ crashedShare }, plan) => {
      const games = plan.scaled(GAMES);
      return withGames(games, async (matches) => {
        const moves = await race(matches, RUN_MS / plan.divisor, crashedShare * games);
        await checkAll(matches);
        return moves;
      });
    },
  },
  {
    name: 'game-bytes',
    unit: 'bytes/game',
    better: 'smaller',
    subjects: ['rookery'],
    notes: ['Of the app, for each game with its two sockets and the sessions of its users: heap and external memory.'],
    limitMs: LIMIT_MS,
    measure: (_, plan) => {
      const games = plan.scaled(GAMES);
      return withGames(games, async (_matches, server, before) => ((await server.bytesUsed()) - before) / games);
    },
  },
];

/** @param {readonly import('./match.mjs').Match[]} matches */
async function checkAll(matches) {
  await inGroups(matches.length, (index) => matches[index].check());
}

/** @type {Suite<Subject>} */
export const gameSession = {
  name: 'game-session',
  isOnRequest: true,
  cases,
  load: {
    rookery: async () => ({ crashedShare: 0 }),
    'rookery-crashing': async () => ({ crashedShare: 0.01 }),
  },
  growths: [],
};
