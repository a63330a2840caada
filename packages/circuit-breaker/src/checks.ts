import type { Milliseconds } from '@rookery/genserver';
import { BreakerOptionError } from './errors.js';

const LARGEST_SIZE = 10_000_000;

export function checkObject(option: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new BreakerOptionError(option, 'an object', value);
}

/** A span that has an end: it is saved as JSON, which knows no Infinity. */
export function checkSpan(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value === 'number' && value > 0 && value < Infinity) return;
  throw new BreakerOptionError(option, 'a finite number of milliseconds > 0', value);
}

export function checkLimitMs(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value === 'number' && value > 0) return;
  throw new BreakerOptionError(option, 'a number of milliseconds > 0, or Infinity for no limit', value);
}

export function checkDuration(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value === 'number' && value >= 0) return;
  throw new BreakerOptionError(option, 'a number of milliseconds >= 0, or Infinity', value);
}

export function checkCount(option: string, value: unknown): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return;
  throw new BreakerOptionError(option, 'an integer >= 1', value);
}

/** Of what is kept in memory at once, however few calls there are. */
export function checkSize(option: string, value: unknown): asserts value is number {
  checkCount(option, value);
  if (value > LARGEST_SIZE) throw new BreakerOptionError(option, `at most ${LARGEST_SIZE}`, value);
}

export function checkCountOrZero(option: string, value: unknown): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= 0) return;
  throw new BreakerOptionError(option, 'an integer >= 0', value);
}

/** A share of all calls. 0 would trip on a success. */
export function checkRate(option: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && value > 0 && value <= 1) return;
  throw new BreakerOptionError(option, 'a number above 0, up to 1', value);
}

export function checkFraction(option: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && value >= 0 && value < 1) return;
  throw new BreakerOptionError(option, 'a number from 0 to less than 1', value);
}

/** What a `random` that was given has given. */
export function checkChance(value: unknown): number {
  if (typeof value === 'number' && value >= 0 && value < 1) return value;
  throw new BreakerOptionError('random', 'a function that gives a number in [0, 1)', value);
}

export function checkFactor(option: string, value: unknown): asserts value is number {
  if (typeof value === 'number' && value >= 1 && value < Infinity) return;
  throw new BreakerOptionError(option, 'a finite number >= 1', value);
}

export function checkFunction(option: string, value: unknown): void {
  if (typeof value !== 'function') throw new BreakerOptionError(option, 'a function', value);
}

export function checkText(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '') throw new BreakerOptionError(option, 'a non-empty string', value);
}

export function checkBoolean(option: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new BreakerOptionError(option, 'true or false', value);
}

export function checkOneOf<const T extends string>(
  option: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if ((allowed as readonly unknown[]).includes(value)) return;
  throw new BreakerOptionError(option, `one of ${allowed.map((one) => `'${one}'`).join(', ')}`, value);
}

export function checkSignal(signal: unknown): asserts signal is AbortSignal | undefined {
  if (signal === undefined) return;
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const isSignal = typeof addEventListener === 'function' && typeof removeEventListener === 'function';
  if (!isSignal || typeof aborted !== 'boolean') throw new BreakerOptionError('signal', 'an AbortSignal', signal);
}
