import { InvalidOptionError } from './errors.js';
import type { Milliseconds } from './runtime/clock.js';

/** Options are checked once, at the door: each of these throws an InvalidOptionError that names the option. */
export function checkDuration(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new InvalidOptionError(option, 'a number of milliseconds >= 0, or Infinity', value);
  }
}

/** A delay must be finite: a message that is never to be sent needs no timer. */
export function checkDelay(option: string, value: unknown): asserts value is Milliseconds {
  if (typeof value !== 'number' || !(value >= 0) || value === Infinity) {
    throw new InvalidOptionError(option, 'a finite number of milliseconds >= 0', value);
  }
}

export function checkInteger(option: string, value: unknown, minimum: number): asserts value is number {
  if (!Number.isSafeInteger(value) || (value as number) < minimum) {
    throw new InvalidOptionError(option, `an integer >= ${minimum}`, value);
  }
}

export function checkOneOf<T extends string>(
  option: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (!allowed.includes(value as T)) {
    throw new InvalidOptionError(option, `one of ${allowed.map((one) => `'${one}'`).join(', ')}`, value);
  }
}

export function checkFunction(option: string, value: unknown, what: string): void {
  if (typeof value !== 'function') throw new InvalidOptionError(option, what, value);
}

export function checkBoolean(option: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new InvalidOptionError(option, 'true or false', value);
}

/** What options are read from: null, too, would otherwise be an error of JavaScript. */
export function checkOptions(value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null) throw new InvalidOptionError('options', 'an object', value);
}

/** Undefined where there is none. */
export function checkSignal(value: unknown): asserts value is AbortSignal | undefined {
  const isSignal = typeof value === 'object' && value !== null && 'aborted' in value && 'addEventListener' in value;
  if (value !== undefined && !isSignal) throw new InvalidOptionError('signal', 'an AbortSignal', value);
}
