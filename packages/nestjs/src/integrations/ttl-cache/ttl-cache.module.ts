import { type DynamicModule, Module } from '@nestjs/common';
import { cacheProvider, checkCaches } from './cache-providers.js';
import { DEFAULT_CACHE } from './cache-token.js';
import { CacheSetupError } from './errors.js';
import type { FeatureOptions, NamedCache, TtlCacheModuleOptions } from './module-options.js';
import { OpenCaches } from './open-caches.js';

/**
 * Caches as providers: `@InjectCache(name)` injects them, `@Cached` and `TtlCacheInterceptor` use them. They are plain TtlCache
 * objects, closed in `onApplicationShutdown`, after the last answer, or, with `supervised: true`, refs to children of the
 * supervision tree.
 */
@Module({ providers: [OpenCaches] })
export class TtlCacheModule {
  /** The default cache and those listed, for every module. Throws a CacheSetupError for options that make no sense. */
  static forRoot(options: TtlCacheModuleOptions = {}): DynamicModule {
    const where = 'TtlCacheModule.forRoot';
    if (typeof options !== 'object' || options === null)
      throw new CacheSetupError(where, 'the options must be an object.');
    const { caches = [], imports, ...defaults } = options;
    checkCaches(where, caches);
    const hasDefault = caches.some(({ name }) => name === DEFAULT_CACHE);
    if (hasDefault && Object.keys(defaults).length > 0) {
      throw new CacheSetupError(where, 'the default cache has options here and in `caches`: keep one of the two.');
    }
    const all = hasDefault ? caches : [{ ...defaults, name: DEFAULT_CACHE }, ...caches];
    return moduleOf(where, all, { isGlobal: true, imports });
  }

  /**
   * Caches for the modules that import this, which may bear names that exist elsewhere: those are other caches. Throws a
   * CacheSetupError for options that make no sense.
   */
  static forFeature(caches: readonly NamedCache[], options: FeatureOptions = {}): DynamicModule {
    return moduleOf('TtlCacheModule.forFeature', caches, options);
  }
}

function moduleOf(
  where: string,
  caches: readonly NamedCache[],
  { isGlobal = false, imports }: FeatureOptions,
): DynamicModule {
  checkCaches(where, caches);
  const providers = caches.map((cache) => cacheProvider(where, cache));
  return {
    module: TtlCacheModule,
    global: isGlobal,
    imports: imports ?? [],
    providers,
    exports: providers.map(({ provide }) => provide),
  };
}
