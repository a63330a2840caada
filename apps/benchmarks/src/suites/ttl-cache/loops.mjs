/** @import { Cache, Subject, Value } from './subject.mjs' */

// Every operation in a loop: awaited where the library gives a promise, and only there.

/** How many of the keys are found. @param {Subject} subject @param {Cache} cache @param {readonly string[]} keys */
export function readAll({ isAsync }, cache, keys) {
  return isAsync ? readAsync(cache, keys) : readSync(cache, keys);
}

/** @param {Subject} subject @param {Cache} cache @param {readonly string[]} keys @param {Value} value */
export function putAll({ isAsync }, cache, keys, value) {
  return isAsync ? putAsync(cache, keys, value) : putSync(cache, keys, value);
}

/**
 * Each with a life of its own.
 * @param {Subject} subject
 * @param {Cache} cache
 * @param {readonly string[]} keys
 * @param {Value} value
 * @param {readonly number[]} ttls
 */
export function putAllFor({ isAsync }, cache, keys, value, ttls) {
  return isAsync ? putForAsync(cache, keys, value, ttls) : putForSync(cache, keys, value, ttls);
}

/** @param {Cache} cache @param {readonly string[]} keys */
function readSync(cache, keys) {
  let found = 0;
  for (let i = 0; i < keys.length; i++) {
    const value = /** @type {Value | undefined} */ (cache.get(keys[i]));
    if (value !== undefined) found += value.n;
  }
  return found;
}

/** @param {Cache} cache @param {readonly string[]} keys */
async function readAsync(cache, keys) {
  let found = 0;
  for (let i = 0; i < keys.length; i++) found += (await cache.get(keys[i]))?.n ?? 0;
  return found;
}

/** @param {Cache} cache @param {readonly string[]} keys @param {Value} value */
function putSync(cache, keys, value) {
  for (let i = 0; i < keys.length; i++) cache.put(keys[i], value);
}

/** @param {Cache} cache @param {readonly string[]} keys @param {Value} value */
async function putAsync(cache, keys, value) {
  for (let i = 0; i < keys.length; i++) await cache.put(keys[i], value);
}

/** @param {Cache} cache @param {readonly string[]} keys @param {Value} value @param {readonly number[]} ttls */
function putForSync(cache, keys, value, ttls) {
  for (let i = 0; i < keys.length; i++) cache.putFor?.(keys[i], value, ttls[i]);
}

/** @param {Cache} cache @param {readonly string[]} keys @param {Value} value @param {readonly number[]} ttls */
async function putForAsync(cache, keys, value, ttls) {
  for (let i = 0; i < keys.length; i++) await cache.putFor?.(keys[i], value, ttls[i]);
}
