export { WorkerPoolModule } from './worker-pool.module.js';
export type {
  AsyncPool,
  FactoryPool,
  NamedPool,
  PlainPool,
  Pool,
  PoolFeatureOptions,
  PoolOptions,
  SupervisedPool,
  WorkerPoolModuleAsyncOptions,
  WorkerPoolModuleOptions,
} from './module-options.js';
export { getPoolToken, InjectPool } from './pool-token.js';
export { InPool, type InPoolOptions } from './in-pool.decorator.js';
export { type PoolReport, WorkerPools } from './worker-pools.js';
export { WorkerPoolFilter } from './worker-pool.filter.js';
export { NestPoolError, PoolArgumentError, PoolSetupError } from './errors.js';
