import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from '@jest/globals';
import { TtlCache } from '../src/index.js';
import { found, notFound } from './support/caches.js';

const TTL_MS = 20;

/** Puts an entry and reads it while it is live, however slow the machine is. Returns when it expires. */
function putAndRead(cache: TtlCache<string, number>): number {
  do cache.put('a', 1, TTL_MS);
  while (cache.get('a').kind === 'not_found');
  return performance.now() + TTL_MS;
}

/** Keeps the thread busy. */
function blockUntil(time: number): void {
  while (performance.now() <= time);
}

test.each([
  ['with timePerTurn it is given until that turn ends', true, found(1)],
  ['without it is not given', false, notFound],
])('what expires while a turn blocks the event loop: %s, and never after it', async (_, timePerTurn, expected) => {
  const cache = new TtlCache<string, number>({ timePerTurn });
  await new Promise((resolve) => setImmediate(resolve)); // the turn begins here
  blockUntil(putAndRead(cache));
  expect(cache.get('a')).toEqual(expected);
  await new Promise((resolve) => setImmediate(resolve));
  expect(cache.get('a')).toEqual(notFound);
  cache.close();
});

test('a turn that begins when something from outside arrives, after a long wait, has a time of its own', async () => {
  const cache = new TtlCache<string, number>({ timePerTurn: true });
  const child = spawn(process.execPath, ['-e', `setTimeout(() => {}, ${2 * TTL_MS})`], { stdio: 'ignore' });
  const ended = once(child, 'exit');
  await new Promise((resolve) => setImmediate(resolve));
  const expiresAt = putAndRead(cache);
  await ended;
  blockUntil(expiresAt); // over already, as the child lived longer
  expect(cache.get('a')).toEqual(notFound);
  cache.close();
});
