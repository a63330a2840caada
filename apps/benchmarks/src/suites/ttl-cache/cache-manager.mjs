import { createCache } from 'cache-manager';
/** @import { Subject } from './subject.mjs' */

/** @type {Subject} */
export const cacheManager = {
  isAsync: true,
  open({ ttlMs }) {
    const cache = createCache({ ttl: ttlMs });
    return {
      get: (key) => cache.get(key),
      put: (key, value) => cache.set(key, value),
      putFor: (key, value, ttl) => cache.set(key, value, ttl),
      fetch: (key, load) => cache.wrap(key, load),
      delete: (key) => cache.del(key),
      close: () => cache.disconnect(),
    };
  },
};
