// @ts-check
/** So many values are looked at, then it must do to say in which one it is. */
const MOST_LOOKS = 10_000;
const DEEPEST = 200;

/**
 * Which part of a value makes it impossible to send it to a thread, and what that is: "`input.user.callback` is a function".
 * For a value that was refused.
 *
 * @param {string} name What the path begins with.
 * @param {unknown} value
 * @param {unknown} error What the attempt gave.
 * @param {readonly object[]} [transfer] What was to be moved.
 * @returns {string}
 */
export function whyNotCloneable(name, value, error, transfer = []) {
  if (transfer.length > 0 && isCloneable(value))
    return `\`${name}\` cannot be sent with its \`transfer\` (${textOf(error)})`;
  const found = new Search(transfer).in(name, value, 0);
  return found ?? `\`${name}\` cannot be cloned (${textOf(error)})`;
}

/** Looks for the one part that is refused though none of its own parts is. */
class Search {
  #looks = 0;
  /** @type {Set<unknown>} */
  #seen;

  /** @param {readonly object[]} transfer */
  constructor(transfer) {
    this.#seen = new Set(transfer);
  }

  /**
   * @param {string} path
   * @param {unknown} value Is refused.
   * @param {number} depth
   * @returns {string | undefined}
   */
  in(path, value, depth) {
    if (typeof value !== 'object' || value === null) return `\`${path}\` is ${kindOf(value)}`;
    if (this.#seen.has(value)) return undefined;
    this.#seen.add(value);
    let isBlameless = false;
    for (const [step, read] of partsOf(value)) {
      const part = attempt(read);
      if (part.error !== undefined) return `\`${path}${step}\` is a getter that throws (${textOf(part.error)})`;
      if (this.#isCloneable(part.value)) continue;
      isBlameless = true;
      if (depth >= DEEPEST || this.#looks >= MOST_LOOKS) return `\`${path}${step}\` has a part that cannot be cloned`;
      const found = this.in(path + step, part.value, depth + 1);
      if (found !== undefined) return found;
    }
    return isBlameless ? undefined : `\`${path}\` is ${kindOf(value)}`;
  }

  /** @param {unknown} value */
  #isCloneable(value) {
    if (typeof value === 'object' && value !== null) this.#looks++;
    return isCloneable(value);
  }
}

/** @param {unknown} value */
function isCloneable(value) {
  if (typeof value === 'function' || typeof value === 'symbol') return false;
  if (typeof value !== 'object' || value === null) return true;
  return attempt(() => structuredClone(value)).error === undefined;
}

/**
 * What a clone of it would be made of.
 *
 * @param {object} value
 * @returns {Iterable<readonly [step: string, read: () => unknown]>}
 */
function* partsOf(value) {
  if (value instanceof Map) {
    for (const [key, held] of /** @type {Map<unknown, unknown>} */ (value)) {
      yield [`.key(${label(key)})`, () => key];
      yield [`.get(${label(key)})`, () => held];
    }
    return;
  }
  if (value instanceof Set) {
    for (const held of /** @type {Set<unknown>} */ (value)) yield [`.value(${label(held)})`, () => held];
    return;
  }
  if (ArrayBuffer.isView(value)) return;
  const isList = Array.isArray(value);
  for (const key of Object.keys(value)) {
    yield [isList ? `[${key}]` : stepTo(key), () => /** @type {Record<string, unknown>} */ (value)[key]];
  }
}

/** @param {string} key */
function stepTo(key) {
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
}

/** @param {unknown} key */
function label(key) {
  if (typeof key === 'string') return JSON.stringify(key);
  const isShown = typeof key === 'number' || typeof key === 'bigint' || typeof key === 'boolean';
  return isShown || key === null || key === undefined ? String(key) : kindOf(key);
}

/** @param {unknown} value */
function kindOf(value) {
  if (typeof value !== 'object' || value === null) return `a ${typeof value}`;
  const { value: name } = attempt(() => value.constructor?.name);
  return typeof name === 'string' && name !== '' ? `an instance of ${name}` : 'an object of its own kind';
}

/** @param {unknown} error */
function textOf(error) {
  const { value: text } = attempt(() => (error instanceof Error ? error.message : String(error)));
  return typeof text === 'string' ? text : 'without a text';
}

/**
 * @param {() => unknown} work
 * @returns {{ readonly value?: unknown, readonly error?: unknown }}
 */
function attempt(work) {
  try {
    return { value: work() };
  } catch (error) {
    return { error: error ?? 'nothing' };
  }
}
