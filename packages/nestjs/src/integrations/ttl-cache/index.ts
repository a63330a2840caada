export { TtlCacheModule } from './ttl-cache.module.js';
export type {
  FactoryCache,
  FeatureOptions,
  NamedCache,
  PlainCache,
  SupervisedCache,
  TtlCacheModuleOptions,
} from './module-options.js';
export { getCacheToken, InjectCache } from './cache-token.js';
export { Cached, type CachedOptions } from './cached.decorator.js';
export { TtlCacheInterceptor, type TtlCacheInterceptorOptions } from './ttl-cache.interceptor.js';
export type { CacheableRequest, Variant } from './route.js';
export { type CacheManagerCache, toCacheManager, type WrapOptions } from './cache-manager.js';
export { type KeyvStore, toKeyvStore } from './keyv-store.js';
export { CacheKeyError, CacheSetupError, NestCacheError } from './errors.js';
