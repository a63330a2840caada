import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { TtlCacheOptions } from '@rookery/ttl-cache';

interface Named {
  /** What `@InjectCache` and `@Cached` call it. `default` is what they mean when they say nothing. */
  readonly name: string;
}

/** A cache with its options as they stand. Its `label` is its name, unless given. */
export interface PlainCache extends Named, TtlCacheOptions {
  readonly supervised?: never;
  readonly useFactory?: never;
}

/** A cache whose options come from other providers. */
export interface FactoryCache extends Named {
  readonly supervised?: never;
  readonly useFactory: (...dependencies: never[]) => TtlCacheOptions | Promise<TtlCacheOptions>;
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
}

/**
 * A cache that is a child of the supervision tree, where `TtlCache.childSpec({ name, … })` lists it with its options. What is
 * injected is a ref by name, so it survives restarts; until the tree is up it keeps nothing.
 */
export interface SupervisedCache extends Named {
  readonly supervised: true;
  readonly useFactory?: never;
}

/** A cache of `forRoot` or `forFeature`. */
export type NamedCache = PlainCache | FactoryCache | SupervisedCache;

/** The options of the default cache, and other caches for the whole application. */
export interface TtlCacheModuleOptions extends TtlCacheOptions {
  /** One of them may be named `default`, in place of the options beside. */
  readonly caches?: readonly NamedCache[];
  /** Modules whose exports the `useFactory` of these caches inject. */
  readonly imports?: ModuleMetadata['imports'];
}

/** Beside the caches of `forFeature`. */
export interface FeatureOptions {
  /** Whether every module sees these caches, not only those that import this one. Default false. */
  readonly isGlobal?: boolean;
  /** Modules whose exports the `useFactory` of these caches inject. */
  readonly imports?: ModuleMetadata['imports'];
}
