import { TTLCache } from '@isaacs/ttlcache';
/** @import { Subject, Value } from './subject.mjs' */

/** @type {Subject} */
export const isaacsTtlcache = {
  isAsync: false,
  open({ ttlMs }) {
    /** @type {TTLCache<string, Value>} */
    const cache = new TTLCache({ ttl: ttlMs, checkAgeOnGet: true });
    return {
      get: (key) => cache.get(key),
      put: (key, value) => cache.set(key, value),
      putFor: (key, value, ttl) => cache.set(key, value, { ttl }),
      held: () => cache.size,
      close: () => cache.clear(),
    };
  },
};
