import type { Milliseconds } from '@rookery/genserver';
import { CacheOptionError } from './errors.js';

/** A life. 0, a negative number and NaN are mistakes, most often in a subtraction: an entry that is never found helps nobody. */
export function checkTtl(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value !== 'number' || !(value > 0)) {
    throw new CacheOptionError(option, 'a number of milliseconds > 0, or Infinity for ever', value);
  }
}

export function checkDuration(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new CacheOptionError(option, 'a number of milliseconds >= 0, or Infinity', value);
  }
}

/** Above this, `setTimeout` of a clock would fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function checkInterval(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value !== 'number' || !(value >= 1) || value > LONGEST_TIMER_MS) {
    throw new CacheOptionError(option, `a number of milliseconds from 1 to ${LONGEST_TIMER_MS}`, value);
  }
}

export function checkLimit(option: string, value: unknown): asserts value is number {
  if (value === Infinity || (Number.isSafeInteger(value) && (value as number) >= 1)) return;
  throw new CacheOptionError(option, 'an integer >= 1, or Infinity', value);
}

export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new CacheOptionError(option, 'a function', value);
}

export function checkFlag(option: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new CacheOptionError(option, 'true or false', value);
}

export function checkFraction(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
    throw new CacheOptionError(option, 'a number from 0 to less than 1', value);
  }
}

/** Any value but `undefined` and `null`, which are nearly always a missing id. Compared as a Map compares. */
export function checkKey(key: unknown): void {
  if (key === undefined || key === null) throw new CacheOptionError('key', 'anything but null and undefined', key);
}

export function checkText(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '') throw new CacheOptionError(option, 'a non-empty string', value);
}

export function checkTags(tags: unknown): asserts tags is readonly string[] {
  if (!Array.isArray(tags)) throw new CacheOptionError('tags', 'an array of non-empty strings', tags);
  for (const tag of tags as readonly unknown[]) checkText('tags', tag);
}

export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return;
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const isSignal = typeof addEventListener === 'function' && typeof removeEventListener === 'function';
  if (!isSignal || typeof aborted !== 'boolean') throw new CacheOptionError('signal', 'an AbortSignal', signal);
}
