import { HealthOptionError } from './errors.js';

/** Above 0, and finite: what waits for ever never happens. */
export function checkInterval(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 1) || value === Infinity) {
    throw new HealthOptionError(option, 'a finite number of milliseconds >= 1', value);
  }
}

export function checkDelay(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0) || value === Infinity) {
    throw new HealthOptionError(option, 'a finite number of milliseconds >= 0', value);
  }
}

export function checkDuration(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0)) {
    throw new HealthOptionError(option, 'a number of milliseconds >= 0, or Infinity', value);
  }
}

export function checkCount(option: string, value: unknown, least = 1): asserts value is number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return;
  throw new HealthOptionError(option, `an integer >= ${least}`, value);
}

/** How much is too much; Infinity: never. */
export function checkThreshold(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0))
    throw new HealthOptionError(option, 'a number >= 0, or Infinity', value);
}

export function checkFraction(option: string, value: unknown): asserts value is number {
  if (typeof value !== 'number' || !(value >= 0 && value < 1)) {
    throw new HealthOptionError(option, 'a number from 0 to less than 1', value);
  }
}

export function checkFunction(option: string, value: unknown, meaning = 'a function'): void {
  if (typeof value !== 'function') throw new HealthOptionError(option, meaning, value);
}

export function checkText(option: string, value: unknown): asserts value is string {
  if (typeof value !== 'string' || value === '') throw new HealthOptionError(option, 'a non-empty string', value);
}

export function checkTexts(option: string, value: unknown): asserts value is readonly string[] {
  if (!Array.isArray(value)) throw new HealthOptionError(option, 'an array of non-empty strings', value);
  for (const text of value as readonly unknown[]) checkText(option, text);
}

export function checkBoolean(option: string, value: unknown): asserts value is boolean {
  if (typeof value !== 'boolean') throw new HealthOptionError(option, 'true or false', value);
}

export function checkObject(option: string, value: unknown): asserts value is object {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new HealthOptionError(option, 'an object', value);
  }
}

export function checkOneOf<const T extends string>(
  option: string,
  value: unknown,
  allowed: readonly T[],
): asserts value is T {
  if (allowed.includes(value as T)) return;
  throw new HealthOptionError(option, `one of ${allowed.map((one) => `'${one}'`).join(', ')}`, value);
}
