/** @import { Subject, Value } from './subject.mjs' */

/** What looking up and keeping cost by themselves. @type {Subject} */
export const map = {
  isAsync: false,
  open() {
    /** @type {Map<string, Value>} */
    const entries = new Map();
    return {
      get: (key) => entries.get(key),
      put: (key, value) => entries.set(key, value),
      close: () => entries.clear(),
    };
  },
};
