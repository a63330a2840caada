import type { FactoryProvider, ModuleMetadata } from '@nestjs/common';
import type { Closures, Face, WorkerPoolOptions, WorkerPoolRef } from '@rookery/worker-pool';

/** What `@InjectPool` injects: a WorkerPool, or the ref of one in the supervision tree. */
export type Pool<F extends Face = Closures> = Pick<
  WorkerPoolRef<F>,
  'executeTask' | 'map' | 'getStats' | 'idle' | 'drain' | 'engineKind'
>;

interface Named {
  /** What `@InjectPool` and `@InPool` call it. No other pool of the application may bear it. */
  readonly name: string;
}

/** What a pool of this module takes, beside its name. Its `label` is its name, unless given. */
export interface PoolOptions extends WorkerPoolOptions {
  /**
   * How long the tasks it has may take when the application closes; then they are aborted. Never longer than half of what is left of
   * the `shutdownTimeoutMs` of SupervisionModule; 5 000 without that module. Default: that.
   */
  readonly drainMs?: number;
}

/** A pool with its options as they stand. */
export interface PlainPool extends Named, PoolOptions {
  readonly supervised?: never;
  readonly useFactory?: never;
}

/**
 * A pool that is a child of the supervision tree, where `WorkerPool.childSpec({ name, … })` lists it with its options. What is
 * injected is a ref by name, so it survives restarts; until the tree is up it refuses tasks. It drains when the tree stops it.
 */
export interface SupervisedPool extends Named {
  readonly supervised: true;
  readonly useFactory?: never;
}

/** A pool of `forRoot` or `forFeature`. */
export type NamedPool = PlainPool | SupervisedPool;

/** A pool whose options come from other providers, for `forRootAsync` and `forFeatureAsync`. */
export interface FactoryPool extends Named {
  readonly supervised?: never;
  /** Modules whose exports `useFactory` injects. */
  readonly imports?: ModuleMetadata['imports'];
  /** What `useFactory` is called with. */
  readonly inject?: FactoryProvider['inject'];
  /** Gives the options, or a promise of them. What it throws fails the boot. */
  readonly useFactory: (...dependencies: never[]) => PoolOptions | Promise<PoolOptions>;
}

/** A pool of `forRootAsync` or `forFeatureAsync`: its name stands, as it is the token; its options may come from a factory. */
export type AsyncPool = FactoryPool | NamedPool;

/** Pools for every module. */
export interface WorkerPoolModuleOptions {
  readonly pools: readonly NamedPool[];
  /** Whether every module sees these pools, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}

/** The same, with options from factories. */
export interface WorkerPoolModuleAsyncOptions {
  readonly pools: readonly AsyncPool[];
  /** Whether every module sees these pools, not only those that import this one. Default true. */
  readonly isGlobal?: boolean;
}

/** Beside the pools of `forFeature` and `forFeatureAsync`. */
export interface PoolFeatureOptions {
  /** Whether every module sees these pools, not only those that import this one. Default false. */
  readonly isGlobal?: boolean;
}
