import type { TtlCacheOptions } from './options.js';

/** What is done to a value as it comes in, and as it goes out. */
export interface Guard {
  readonly keep: <T>(value: T) => T;
  /** Undefined: nothing. */
  readonly give: (<T>(value: T) => T) | undefined;
}

export const GUARDS: Record<NonNullable<TtlCacheOptions['values']>, Guard> = {
  shared: { keep: (value) => value, give: undefined },
  frozen: { keep: (value) => deepFreeze(value), give: undefined },
  cloned: { keep: structuredClone, give: structuredClone },
};

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
