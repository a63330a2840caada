import type { FactoryProvider } from '@nestjs/common';
import { Runtime } from '@rookery/genserver';
import { WorkerPoolRef } from '@rookery/worker-pool';
import { getServerToken } from '../../decorators/tokens.js';
import { checkOptions } from './check-pools.js';
import { PoolSetupError } from './errors.js';
import type { AsyncPool, FactoryPool, Pool } from './module-options.js';
import { OpenPools } from './open-pools.js';
import { getPoolToken } from './pool-token.js';

/** What a module provides and exports. */
export type PoolProvider = FactoryProvider & { readonly provide: string };

/** What makes a pool, or the way to it. */
export function poolProvider(where: string, pool: AsyncPool): PoolProvider {
  const { name } = pool;
  const provide = getPoolToken(name);
  const place = `${where}, pool "${name}"`;
  if (pool.supervised === true) {
    const useFactory = (open: OpenPools, runtime?: Runtime, ref?: unknown): Pool =>
      open.add(place, name, supervised(place, name, runtime, ref));
    const inject = [OpenPools, ...[Runtime, getServerToken(name)].map((token) => ({ token, optional: true }))];
    return { provide, useFactory, inject };
  }
  if (pool.useFactory !== undefined) return { provide, ...fromFactory(place, pool) };
  const { name: _, ...options } = pool;
  return { provide, useFactory: (open: OpenPools) => open.make(place, name, options), inject: [OpenPools] };
}

function fromFactory(
  where: string,
  { name, useFactory: give, inject = [] }: FactoryPool,
): Omit<PoolProvider, 'provide'> {
  const useFactory = async (open: OpenPools, ...dependencies: unknown[]): Promise<Pool> => {
    const options: unknown = await give(...(dependencies as never[]));
    checkOptions(where, options);
    return open.make(where, name, options);
  };
  return { useFactory, inject: [OpenPools, ...inject] };
}

/** The ref that the tree gives by that name: without one, a misspelt name would refuse all tasks for ever. */
function supervised(where: string, name: string, runtime: Runtime | undefined, ref: unknown): WorkerPoolRef {
  if (ref instanceof WorkerPoolRef) return ref as WorkerPoolRef;
  throw new PoolSetupError(where, `it is \`supervised\`, and ${problemOf(name, runtime, ref)}.`);
}

function problemOf(name: string, runtime: Runtime | undefined, ref: unknown): string {
  const remedy = `list WorkerPool.childSpec({ name: '${name}', … }) among the children of a supervisor`;
  if (runtime === undefined) {
    return 'the application has no supervision tree: import SupervisionModule.forRoot, or leave `supervised` out';
  }
  if (ref === undefined) return `no child of the supervision tree has that name: ${remedy}, or correct the name`;
  return `the child of that name is no pool: ${remedy}`;
}
