import type { Milliseconds } from '@rookery/genserver';
import { PoolOptionError } from './errors.js';

/** How many of something there may be. */
export function checkCount(option: string, value: unknown, atLeast: number): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= atLeast) return;
  throw new PoolOptionError(option, `an integer >= ${atLeast}`, value);
}

/** The same, where there may be no limit. */
export function checkLimit(option: string, value: unknown, atLeast: number): asserts value is number {
  if (value !== Infinity && !(Number.isSafeInteger(value) && (value as number) >= atLeast)) {
    throw new PoolOptionError(option, `an integer >= ${atLeast}, or Infinity`, value);
  }
}

/** Above this, `setTimeout` of a clock could fire at once, and a time is a date or a mistake, most often. */
const LONGEST_MS = 2 ** 31 - 1;

/** A time limit. 0 is a mistake: nothing could be done in time. */
export function checkTimeout(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value === 'number' && value > 0 && (value <= LONGEST_MS || value === Infinity)) return;
  throw new PoolOptionError(
    option,
    `a number of milliseconds > 0 and <= ${LONGEST_MS}, or Infinity for no limit`,
    value,
  );
}

/** A span of time, which may be none. */
export function checkDuration(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value === 'number' && value >= 0 && (value <= LONGEST_MS || value === Infinity)) return;
  throw new PoolOptionError(option, `a number of milliseconds from 0 to ${LONGEST_MS}, or Infinity`, value);
}

export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new PoolOptionError(option, 'a function', value);
}

export function checkText(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '') throw new PoolOptionError(option, 'a non-empty string', value);
}

export function checkObject(option: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new PoolOptionError(option, 'an object', value);
}

export function checkOneOf(option: string, value: unknown, values: readonly string[]): void {
  if (values.includes(value as string)) return;
  throw new PoolOptionError(option, `one of ${values.map((one) => `'${one}'`).join(', ')}`, value);
}

/** Of priorities there are few, as a free slot looks at each that somebody waits with. */
const MAX_PRIORITY = 100;

export function checkPriority(value: unknown): asserts value is number {
  if (Number.isInteger(value) && Math.abs(value as number) <= MAX_PRIORITY) return;
  throw new PoolOptionError('priority', `an integer from -${MAX_PRIORITY} to ${MAX_PRIORITY}`, value);
}

export function checkSignal(signal: unknown): asserts signal is AbortSignal {
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const isSignal = typeof addEventListener === 'function' && typeof removeEventListener === 'function';
  if (!isSignal || typeof aborted !== 'boolean') throw new PoolOptionError('signal', 'an AbortSignal', signal);
}
