import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
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

describe('a burst, and then a block of the event loop of a minute', () => {
  let elapsedMs = 0;

  beforeEach(() => {
    elapsedMs = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => elapsedMs);
  });

  afterEach(() => {
    jest.restoreAllMocks();
  });

  test.each<[string, (cache: TtlCache<string, number>) => unknown, unknown]>([
    ['get', (cache) => cache.get('a').kind, 'not_found'],
    ['peek', (cache) => cache.peek('a').kind, 'not_found'],
    ['has', (cache) => cache.has('a'), false],
    ['ttl', (cache) => cache.ttl('a'), undefined],
    ['touch', (cache) => cache.touch('a'), false],
    ['iteration', (cache) => [...cache.keys()], []],
    ['snapshot', (cache) => cache.snapshot().entries, []],
    ['fetch', (cache) => cache.fetch('a', () => 2), 2],
  ])('%s: what expired meanwhile is not served', async (_, read, nothing) => {
    const cache = new TtlCache<string, number>({ ttlMs: 60_000 });
    for (let i = 0; i < 100; i++) cache.put('a', 1); // a burst
    for (let i = 0; i < 100; i++) expect(cache.get('a').kind).toBe('found');
    elapsedMs += 60_000;
    expect(await read(cache)).toEqual(nothing);
    cache.close();
  });

  test('what is put in such a burst lives shorter, never longer', () => {
    const cache = new TtlCache<string, number>({ ttlMs: 60_000 });
    for (let i = 0; i < 20; i++) cache.put('a', 1);
    elapsedMs += 15_000;
    cache.put('b', 1);
    expect(cache.ttl('b')).toBeLessThanOrEqual(60_000);
    elapsedMs += 60_000;
    expect(cache.has('b')).toBe(false);
    cache.close();
  });
});
