import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import type { Clock } from '@rookery/genserver';
import { ManualClock } from '@rookery/genserver/testing';
import { useCaches } from './support/caches.js';

const newCache = useCaches();
const SLICE = 1000;

describe('the sweep', () => {
  test('removes what has expired within one interval, read or not', async () => {
    const { cache, clock } = newCache<number>({ sweepIntervalMs: 1000 });
    cache.put(-1, 'stays', Infinity);
    for (let at = 0; at < 5000; at += 7) cache.put(at, at, 1 + at);
    for (let at = 0; at < 6000; at += 50) {
      await clock.advance(50);
      const now = at + 50;
      const due = [...Array(715).keys()].filter((i) => i * 7 + 1 > now - 1000).length;
      expect(cache.size).toBeLessThanOrEqual(due + 1);
    }
    expect([cache.size, cache.stats().expirations]).toEqual([1, 715]);
  });

  test('comes every 30 s by default, and its timer goes with the last entry that expires', async () => {
    const { cache, clock } = newCache();
    expect(clock.allTimers).toBe(0);
    cache.put('a', 1, 1);
    cache.put('b', 1, 40_000);
    await clock.advance(29_999);
    expect(cache.size).toBe(2);
    await clock.advance(1);
    expect(cache.size).toBe(1);
    await clock.advance(30_000);
    expect([cache.size, clock.allTimers]).toEqual([0, 0]);
    cache.put('c', 1, 1);
    expect(clock.allTimers).toBe(1);
  });

  test('that is overdue, or not done, tells how long; in time it is 0', async () => {
    let heldMs = 0;
    const clock = new ManualClock();
    const lagging: Clock = {
      now: () => clock.now() + heldMs,
      setTimer: (ms, callback) => clock.setTimer(ms, callback),
    };
    const { cache } = newCache<number>({ clock: lagging, sweepIntervalMs: 1000 });
    expect(cache.stats().sweepLagMs).toBe(0);
    for (let key = 0; key <= SLICE; key++) cache.put(key, key, 10);
    await clock.advance(999);
    expect(cache.stats().sweepLagMs).toBe(0);
    heldMs = 251; // the thread was held: the timer is late
    expect(cache.stats().sweepLagMs).toBe(250);
    await clock.advance(1);
    expect([cache.size, cache.stats().sweepLagMs]).toEqual([0, 0]);
  });

  test('no step of it removes more than its slice; between two steps the event loop goes on', async () => {
    const ENTRIES = 10 * SLICE + 1;
    let sinceTurn = 0;
    let most = 0;
    const { cache, clock } = newCache<number>({
      onRemoval: () => {
        most = Math.max(most, ++sinceTurn);
      },
    });
    for (let key = 0; key < ENTRIES; key++) cache.put(key, key, 10);
    const swept = clock.advance(30_000);
    let turns = 0;
    while (cache.size > 0) {
      await new Promise((resolve) => setImmediate(resolve));
      sinceTurn = 0;
      turns++;
    }
    await swept;
    expect(most).toBe(SLICE);
    expect(turns).toBeGreaterThanOrEqual(ENTRIES / SLICE);
  });

  test('looks at what is due, not at what is held: what expires later is not touched', async () => {
    let looks = 0;
    const { cache, clock } = newCache<number>({ sweepIntervalMs: 1000 });
    const ticks = clock.setTimer.bind(clock);
    clock.setTimer = (delayMs, callback) =>
      ticks(delayMs, () => {
        looks++;
        callback();
      });
    for (let key = 0; key < 5 * SLICE; key++) cache.put(key, key, 100_000);
    cache.put(-1, 'due', 10);
    await clock.advance(1001);
    expect([cache.size, looks]).toEqual([5 * SLICE, 1]); // in one slice, though there are five times as many entries
  });

  test('takes nothing before its time, and nothing that was put under a key of old', async () => {
    const { cache, clock } = newCache({ sweepIntervalMs: 1000 });
    cache.put('next', 1, 1001);
    cache.put('b', 1, 500);
    cache.clear();
    cache.put('b', 2, 5000);
    cache.put('a', 1, 500);
    cache.delete('a');
    cache.put('a', 2, 5000);
    cache.put('next', 1, 1001);
    await clock.advance(1000);
    expect(cache.size).toBe(3);
    expect(cache.has('next')).toBe(true);
    await clock.advance(1);
    expect([cache.has('next'), cache.has('a'), cache.has('b')]).toEqual([false, true, true]);
  });

  test('finds entries whose life was renewed or cut short', async () => {
    const { cache, clock } = newCache({ sweepIntervalMs: 1000 });
    cache.put('renewed', 1, 500);
    cache.put('cut', 1, 100_000);
    cache.put('lasting', 1, 500);
    cache.put('mortal', 1, Infinity);
    cache.put('renewed', 2, 5000);
    cache.put('lasting', 2, Infinity);
    cache.touch('cut', 500);
    cache.touch('mortal', 500);
    await clock.advance(1000);
    expect([...cache.keys()]).toEqual(['renewed', 'lasting']);
    expect(cache.size).toBe(2);
    await clock.advance(5000);
    expect(cache.size).toBe(1);
  });

  test('keeps what is stale until nothing has a use for it', async () => {
    const { cache, clock } = newCache({ sweepIntervalMs: 1000, staleForMs: 1500 });
    cache.put('a', 1, 500);
    await clock.advance(1000);
    expect(cache.size).toBe(1);
    await clock.advance(1000);
    expect(cache.size).toBe(0);
  });

  test.each([[1], [999], [64_000], [4_096_000], [262_144_000], [2 ** 40]])(
    'finds a life of %p ms that begins at any time',
    async (ttlMs) => {
      const { cache, clock } = newCache({ sweepIntervalMs: 1_000_000_000 });
      for (const key of ['a', 'b', 'c']) {
        cache.put(key, 1, ttlMs);
        await clock.advance(12_345_678);
      }
      await clock.advance(ttlMs + 1_000_000_000);
      expect(cache.size).toBe(0);
    },
  );

  test('goes on after a long time without one: a machine that slept', async () => {
    const { cache, clock } = newCache<number>({ sweepIntervalMs: 10 });
    let now = 0;
    clock.now = () => now;
    for (let key = 0; key < 100; key++) cache.put(key, key, 1 + key * 1000);
    now = 1e9;
    await clock.advance(100);
    expect(cache.size).toBe(0);
  });

  test('runs in the async context in which the cache was made, not in that of a caller', async () => {
    const tenant = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const { cache } = tenant.run('maker', () =>
      newCache({ clock: undefined as never, sweepIntervalMs: 5, onRemoval: () => seen.push(tenant.getStore()) }),
    );
    tenant.run('caller', () => cache.put('a', 1, 1));
    for (let turn = 0; turn < 10_000 && cache.size > 0; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(seen).toEqual(['maker']);
  });
});
