import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import type { CacheDiagnostics } from '../src/index.js';
import { Gate, useCaches } from './support/caches.js';

const newCache = useCaches();
const NAMES: readonly (keyof CacheDiagnostics)[] = [
  'rookery:ttl-cache:load-started',
  'rookery:ttl-cache:load-settled',
  'rookery:ttl-cache:sweep',
  'rookery:ttl-cache:eviction',
];

let heard: [string | symbol, unknown][] = [];
const hear = (message: unknown, name: string | symbol): void => void heard.push([name, message]);

beforeEach(() => {
  heard = [];
  for (const name of NAMES) subscribe(name, hear);
});

afterEach(() => {
  for (const name of NAMES) unsubscribe(name, hear);
});

test('loads are published as they start and as they settle', async () => {
  const { cache, clock } = newCache<string, number>({ label: 'users', refreshAfterMs: 10, onProblem: () => {} });
  const gate = new Gate<number>();
  const both = [cache.fetch('a', gate.loader), cache.fetch('a', gate.loader)];
  await clock.advance(10);
  gate.open(1);
  await Promise.all(both);
  await clock.advance(10);
  const down = new Error('down');
  await cache.fetch('a', () => Promise.reject(down));
  await clock.advance(0);
  const leaving = new AbortController();
  const left = cache.fetch('b', gate.loader, { signal: leaving.signal });
  leaving.abort();
  await expect(left).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_FETCH_ABORTED' });
  const [started, settled] = NAMES;
  const a = { cache: 'users', key: 'a' };
  const b = { cache: 'users', key: 'b' };
  expect(heard).toEqual([
    [started, { ...a, isRefresh: false }],
    [settled, { ...a, outcome: 'loaded', error: undefined, durationMs: 10, waiting: 2 }],
    [started, { ...a, isRefresh: true }],
    [settled, { ...a, outcome: 'failed', error: down, durationMs: 0, waiting: 0 }],
    [started, { ...b, isRefresh: false }],
    [settled, { ...b, outcome: 'given_up', error: expect.any(Error), durationMs: 0, waiting: 0 }],
  ]);
});

test('sweeps are published as they end, evictions as they happen', async () => {
  const { cache, clock } = newCache<string, number>({ label: 'users', maxEntries: 2, sweepIntervalMs: 1000 });
  for (const key of ['a', 'b', 'c']) cache.put(key, 1, key === 'b' ? 10 : 5000);
  await clock.advance(1000);
  expect(heard).toEqual([
    ['rookery:ttl-cache:eviction', { cache: 'users', key: 'a' }],
    ['rookery:ttl-cache:sweep', { cache: 'users', expired: 1, durationMs: 0, entries: 1 }],
  ]);
});

test('without a subscriber nothing is published', async () => {
  for (const name of NAMES) unsubscribe(name, hear);
  const publish = NAMES.map((name) => jest.spyOn(channel(name), 'publish'));
  const { cache, clock } = newCache<string, number>({ maxEntries: 1 });
  await cache.fetch('a', () => 1);
  cache.put('b', 1);
  await clock.advance(60_000);
  expect(publish.map(({ mock }) => mock.calls.length)).toEqual([0, 0, 0, 0]);
  jest.restoreAllMocks();
});

test('a subscriber may close the cache: then no loader is called', async () => {
  const { cache } = newCache<string, number>();
  const close = (): void => cache.close();
  subscribe('rookery:ttl-cache:load-started', close);
  const loader = jest.fn(() => 1);
  await expect(cache.fetch('a', loader)).rejects.toMatchObject({ code: 'ERR_TTL_CACHE_CLOSED' });
  unsubscribe('rookery:ttl-cache:load-started', close);
  expect(loader).not.toHaveBeenCalled();
});
