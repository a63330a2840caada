import { TtlCache } from '@rookery/ttl-cache';
/** @import { Subject, Value } from './subject.mjs' */

/** Ours, as a plain object. @param {{ readonly isLimited?: boolean, readonly timePerTurn?: boolean }} kind @returns {Subject} */
export const makeRookery = ({ isLimited = false, timePerTurn = false }) => ({
  isAsync: false,
  open({ max, ttlMs, sweepMs }) {
    /** @type {TtlCache<string, Value>} */
    const cache = new TtlCache({
      ttlMs,
      timePerTurn,
      sweepIntervalMs: sweepMs,
      maxEntries: isLimited ? max : Infinity,
    });
    return {
      get(key) {
        const lookup = cache.get(key);
        return lookup.kind === 'found' ? lookup.value : undefined;
      },
      put: (key, value) => cache.put(key, value),
      putFor: (key, value, ownTtlMs) => cache.put(key, value, ownTtlMs),
      fetch: (key, load) => cache.fetch(key, load),
      delete: (key) => cache.delete(key),
      held: () => cache.size,
      close: () => cache.close(),
    };
  },
});
