import { type DynamicModule, Global, Module } from '@nestjs/common';
import { BootCheck } from './boot-check.js';
import { checkGlobal, checkNames, checkObject, checkPools, type Kind } from './check-pools.js';
import type {
  AsyncPool,
  NamedPool,
  PoolFeatureOptions,
  WorkerPoolModuleAsyncOptions,
  WorkerPoolModuleOptions,
} from './module-options.js';
import { OpenPools } from './open-pools.js';
import { poolProvider } from './pool-providers.js';
import { WorkerPools } from './worker-pools.js';

/** What there is once in an application, however many modules bring pools. */
@Global()
@Module({ providers: [OpenPools, WorkerPools, BootCheck], exports: [OpenPools, WorkerPools] })
class PoolsOfApplicationModule {}

/**
 * Pools as providers: `@InjectPool(name)` injects them, `@InPool(name)` runs methods in them. They are plain WorkerPool objects, or, with
 * `supervised: true`, refs to children of the supervision tree. When the application closes they drain after the last answer and before the
 * tree stops. All its methods throw a PoolSetupError for options that make no sense; what a factory gave, a pool that cannot start and a name that
 * is taken fail the boot with one.
 */
@Module({ imports: [PoolsOfApplicationModule] })
export class WorkerPoolModule {
  /** These pools, for every module: `{ pools: [{ name, …options }] }`. */
  static forRoot(options: WorkerPoolModuleOptions): DynamicModule {
    return rootOf('WorkerPoolModule.forRoot', options, 'plain');
  }

  /** The same, with options from factories: `{ pools: [{ name, imports, inject, useFactory }] }`. */
  static forRootAsync(options: WorkerPoolModuleAsyncOptions): DynamicModule {
    return rootOf('WorkerPoolModule.forRootAsync', options, 'async');
  }

  /** Pools for the modules that import this. */
  static forFeature(pools: readonly NamedPool[], options: PoolFeatureOptions = {}): DynamicModule {
    return moduleOf('WorkerPoolModule.forFeature', pools, options, 'plain');
  }

  /** The same, with options from factories. */
  static forFeatureAsync(pools: readonly AsyncPool[], options: PoolFeatureOptions = {}): DynamicModule {
    return moduleOf('WorkerPoolModule.forFeatureAsync', pools, options, 'async');
  }
}

function rootOf(where: string, options: WorkerPoolModuleAsyncOptions, kind: Kind): DynamicModule {
  checkObject(where, options);
  checkNames(where, options, ['pools', 'isGlobal']);
  const { pools, isGlobal = true } = options;
  return moduleOf(where, pools, { isGlobal }, kind);
}

function moduleOf(where: string, pools: readonly AsyncPool[], options: PoolFeatureOptions, kind: Kind): DynamicModule {
  checkPools(where, pools, kind);
  checkObject(where, options);
  checkNames(where, options, ['isGlobal']);
  checkGlobal(where, options.isGlobal);
  const providers = pools.map((pool) => poolProvider(where, pool));
  return {
    module: WorkerPoolModule,
    global: options.isGlobal ?? false,
    imports: pools.flatMap((pool) => ('imports' in pool ? (pool.imports ?? []) : [])),
    providers,
    exports: providers.map(({ provide }) => provide),
  };
}
