import { bytesEach, perSecond, timed } from '../../measure.mjs';
import { putAll, putAllFor, readAll } from './loops.mjs';
import { checkFound } from './subject.mjs';
import { medianLongestBlock } from './sweep.mjs';
import { keysOf, TTL_MS, ttlsOf, VALUE } from './workload.mjs';
/** @import { Case, Plan, Suite } from '../../suite.mjs' */
/** @import { Cache, Subject } from './subject.mjs' */

const KEYS = 10_000;
const WAITERS = 1_000;

const ALL = [
  'rookery',
  'rookery-limited',
  'lru-cache',
  '@isaacs/ttlcache',
  'node-cache',
  'cache-manager',
  'bentocache',
];

/** What depends on how often the clock is read. */
const CLOCKED = [...ALL.slice(0, 2), 'rookery-per-turn', 'lru-cache', 'lru-cache-exact', ...ALL.slice(3), 'map'];

const limits =
  'lru-cache and bentocache know who was used last, as does rookery with maxEntries; the others, and rookery by default, do not.';
const promises = 'cache-manager and bentocache give a promise for each operation, awaited before the next.';
const readings =
  'rookery reads the clock at each read; with timePerTurn once a turn of the event loop, lru-cache once a millisecond, with ttlResolution: 0 at each.';
const copies =
  'By default node-cache clones the value when put and when read, and bentocache keeps it as JSON; the others keep the object.';
const checked = '@isaacs/ttlcache looks at the age when it reads only if told to, as it is here (checkAgeOnGet).';
const noExpiry = 'The Map expires nothing: it is what a lookup or an insertion costs by itself.';
const noLives = 'The Map is left out, as nothing expires in it.';

/** @param {Subject} subject @param {Plan} plan @param {string} prefix what is read; `key` is there */
async function reads(subject, plan, prefix, expected) {
  const count = plan.scaled(KEYS);
  const keys = keysOf(prefix, count);
  const cache = subject.open({ max: count, ttlMs: TTL_MS });
  await putAll(subject, cache, keysOf('key', count), VALUE);
  return perSecond(plan, () =>
    timed(count, async () => checkFound(await readAll(subject, cache, keys), expected(count))),
  );
}

