import { CacheValueError } from './errors.js';
import { formatKey } from './key.js';
import type { TtlCacheOptions } from './options.js';

/** What is done to a value as it comes in, and as it goes out. Undefined: nothing. Both throw a CacheValueError. */
export interface Guard {
  readonly keep: (<T>(value: T, key: unknown) => T) | undefined;
  readonly give: (<T>(value: T, key: unknown) => T) | undefined;
}

export const GUARDS: Record<NonNullable<TtlCacheOptions['values']>, Guard> = {
  shared: { keep: undefined, give: undefined },
  frozen: { keep: freeze, give: undefined },
  cloned: { keep: copy, give: copy },
};

function copy<T>(value: T, key: unknown): T {
  try {
    return structuredClone(value);
  } catch (error) {
    throw new CacheValueError(formatKey(key), 'copy', error);
  }
}

function freeze<T>(value: T, key: unknown): T {
  try {
    return deepFreeze(value);
  } catch (error) {
    throw new CacheValueError(formatKey(key), 'freeze', error); // a getter or a proxy threw
  }
}

/** Plain objects and arrays, all the way down, also below what was frozen already; what has a class of its own is left as it is. */
function deepFreeze<T>(value: T, seen?: Set<object>): T {
  if (typeof value !== 'object' || value === null || seen?.has(value) === true || !isPlain(value)) return value;
  const passed = seen ?? new Set();
  passed.add(Object.freeze(value));
  for (const part of Object.values(value)) deepFreeze(part, passed);
  return value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Array.isArray(value);
}
