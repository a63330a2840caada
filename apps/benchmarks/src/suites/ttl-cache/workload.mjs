/** @import { Value } from './subject.mjs' */

/** Longer than any measurement. */
export const TTL_MS = 600_000;

/** The one value under all keys. @type {Value} */
export const VALUE = { n: 1 };

/** So far apart are two that follow each other; it has no divisor in common with the counts. */
const STRIDE = 7919;

/** As many keys, in no order. @param {string} prefix @param {number} count */
export const keysOf = (prefix, count) => Array.from({ length: count }, (_, i) => `${prefix}-${(i * STRIDE) % count}`);

/** As many ttls, whole milliseconds apart from each other, in no order. @param {number} count */
export const ttlsOf = (count) => Array.from({ length: count }, (_, i) => TTL_MS + ((i * STRIDE) % count));
