import { inspect } from 'node:util';

/** Keys may be any value, also one that cannot be turned into text. */
export function formatKey(key: unknown): string {
  return typeof key === 'string' ? key : inspect(key, { depth: 0, breakLength: Infinity });
}
