import { BentoCache, bentostore } from 'bentocache';
import { memoryDriver } from 'bentocache/drivers/memory';
/** @import { Subject } from './subject.mjs' */

/** @type {Subject} */
export const bentocache = {
  isAsync: true,
  open({ max, ttlMs }) {
    const memory = bentostore({ ttl: ttlMs }).useL1Layer(memoryDriver({ maxItems: max }));
    const cache = new BentoCache({ default: 'memory', stores: { memory } });
    return {
      get: (key) => cache.get({ key }),
      put: (key, value) => cache.set({ key, value }),
      putFor: (key, value, ttl) => cache.set({ key, value, ttl }),
      fetch: (key, load) => cache.getOrSet({ key, factory: load }),
      delete: (key) => cache.delete({ key }),
      close: () => cache.disconnectAll(),
    };
  },
};
