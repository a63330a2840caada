import { ManualClock } from '@rookery/genserver/testing';
import { describe, expect, test } from '@jest/globals';
import { CacheOptionError, type CacheSnapshot } from '../src/index.js';
import { found, Gate, useCaches } from './support/caches.js';

const newCache = useCaches();

describe('snapshot and restore', () => {
  test('bring back what has not expired, with what is left of its life, its tags, and through JSON', async () => {
    let date = 1000;
    const { cache, clock } = newCache<string, number>({ date: () => date });
    cache.put('short', 1, 100);
    cache.put('long', 2, { ttlMs: 1000, tags: ['x'], staleForMs: 5 });
    cache.put('ever', 3, Infinity);
    await clock.advance(50);
    const taken = JSON.parse(JSON.stringify(cache.snapshot())) as ReturnType<typeof cache.snapshot>;
    date += 60;
    const other = newCache<string, number>({ date: () => date }).cache;
    expect(other.restore(taken)).toBe(2);
    expect([...other]).toEqual([
      ['long', 2],
      ['ever', 3],
    ]);
    expect([other.ttl('long'), other.ttl('ever')]).toEqual([890, Infinity]);
    expect(other.touch('long')).toBe(true);
    expect([other.ttl('long'), other.deleteTag('x')]).toEqual([1000, 1]);
  });

  test('have nothing in them that has expired', async () => {
    const { cache, clock } = newCache({ staleForMs: 1000 });
    cache.put('a', 1, 10);
    await clock.advance(10);
    expect(cache.snapshot().entries).toEqual([]);
  });

  test('keep how long a value may be stale, also for ever, and through JSON', async () => {
    const { cache } = newCache<string, number>({ ttlMs: 10, staleForMs: Infinity, date: () => 0 });
    cache.put('a', 1);
    const other = newCache<string, number>({ date: () => 0 });
    other.cache.restore(JSON.parse(JSON.stringify(cache.snapshot())) as CacheSnapshot<string, number>);
    await other.clock.advance(100_000);
    expect(await other.cache.fetch('a', () => Promise.reject(new Error('down')))).toBe(1);
    expect(other.clock.allTimers).toBe(0);
  });

  test('share no list of tags with the cache', () => {
    const { cache } = newCache({ date: () => 0 });
    cache.put('a', 1, { tags: ['x'] });
    const taken = cache.snapshot();
    const restored = newCache({ date: () => 0 }).cache;
    restored.restore(taken);
    for (const { tags } of taken.entries) (tags as string[])[0] = 'y';
    expect([cache.deleteTag('y'), cache.deleteTag('x')]).toEqual([0, 1]);
    expect([restored.deleteTag('y'), restored.deleteTag('x')]).toEqual([0, 1]);
  });

  test('a date that was set back takes no life away and adds none beyond what was left', () => {
    let date = 1000;
    const { cache } = newCache({ date: () => date });
    cache.put('a', 1, 100);
    const taken = cache.snapshot();
    cache.clear();
    date = 0;
    cache.restore(taken);
    expect(cache.ttl('a')).toBe(100);
  });

  test('a key that has a live value keeps it, and a load under way goes on', async () => {
    const { cache } = newCache<string, number>();
    cache.put('a', 1);
    cache.put('b', 1);
    const taken = cache.snapshot();
    cache.put('a', 2);
    cache.delete('b');
    const gate = new Gate<number>();
    const loading = cache.fetch('b', gate.loader);
    expect([cache.restore(taken), cache.get('a'), cache.get('b')]).toEqual([1, found(2), found(1)]);
    gate.open(3);
    expect([await loading, cache.get('b')]).toEqual([3, found(3)]);
  });

  test('what is put back late, as listeners took long, lives no longer; what is over by then is not put back', () => {
    let now = 0;
    const clock = new ManualClock();
    clock.now = () => now;
    const { cache } = newCache<string, number>({ clock, maxEntries: 1, onRemoval: () => void (now += 60) });
    const entries = ['a', 'b', 'c'].map((key) => ({ key, value: 1, ttlMs: 100, leftMs: 100 }));
    cache.put('old', 1);
    expect(cache.restore({ takenAtMs: Date.now() + 60_000, entries })).toBe(2);
    expect([now, [...cache.keys()]]).toEqual([120, []]); // b, put at 60, was over at 100
  });

  test('keep the order of use, and the limits', () => {
    const { cache } = newCache({ maxEntries: 3 });
    for (const key of ['a', 'b', 'c']) cache.put(key, 1);
    cache.get('a');
    const small = newCache({ maxEntries: 2 }).cache;
    small.restore(cache.snapshot());
    expect([...small.keys()]).toEqual(['c', 'a']);
  });

  test.each<[unknown]>([
    [undefined],
    [{}],
    [{ takenAtMs: 1 }],
    [{ takenAtMs: 'x', entries: [] }],
    [{ takenAtMs: 1, entries: [null] }],
    [{ takenAtMs: 1, entries: ['a'] }],
    [{ takenAtMs: 1, entries: [{ key: null, value: 1 }] }],
    [{ takenAtMs: 1, entries: [{ key: 'a', value: 1, ttlMs: 0 }] }],
    [{ takenAtMs: 1, entries: [{ key: 'a', value: 1, tags: 'x' }] }],
  ])('%p is no snapshot', (wrong) => {
    const { cache } = newCache();
    expect(() => cache.restore(wrong as never)).toThrow(CacheOptionError);
    expect(cache.size).toBe(0);
  });
});
