import { LRUCache } from 'lru-cache';
/** @import { Subject, Value } from './subject.mjs' */

/** `ttlResolution`: for how many milliseconds one reading of the clock serves; 0: for one. @param {number} [ttlResolution] @returns {Subject} */
export const makeLruCache = (ttlResolution = 1) => ({
  isAsync: false,
  open({ max, ttlMs }) {
    /** @type {LRUCache<string, Value, () => Promise<Value>>} */
    const cache = new LRUCache({
      max,
      ttl: ttlMs,
      ttlResolution,
      fetchMethod: (_key, _stale, { context: load }) => load(),
    });
    return {
      get: (key) => cache.get(key),
      put: (key, value) => cache.set(key, value),
      putFor: (key, value, ttl) => cache.set(key, value, { ttl }),
      fetch: (key, load) => /** @type {Promise<Value>} */ (cache.fetch(key, { context: load })),
      delete: (key) => cache.delete(key),
      held: () => cache.size,
      sweep: () => cache.purgeStale(),
      close: () => cache.clear(),
    };
  },
});
