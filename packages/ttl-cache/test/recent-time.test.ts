import { expect, test } from '@jest/globals';
import { ManualClock } from '@rookery/genserver/testing';
import { systemClock } from '@rookery/genserver';
import { TtlCache } from '../src/index.js';
import { RecentTime } from '../src/recent-time.js';

/** Keeps the thread busy, so that no timer can fire. */
function block(ms: number): void {
  const until = performance.now() + ms;
  while (performance.now() < until);
}

test('a clock that is not the machine’s is read each time', () => {
  let now = 0;
  const clock = new ManualClock();
  clock.now = () => now;
  const time = new RecentTime(clock);
  for (; now < 100; now++) expect(time.now()).toBe(now);
  expect(clock.pendingTimers).toBe(0);
});

test('in a burst the time may lag, is never ahead, and is right again after a turn of the event loop', async () => {
  const time = new RecentTime(systemClock);
  let lagged = 0;
  for (let i = 0; i < 10_000; i++) {
    const given = time.now();
    const real = performance.now();
    expect(given).toBeLessThanOrEqual(real);
    if (real - given > 0.2) lagged++;
  }
  expect(lagged).toBeLessThan(9000); // it is read again and again
  for (let i = 0; i < 100; i++) time.now();
  block(20);
  await new Promise((resolve) => setTimeout(resolve, 10));
  expect(performance.now() - time.now()).toBeLessThan(5);
});

test('what has less than 10 s left is judged by the clock itself, in a burst too', () => {
  const cache = new TtlCache<string, number>();
  cache.put('a', 1, 30);
  cache.put('b', 1);
  for (let i = 0; i < 100; i++) cache.get('b');
  block(40);
  expect([cache.get('b').kind, cache.get('a').kind]).toEqual(['found', 'not_found']);
  cache.close();
});
