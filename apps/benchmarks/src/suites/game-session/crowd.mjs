import { Match } from './match.mjs';
import { Player } from './player.mjs';
import { longGame } from './script.mjs';
import { startServer } from './server.mjs';
/** @import { Server } from './server.mjs' */

/** So many join, or open games, at a time. */
const TOGETHER = 50;

/** Nobody is slowed down on purpose, no game ends by itself, and games may be crashed. */
const ENV = { CHAOS: 'on', RATE_LIMIT_PER_MINUTE: '1000000', TURN_MS: '3600000', LOG_FORMAT: 'text' };

/**
 * The sample with so many games, two players with a socket each.
 * @template T
 * @param {number} games
 * @param {(matches: readonly Match[], server: Server, bytesBefore: number) => Promise<T>} work
 */
export async function withGames(games, work) {
  const server = await startServer({ ...ENV, MAX_GAMES: String(2 * games + 1) });
  /** @type {Player[]} */
  const players = [];
  try {
    const script = await longGame();
    await openOne(server.url, 'warm', players, script); // code and hidden classes come into being, and are not counted
    const bytesBefore = await server.bytesUsed();
    const matches = await inGroups(games, (index) => openOne(server.url, index, players, script));
    return await work(matches, server, bytesBefore);
  } finally {
    for (const player of players) player.leave();
    await server.close();
  }
}

/** @param {string} url @param {number | string} index @param {Player[]} players @param {readonly number[]} script */
async function openOne(url, index, players, script) {
  const pair = await Promise.all([Player.join(url, `x ${index}`), Player.join(url, `o ${index}`)]);
  players.push(...pair);
  return Match.open(pair, script);
}

/**
 * @template T
 * @param {number} count
 * @param {(index: number) => Promise<T>} make
 */
export async function inGroups(count, make) {
  /** @type {T[]} */
  const made = [];
  while (made.length < count) {
    const size = Math.min(TOGETHER, count - made.length);
    made.push(...(await Promise.all(Array.from({ length: size }, (_, offset) => make(made.length + offset)))));
  }
  return made;
}
