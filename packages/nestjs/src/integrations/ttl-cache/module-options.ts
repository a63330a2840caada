import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { TtlCacheOptions } from '@rookery/ttl-cache';

interface Named {
  /** What `@InjectCache` and `@Cached` call it. `default` is what they mean when they say nothing. */
  readonly name: string;
}

/** Where options come from that other providers know. */
interface Factory {
  /** Modules whose exports `useFactory` injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  /** Gives the options, or a promise of them. What it throws fails the boot. */
  readonly useFactory: (...dependencies: never[]) => TtlCacheOptions | Promise<TtlCacheOptions>;
}

/** A cache with its options as they stand. Its `label` is its name, unless given. */
export interface PlainCache extends Named, TtlCacheOptions {
  readonly supervised?: never;
  readonly useFactory?: never;
}

/**
 * A cache that is a child of the supervision tree, where `TtlCache.childSpec({ name, … })` lists it with its options. What is
 * injected is a ref by name, so it survives restarts, after which the cache is empty; until the tree is up it keeps nothing.
 */
export interface SupervisedCache extends Named {
  readonly supervised: true;
  readonly useFactory?: never;
}

/** A cache of `forRoot` or `forFeature`. */
export type NamedCache = PlainCache | SupervisedCache;

/** A cache whose options come from other providers, for `forRootAsync` and `forFeatureAsync`. */
export interface FactoryCache extends Named, Factory {
  readonly supervised?: never;
}

/** A cache of `forRootAsync` or `forFeatureAsync`: its name stands, as it is the token; its options may come from a factory. */
export type AsyncCache = FactoryCache | NamedCache;

/** The options of the default cache, and other caches beside it. */
export interface TtlCacheModuleOptions extends TtlCacheOptions {
  /** One of them may be named `default`, in place of the options beside. */
  readonly caches?: readonly NamedCache[];
  /** Whether every module sees these caches, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}

/** Where the options of the default cache come from, and other caches beside it. */
export interface TtlCacheModuleAsyncOptions extends Factory {
  readonly caches?: readonly AsyncCache[];
  /** Whether every module sees these caches, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}

/** Beside the caches of `forFeature` and `forFeatureAsync`. */
export interface FeatureOptions {
  /** Whether every module sees these caches, not only those that import this one. Default false. */
  readonly isGlobal?: boolean;
}
