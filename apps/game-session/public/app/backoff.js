// @ts-check

const FIRST_MS = 250;
const LONGEST_MS = 8_000;

/**
 * How long to wait before the next try to connect. Half of it is chance, so that after a restart of the server not all come at once.
 * @param {number} tries how many have failed
 * @param {number} random from 0 to 1
 */
export function backoffMs(tries, random) {
  const longest = Math.min(LONGEST_MS, FIRST_MS * 2 ** tries);
  return longest / 2 + (longest / 2) * random;
}
