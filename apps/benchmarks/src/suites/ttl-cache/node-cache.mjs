import NodeCache from 'node-cache';
/** @import { Subject } from './subject.mjs' */

/** Its times are in seconds. @type {Subject} */
export const nodeCache = {
  isAsync: false,
  open({ ttlMs, sweepMs }) {
    const cache = new NodeCache({ stdTTL: ttlMs / 1000, checkperiod: sweepMs === undefined ? 600 : sweepMs / 1000 });
    return {
      get: (key) => cache.get(key),
      put: (key, value) => cache.set(key, value),
      putFor: (key, value, ownTtlMs) => cache.set(key, value, ownTtlMs / 1000),
      held: () => cache.getStats().keys,
      close: () => cache.close(),
    };
  },
};
