import { type DynamicModule, Module } from '@nestjs/common';
import { cacheProvider } from './cache-providers.js';
import { DEFAULT_CACHE } from './cache-token.js';
import { checkCaches, checkFactory, checkGlobal, checkNames } from './check-caches.js';
import { BootCheck } from './boot-check.js';
import { CacheSetupError } from './errors.js';
import type {
  AsyncCache,
  FeatureOptions,
  NamedCache,
  TtlCacheModuleAsyncOptions,
  TtlCacheModuleOptions,
} from './module-options.js';
import { OpenCaches } from './open-caches.js';

/**
 * Caches as providers: `@InjectCache(name)` injects them, `@Cached` and `TtlCacheInterceptor` use them. They are plain TtlCache
 * objects, closed in `onApplicationShutdown`, after the last answer, or, with `supervised: true`, refs to children of the
 * supervision tree. All its methods throw a CacheSetupError for options that make no sense; what a factory gave, and caches that
 * a module would see twice under one name, fail the boot with one.
 */
@Module({ providers: [OpenCaches, BootCheck] })
export class TtlCacheModule {
  /** The default cache and those listed, for every module. */
  static forRoot(options: TtlCacheModuleOptions = {}): DynamicModule {
    const where = 'TtlCacheModule.forRoot';
    checkObject(where, options);
    const { caches = [], isGlobal = true, ...defaults } = options;
    checkCaches(where, caches, 'plain');
    const hasDefault = caches.some(({ name }) => name === DEFAULT_CACHE);
    if (hasDefault && Object.keys(defaults).length > 0) throw defaultTwice(where);
    const all = hasDefault ? caches : [{ ...defaults, name: DEFAULT_CACHE }, ...caches];
    checkCaches(where, all, 'plain');
    return moduleOf(where, all, { isGlobal });
  }

  /** The same, with the options of the default cache from `useFactory`; those of the others may come from factories of their own. */
  static forRootAsync(options: TtlCacheModuleAsyncOptions): DynamicModule {
    const where = 'TtlCacheModule.forRootAsync';
    checkObject(where, options);
    checkNames(where, options, ['imports', 'inject', 'useFactory', 'caches', 'isGlobal']);
    checkFactory(where, { ...options });
    const { caches = [], isGlobal = true, ...factory } = options;
    checkCaches(where, caches, 'async');
    if (caches.some(({ name }) => name === DEFAULT_CACHE)) throw defaultTwice(where);
    return moduleOf(where, [{ ...factory, name: DEFAULT_CACHE }, ...caches], { isGlobal });
  }

  /** Caches for the modules that import this, which may bear names that exist elsewhere: those are other caches. */
  static forFeature(caches: readonly NamedCache[], options: FeatureOptions = {}): DynamicModule {
    const where = 'TtlCacheModule.forFeature';
    checkCaches(where, caches, 'plain');
    return moduleOf(where, caches, options);
  }

  /** The same, with options from factories: `[{ name, imports, inject, useFactory }]`. */
  static forFeatureAsync(caches: readonly AsyncCache[], options: FeatureOptions = {}): DynamicModule {
    const where = 'TtlCacheModule.forFeatureAsync';
    checkCaches(where, caches, 'async');
    return moduleOf(where, caches, options);
  }
}

function moduleOf(where: string, caches: readonly AsyncCache[], options: FeatureOptions): DynamicModule {
  checkObject(where, options);
  checkNames(where, options, ['isGlobal']);
  checkGlobal(where, options.isGlobal);
  const providers = caches.map((cache) => cacheProvider(where, cache));
  return {
    module: TtlCacheModule,
    global: options.isGlobal ?? false,
    imports: caches.flatMap((cache) => ('imports' in cache ? (cache.imports ?? []) : [])),
    providers,
    exports: providers.map(({ provide }) => provide),
  };
}

function checkObject(where: string, options: unknown): void {
  if (typeof options !== 'object' || options === null) {
    throw new CacheSetupError(where, 'the options must be an object.');
  }
}

function defaultTwice(where: string): CacheSetupError {
  return new CacheSetupError(where, 'the default cache has options here and in `caches`: keep one of the two.');
}
