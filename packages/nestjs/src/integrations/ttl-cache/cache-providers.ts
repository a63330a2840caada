import type { FactoryProvider } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { type Cache, TtlCache, type TtlCacheOptions } from '@rookery/ttl-cache';
import { getCacheToken } from './cache-token.js';
import { CacheSetupError, inSetup } from './errors.js';
import type { NamedCache } from './module-options.js';
import { OpenCaches } from './open-caches.js';

/** Refuses what makes no sense, before Nest makes anything of it. */
export function checkCaches(where: string, caches: readonly NamedCache[]): void {
  if (!Array.isArray(caches)) throw new CacheSetupError(where, 'the caches must be an array of { name, …options }.');
  const names = new Set<string>();
  for (const cache of caches as readonly NamedCache[]) {
    checkName(where, cache);
    if (names.has(cache.name)) {
      throw new CacheSetupError(where, `two caches are named "${cache.name}": rename or remove one of them.`);
    }
    names.add(cache.name);
    checkCache(`${where}, cache "${cache.name}"`, cache);
  }
}

function checkName(where: string, cache: NamedCache): void {
  if (typeof cache === 'object' && cache !== null && typeof cache.name === 'string' && cache.name !== '') return;
  throw new CacheSetupError(where, 'each cache needs a `name`, a non-empty string.');
}

function checkCache(where: string, cache: NamedCache): void {
  if (cache.supervised !== undefined) {
    const surplus = Object.keys(cache).filter((key) => key !== 'name' && key !== 'supervised');
    if ((cache.supervised as unknown) === true && surplus.length === 0) return;
    throw new CacheSetupError(
      where,
      '`supervised: true` stands beside the name alone: give the options to TtlCache.childSpec, among the children of a supervisor.',
    );
  }
  if (cache.useFactory === undefined) inSetup(where, () => new TtlCache(optionsOf(cache)));
  else if (typeof cache.useFactory !== 'function') {
    throw new CacheSetupError(where, '`useFactory` must be a function that gives the options.');
  }
}

/** What makes a cache, or the way to it. */
export function cacheProvider(where: string, cache: NamedCache): FactoryProvider<Cache<unknown, unknown>> {
  const provide = getCacheToken(cache.name);
  const place = `${where}, cache "${cache.name}"`;
  if (cache.supervised === true) {
    const useFactory = (runtime?: Runtime): Cache<unknown, unknown> => refTo(place, cache.name, runtime);
    return { provide, useFactory, inject: [{ token: Runtime, optional: true }] };
  }
  if (cache.useFactory === undefined) {
    return { provide, useFactory: (open: OpenCaches) => open.make(optionsOf(cache)), inject: [OpenCaches] };
  }
  const { name, useFactory: options, inject = [] } = cache;
  const useFactory = async (open: OpenCaches, ...dependencies: unknown[]): Promise<TtlCache> => {
    const given = await options(...(dependencies as never[]));
    return inSetup(place, () => open.make({ label: name, ...given }));
  };
  return { provide, useFactory, inject: [OpenCaches, ...inject] };
}

function optionsOf({ name, ...options }: { readonly name: string } & TtlCacheOptions): TtlCacheOptions {
  return { label: name, ...options };
}

function refTo(where: string, name: string, runtime: Runtime | undefined): Cache<unknown, unknown> {
  if (runtime !== undefined) return TtlCache.ref(runtime, name);
  throw new CacheSetupError(
    where,
    'it is `supervised`, and the application has no supervision tree: import SupervisionModule.forRoot, or leave `supervised` out.',
  );
}
