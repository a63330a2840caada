import type { FactoryProvider } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { type Cache, TtlCache } from '@rookery/ttl-cache';
import { getCacheToken } from './cache-token.js';
import { checkOptions } from './check-caches.js';
import { CacheSetupError } from './errors.js';
import type { AsyncCache, FactoryCache } from './module-options.js';
import { OpenCaches } from './open-caches.js';

type CacheProvider = FactoryProvider<Cache<unknown, unknown>>;

/** What makes a cache, or the way to it. */
export function cacheProvider(where: string, cache: AsyncCache): CacheProvider {
  const provide = getCacheToken(cache.name);
  const place = `${where}, cache "${cache.name}"`;
  if (cache.supervised === true) {
    const useFactory = (runtime?: Runtime): Cache<unknown, unknown> => refTo(place, cache.name, runtime);
    return { provide, useFactory, inject: [{ token: Runtime, optional: true }] };
  }
  if (cache.useFactory !== undefined) return { provide, ...fromFactory(place, cache) };
  const { name, ...options } = cache;
  const useFactory = (open: OpenCaches): TtlCache => open.make({ label: name, ...options });
  return { provide, useFactory, inject: [OpenCaches] };
}

function fromFactory(where: string, cache: FactoryCache): Omit<CacheProvider, 'provide'> {
  const { name, useFactory: give, inject = [] } = cache;
  const useFactory = async (open: OpenCaches, ...dependencies: unknown[]): Promise<TtlCache> => {
    const options: unknown = await give(...(dependencies as never[]));
    checkOptions(where, options);
    return open.make({ label: name, ...options });
  };
  return { useFactory, inject: [OpenCaches, ...inject] };
}

function refTo(where: string, name: string, runtime: Runtime | undefined): Cache<unknown, unknown> {
  if (runtime !== undefined) return TtlCache.ref(runtime, name);
  throw new CacheSetupError(
    where,
    'it is `supervised`, and the application has no supervision tree: import SupervisionModule.forRoot, or leave `supervised` out.',
  );
}
