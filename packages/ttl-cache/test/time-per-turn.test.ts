import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { type Clock, Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { CacheOptionError, TtlCache } from '../src/index.js';
import { found, notFound } from './support/caches.js';

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const immediates = (): number => process.getActiveResourcesInfo().filter((kind) => kind === 'Immediate').length;

type Cache = TtlCache<string, number>;
/** What each way to read says of an entry that is live, and of none. */
const READS: [string, (cache: Cache) => unknown, unknown, unknown][] = [
  ['get', (cache) => cache.get('a'), found(1), notFound],
  ['peek', (cache) => cache.peek('a'), found(1), notFound],
  ['has', (cache) => cache.has('a'), true, false],
  ['ttl', (cache) => cache.ttl('a'), 60_000, undefined],
  ['touch', (cache) => cache.touch('a'), true, false],
  ['delete', (cache) => cache.delete('a'), true, false],
  ['iteration', (cache) => [...cache.keys()], ['a'], []],
  ['fetch', (cache) => cache.fetch('a', () => 2), 1, 2],
];

describe('by the machine’s clock, an entry that expires while a turn of the event loop runs', () => {
  let elapsedMs = 0;
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
    elapsedMs = 0;
    jest.spyOn(performance, 'now').mockImplementation(() => elapsedMs);
  });

  afterEach(async () => {
    jest.restoreAllMocks();
    await leaks.assertNone();
  });

  test.each(READS)('%s: with timePerTurn it is there until the turn ends', async (_, read, live) => {
    const cache: Cache = new TtlCache({ timePerTurn: true });
    cache.put('a', 1);
    expect(cache.has('a')).toBe(true);
    elapsedMs += 60_000;
    expect(await read(cache)).toEqual(live);
    cache.close();
  });

  test.each(READS)('%s: with timePerTurn it is not there in the next turn', async (_, read, _live, nothing) => {
    const cache: Cache = new TtlCache({ timePerTurn: true });
    cache.put('a', 1);
    expect(cache.has('a')).toBe(true);
    elapsedMs += 60_000;
    await nextTurn();
    expect(await read(cache)).toEqual(nothing);
    cache.close();
  });

  test.each(READS)('%s: without it is never there', async (_, read, _live, nothing) => {
    const cache: Cache = new TtlCache();
    cache.put('a', 1);
    expect(cache.has('a')).toBe(true);
    elapsedMs += 60_000;
    expect(await read(cache)).toEqual(nothing);
    cache.close();
  });

  test('the clock is read once for all reads of a turn', async () => {
    const cache: Cache = new TtlCache({ timePerTurn: true });
    cache.put('a', 1);
    for (let turn = 0; turn < 3; turn++) {
      jest.mocked(performance.now).mockClear();
      for (let i = 0; i < 100; i++) cache.get('a');
      expect(performance.now).toHaveBeenCalledTimes(1);
      await nextTurn();
    }
    cache.close();
  });

  test('what is put or touched late in a turn lives as long as it was given', async () => {
    const cache: Cache = new TtlCache({ timePerTurn: true });
    cache.put('touched', 1);
    expect(cache.has('touched')).toBe(true); // this turn’s time is read
    elapsedMs += 59_000;
    cache.put('brief', 1, 1000);
    cache.put('long', 1, 60_000);
    cache.touch('touched');
    expect(['brief', 'long', 'touched'].map((key) => cache.ttl(key))).toEqual([1000, 60_000, 60_000]);
    await nextTurn();
    elapsedMs += 999;
    expect(cache.has('brief')).toBe(true);
    elapsedMs += 59_000;
    await nextTurn();
    expect([...cache.keys()]).toEqual(['touched', 'long']);
    cache.close();
  });

  test('a snapshot has nothing of what is over by the clock', () => {
    const cache: Cache = new TtlCache({ timePerTurn: true });
    cache.put('a', 1);
    expect(cache.has('a')).toBe(true);
    elapsedMs += 60_000;
    expect(cache.snapshot().entries).toEqual([]);
    cache.close();
  });

  test('an entry that lasts for ever needs no clock, and nothing waits for the end of the turn', () => {
    const before = immediates();
    const cache: Cache = new TtlCache({ timePerTurn: true, ttlMs: Infinity });
    cache.put('a', 1);
    cache.get('a');
    expect(immediates()).toBe(before);
    cache.close();
  });

  test('nothing is left to the next turn when the cache is closed', () => {
    const before = immediates();
    const cache: Cache = new TtlCache({ timePerTurn: true });
    for (let i = 0; i < 100; i++) cache.put('a', 1); // a burst, which waits for the end of the turn as well
    cache.get('a');
    expect(immediates()).toBeGreaterThan(before);
    cache.close();
    expect(immediates()).toBe(before);
  });

  test('supervised on the machine’s clock it is the same', async () => {
    const runtime = new Runtime();
    const cache = await runtime.start(TtlCache.childSpec<string, number>({ timePerTurn: true }));
    cache.put('a', 1);
    expect(cache.has('a')).toBe(true);
    elapsedMs += 60_000;
    expect(cache.get('a')).toEqual(found(1));
    await nextTurn();
    expect(cache.get('a')).toEqual(notFound);
    await runtime.shutdown();
  });
});

/** Goes on without a turn of the event loop. */
function jumpingClock(): { readonly clock: Clock; readonly jump: (ms: number) => void } {
  let now = 0;
  const clock = new ManualClock();
  clock.now = () => now;
  return { clock, jump: (ms) => (now += ms) };
}

test('a clock that is not the machine’s is read each time', () => {
  const { clock, jump } = jumpingClock();
  const before = immediates();
  const cache: Cache = new TtlCache({ timePerTurn: true, clock });
  cache.put('a', 1);
  expect(cache.has('a')).toBe(true);
  jump(60_000);
  expect(cache.has('a')).toBe(false);
  expect(immediates()).toBe(before);
  cache.close();
});

test('a runtime’s clock that is not the machine’s is read each time', async () => {
  const { clock, jump } = jumpingClock();
  const runtime = new Runtime({ clock });
  const cache = await runtime.start(TtlCache.childSpec<string, number>({ timePerTurn: true }));
  cache.put('a', 1);
  expect(cache.has('a')).toBe(true);
  jump(60_000);
  expect(cache.has('a')).toBe(false);
  await runtime.shutdown();
});

test.each([1, 'yes', null, {}])('timePerTurn of %p is refused', (timePerTurn) => {
  expect(() => new TtlCache({ timePerTurn: timePerTurn as never })).toThrow(CacheOptionError);
});
