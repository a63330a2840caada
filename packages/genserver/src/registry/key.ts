import { inspect } from 'node:util';
import { InvalidOptionError } from '../errors.js';

/** Any value but null and undefined, which are nearly always a mistake. */
export function checkKey(key: unknown): void {
  if (key === undefined || key === null) throw new InvalidOptionError('key', 'anything but null and undefined', key);
}

/** Keys may be any value, also one that cannot be turned into text. */
export function formatKey(key: unknown): string {
  return typeof key === 'string' ? key : inspect(key, { depth: 0, breakLength: Infinity });
}
