import { letGo } from '../refused-promise.js';
import { CacheVariantError } from './errors.js';

/** By whom an answer may be shared. Undefined: by nobody. */
export type Variant = string | number | boolean | readonly (string | number | boolean | null | undefined)[] | undefined;

/** Lets nothing through that looks alike for callers that are not: as JSON, each promise is `{}`, and NaN is null. */
export function checkVariant(variant: unknown): Variant {
  const isPart = (part: unknown): boolean => part === undefined || part === null || isPlain(part);
  const isFine = variant === undefined || isPlain(variant) || (Array.isArray(variant) && variant.every(isPart));
  if (isFine) return variant as Variant;
  letGo(variant);
  throw new CacheVariantError(variant);
}

function isPlain(value: unknown): boolean {
  return typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' || typeof value === 'boolean';
}
