import { type FetchOptions, TtlCache } from '@rookery/ttl-cache';
import { checkNames } from './check-caches.js';
import { CacheSetupError, inSetup } from './errors.js';

/** The load options that a decorator or an interceptor may give. The others are the cache's. */
export type DeclaredLoad = Pick<
  FetchOptions,
  'ttlMs' | 'staleForMs' | 'softTimeoutMs' | 'refreshAfterMs' | 'loadTimeoutMs' | 'errorTtlMs'
>;

const NAMES = ['ttlMs', 'staleForMs', 'softTimeoutMs', 'refreshAfterMs', 'loadTimeoutMs', 'errorTtlMs'] as const;

/** Checks what was declared, and takes from it what `fetch` is given. `also` are names that are not for `fetch`. */
export function checkLoad(where: string, options: object, also: readonly string[]): DeclaredLoad {
  checkNames(where, options, [...also, ...NAMES]);
  const given = Object.entries(options).filter(([key, value]) => !also.includes(key) && value !== undefined);
  const load = Object.fromEntries(given) as DeclaredLoad;
  inSetup(where, () => TtlCache.childSpec(load)); // has the same options, and checks them
  return load;
}

export function checkTagsAndCache(where: string, { tags, cache }: { tags?: unknown; cache?: unknown }): void {
  const isText = (value: unknown): boolean => typeof value === 'string' && value !== '';
  if (cache !== undefined && !isText(cache)) throw new CacheSetupError(where, '`cache` must be the name of a cache.');
  if (tags === undefined || typeof tags === 'function' || (Array.isArray(tags) && tags.every(isText))) return;
  throw new CacheSetupError(where, '`tags` must be an array of non-empty strings, or a function that gives one.');
}
