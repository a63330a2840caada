// @ts-check
import { inspect } from 'node:util';
import { whyNotCloneable } from './why-not-cloneable.js';

/** @import { BuiltInError, ErrorParts, Thrown } from './protocol.js' */

/** @type {ReadonlyMap<unknown, BuiltInError>} */
const BUILT_IN = new Map([
  [AggregateError.prototype, 'AggregateError'],
  [Error.prototype, 'Error'],
  [EvalError.prototype, 'EvalError'],
  [RangeError.prototype, 'RangeError'],
  [ReferenceError.prototype, 'ReferenceError'],
  [SyntaxError.prototype, 'SyntaxError'],
  [TypeError.prototype, 'TypeError'],
  [URIError.prototype, 'URIError'],
]);

/** What has a place of its own in the parts. */
const PLACED = new Set(['name', 'message', 'stack', 'errors']);

/** These are parts though they are not enumerable, or not own. */
const ALWAYS = ['code', 'cause'];

/** A chain of causes that is longer ends in a text. */
const DEEPEST = 100;

/**
 * Makes of what was thrown something that can be sent whole.
 *
 * @param {unknown} thrown
 * @returns {Thrown}
 */
export function takeApart(thrown) {
  return take(thrown, 'thrown', new Map(), 0);
}

/**
 * @param {unknown} thrown
 * @param {string} path
 * @param {Map<unknown, ErrorParts>} seen
 * @param {number} depth
 * @returns {Thrown}
 */
function take(thrown, path, seen, depth) {
  const known = seen.get(thrown);
  if (known !== undefined) return known;
  if (!(thrown instanceof Error)) return takeValue(thrown, path);
  if (depth > DEEPEST) return { kind: 'value', value: textOf(thrown) };
  /** @type {Map<string, Thrown>} */
  const fields = new Map();
  /** @type {Thrown[]} */
  const errors = [];
  const listed = read(thrown, 'errors');
  const parts = { ...namesOf(thrown), fields, errors: Array.isArray(listed) ? errors : undefined };
  seen.set(thrown, parts);
  for (const key of fieldsOf(thrown)) fields.set(key, take(read(thrown, key), `${path}.${key}`, seen, depth + 1));
  if (Array.isArray(listed)) {
    for (const error of listed) errors.push(take(error, `${path}.errors[${errors.length}]`, seen, depth + 1));
  }
  return parts;
}

/**
 * @param {unknown} value
 * @param {string} path
 * @returns {Thrown}
 */
function takeValue(value, path) {
  try {
    structuredClone(value);
    return { kind: 'value', value };
  } catch (error) {
    // A part of an error is worth its text; only what was thrown itself must be what it was.
    if (path !== 'thrown') return { kind: 'value', value: textOf(value) };
    return { kind: 'uncloneable', why: whyNotCloneable(path, value, error) };
  }
}

/** @param {Error} error */
function namesOf(error) {
  return /** @type {const} */ ({
    kind: 'error',
    base: baseOf(error),
    className: textIn(read(error, 'constructor'), 'name') ?? 'Error',
    name: textIn(error, 'name') ?? 'Error',
    message: textIn(error, 'message') ?? '',
    stack: textIn(error, 'stack'),
  });
}

/**
 * @param {unknown} from
 * @param {string} key
 */
function textIn(from, key) {
  const text = read(from, key);
  return typeof text === 'string' ? text : undefined;
}

/** @param {Error} error */
function baseOf(error) {
  for (let level = above(error); level !== null; level = above(level)) {
    const base = BUILT_IN.get(level);
    if (base !== undefined) return base;
  }
  return 'Error';
}

/** @param {object} value @returns {object | null} */
function above(value) {
  return /** @type {object | null} */ (Object.getPrototypeOf(value));
}

/** @param {Error} error */
function fieldsOf(error) {
  const fields = new Set(Object.keys(error).filter((key) => !PLACED.has(key)));
  for (const key of ALWAYS) if (read(error, key) !== undefined) fields.add(key);
  return fields;
}

/**
 * @param {unknown} from
 * @param {string} key
 * @returns {unknown}
 */
function read(from, key) {
  try {
    return /** @type {Record<string, unknown>} */ (from)[key];
  } catch {
    return undefined; // a getter that throws: the part is missing, which says as much
  }
}

/** @param {unknown} value */
function textOf(value) {
  try {
    return inspect(value, { depth: 2, breakLength: Infinity });
  } catch {
    return 'what cannot be shown';
  }
}
