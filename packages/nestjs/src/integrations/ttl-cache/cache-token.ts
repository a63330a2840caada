import { Inject } from '@nestjs/common';
import { CacheSetupError } from './errors.js';

/** The cache that is meant where no name is given: `TtlCacheModule.forRoot` makes it. */
export const DEFAULT_CACHE = 'default';

/** The injection token of a cache: for `inject` lists of factories, and for `overrideProvider` in tests. */
export function getCacheToken(name: string = DEFAULT_CACHE): string {
  if (typeof name !== 'string' || name === '') {
    throw new CacheSetupError('getCacheToken', 'the name of a cache must be a non-empty string, or left out.');
  }
  // Nest prints this when it cannot resolve the token.
  return `TtlCache "${name}" (of TtlCacheModule.forRoot, or of a forFeature that this module imports)`;
}

/** Injects a cache: a `Cache<Key, Value>` of `@rookery/ttl-cache`. */
export function InjectCache(name: string = DEFAULT_CACHE): ParameterDecorator & PropertyDecorator {
  return Inject(getCacheToken(name));
}