/** @type {readonly Case<Subject>[]} */
const cases = [
  {
    name: 'hit',
    unit: 'reads/s',
    better: 'more',
    subjects: CLOCKED,
    notes: [limits, readings, promises, copies, checked, noExpiry],
    measure: (subject, plan) => reads(subject, plan, 'key', (count) => count),
  },
  {
    name: 'miss',
    unit: 'reads/s',
    better: 'more',
    subjects: CLOCKED,
    notes: [promises, noExpiry],
    measure: (subject, plan) => reads(subject, plan, 'none', () => 0),
  },
  {
    name: 'put',
    unit: 'puts/s',
    better: 'more',
    subjects: CLOCKED,
    notes: [
      limits,
      promises,
      copies,
      noExpiry,
      '@isaacs/ttlcache looks through all keys that end in the same millisecond, of which there are thousands here.',
    ],
    measure: async (subject, plan) => {
      const keys = keysOf('key', plan.scaled(KEYS));
      const cache = subject.open({ max: keys.length, ttlMs: TTL_MS });
      await putAll(subject, cache, keys, VALUE);
      return perSecond(plan, () => timed(keys.length, () => putAll(subject, cache, keys, VALUE)));
    },
  },
  {
    name: 'put-new',
    unit: 'puts/s',
    better: 'more',
    subjects: [...ALL, 'map'],
    notes: [
      limits,
      promises,
      copies,
      noExpiry,
      'Making the cache, for which those with a limit take the room, is not timed.',
    ],
    measure: (subject, plan) => {
      const keys = keysOf('key', plan.scaled(100_000));
      return perSecond(plan, async () => {
        const cache = subject.open({ max: keys.length, ttlMs: TTL_MS });
        const time = await timed(keys.length, () => putAll(subject, cache, keys, VALUE));
        await cache.close();
        return time;
      });
    },
  },
  {
    name: 'put-distinct-ttl',
    unit: 'puts/s',
    better: 'more',
    subjects: ALL,
    notes: [
      limits,
      promises,
      copies,
      noLives,
      'A million new keys, each with a ttl that no other has; after a tenth of that to warm up.',
    ],
    measure: async (subject, plan) => {
      const fill = async (count) => {
        const keys = keysOf('key', count);
        const ttls = ttlsOf(count);
        const cache = subject.open({ max: count, ttlMs: TTL_MS });
        return timed(count, () => putAllFor(subject, cache, keys, VALUE, ttls));
      };
      await fill(plan.scaled(100_000));
      const { operations, ms } = await fill(plan.scaled(1_000_000));
      return (operations / ms) * 1e3;
    },
  },
  {
    name: 'sweep-longest-block-ms',
    unit: 'ms',
    better: 'less',
    subjects: ['rookery', 'rookery-limited', 'lru-cache', '@isaacs/ttlcache', 'node-cache'],
    notes: [
      'lru-cache has no timer of its own without one for each entry: its purgeStale() is called once.',
      'cache-manager and bentocache are left out: in memory they free an entry only when it is read.',
      noLives,
    ],
    measure: medianLongestBlock,
  },
  {
    name: 'coalesced-fetch',
    unit: 'fetches/s',
    better: 'more',
    subjects: ['rookery', 'rookery-limited', 'lru-cache', 'cache-manager', 'bentocache'],
    notes: ['@isaacs/ttlcache, node-cache and the Map are left out: they load nothing.'],
    measure: async (subject, plan) => {
      const cache = subject.open({ max: KEYS, ttlMs: TTL_MS });
      const count = plan.scaled(WAITERS);
      return perSecond(plan, async () => {
        await cache.delete?.('key');
        return timed(count, () => fetchTogether(cache, count));
      });
    },
  },
  {
    name: 'bytes-per-entry',
    unit: 'bytes per entry',
    better: 'smaller',
    subjects: [...ALL, 'map'],
    notes: [
      copies,
      noExpiry,
      'Key and value are there before, and not counted; copies of them that a cache makes are. All have room for just as many entries.',
    ],
    measure: (subject, plan) => {
      const keys = keysOf('key', plan.scaled(1_000_000));
      return bytesEach(keys.length, async (count) => {
        const cache = subject.open({ max: count, ttlMs: TTL_MS });
        await putAll(subject, cache, count === keys.length ? keys : keys.slice(0, count), VALUE);
        return cache;
      });
    },
  },
];

/** All ask before the load has its result. @param {Cache} cache @param {number} count */
async function fetchTogether({ fetch }, count) {
  if (fetch === undefined) throw new TypeError('Expected a cache that loads.');
  let loads = 0;
  const load = async () => {
    loads++;
    await new Promise((resolve) => setImmediate(resolve));
    return VALUE;
  };
  const values = await Promise.all(Array.from({ length: count }, () => fetch('key', load)));
  checkFound(values.filter((value) => value?.n === VALUE.n).length, count);
  if (loads !== 1) throw new Error(`Expected one load, got ${loads}.`);
}

/** @type {Suite<Subject>} */
export const ttlCache = {
  name: 'ttl-cache',
  cases,
  load: {
    rookery: async () => (await import('./rookery.mjs')).makeRookery({}),
    'rookery-limited': async () => (await import('./rookery.mjs')).makeRookery({ isLimited: true }),
    'rookery-per-turn': async () => (await import('./rookery.mjs')).makeRookery({ timePerTurn: true }),
    'lru-cache': async () => (await import('./lru-cache.mjs')).makeLruCache(),
    'lru-cache-exact': async () => (await import('./lru-cache.mjs')).makeLruCache(0),
    '@isaacs/ttlcache': async () => (await import('./isaacs-ttlcache.mjs')).isaacsTtlcache,
    'node-cache': async () => (await import('./node-cache.mjs')).nodeCache,
    'cache-manager': async () => (await import('./cache-manager.mjs')).cacheManager,
    bentocache: async () => (await import('./bentocache.mjs')).bentocache,
    map: async () => (await import('./map.mjs')).map,
  },
  growths: [],
};
