export { TtlCacheModule } from './ttl-cache.module.js';
export type {
  AsyncCache,
  FactoryCache,
  FeatureOptions,
  NamedCache,
  PlainCache,
  SupervisedCache,
  TtlCacheModuleAsyncOptions,
  TtlCacheModuleOptions,
} from './module-options.js';
export { getCacheToken, InjectCache } from './cache-token.js';
export { Cached, type CachedOptions, type CacheKey } from './cached.decorator.js';
export { LoadSignal } from './load-signal.decorator.js';
export { TtlCacheInterceptor, type TtlCacheInterceptorOptions } from './ttl-cache.interceptor.js';
export type { CacheableRequest } from './route.js';
export type { Variant } from './variant.js';
export { type CacheManagerCache, toCacheManager, type WrapOptions } from './cache-manager.js';
export { type KeyvStore, toKeyvStore } from './keyv-store.js';
export { CacheKeyError, CacheSetupError, CacheVariantError, ClientLeftException, NestCacheError } from './errors.js';
