import type { TtlCacheOptions } from './options.js';

/** What is done to a value as it comes in, and as it goes out. */
export interface Guard {
  readonly keep: <T>(value: T) => T;
  /** Undefined: nothing. */
  readonly give: (<T>(value: T) => T) | undefined;
}

export const GUARDS: Record<NonNullable<TtlCacheOptions['values']>, Guard> = {
  shared: { keep: (value) => value, give: undefined },
  frozen: { keep: deepFreeze, give: undefined },
  cloned: { keep: structuredClone, give: structuredClone },
};

/** Plain objects and arrays, all the way down; what has a class of its own is left as it is. */
function deepFreeze<T>(value: T): T {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value) || !isPlain(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) deepFreeze(part);
  return value;
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Array.isArray(value);
}
