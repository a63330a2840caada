import { inspect } from 'node:util';

/** Keys may be any value, also one that cannot be turned into text. */
export function formatKey(key: unknown): string {
  if (typeof key === 'string') return key;
  try {
    return inspect(key, { depth: 0, breakLength: Infinity });
  } catch {
    return `a ${typeof key} that cannot be shown`; // its own [inspect.custom] or a getter throws
  }
}
