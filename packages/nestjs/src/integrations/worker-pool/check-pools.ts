import { WorkerPool } from '@rookery/worker-pool';
import { inSetup, PoolSetupError } from './errors.js';
import type { AsyncPool, PoolOptions } from './module-options.js';

/** A table, so that an option that the pool gets and this forgets does not compile. */
const POOL_OPTIONS: Record<keyof PoolOptions, true> = {
  engine: true,
  size: true,
  label: true,
  timeoutMs: true,
  runTimeoutMs: true,
  queueTimeoutMs: true,
  queue: true,
  shed: true,
  ageingMs: true,
  keyConcurrency: true,
  onEvent: true,
  clock: true,
  random: true,
  drainMs: true,
};

/** What those write who come from other pools. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  concurrency: 'size',
  timeout: 'timeoutMs, in milliseconds',
  maxQueue: 'queue: { limit }',
  limit: 'queue: { limit }, or size',
  filename: 'engine: threads({ module })',
  maxThreads: 'engine: threads({ maxThreads }), or size',
  useClass: 'inject, with useFactory',
  useExisting: 'inject, with useFactory',
};

const FACTORY_OPTIONS = ['imports', 'inject', 'useFactory'];

/** Whether factories may stand there. */
export type Kind = 'plain' | 'async';

/** Refuses what makes no sense, before Nest makes anything of it. */
export function checkPools(where: string, pools: readonly AsyncPool[], kind: Kind): void {
  if (!Array.isArray(pools)) throw new PoolSetupError(where, 'the pools must be an array of { name, …options }.');
  const names = new Set<string>();
  for (const pool of pools as readonly AsyncPool[]) {
    checkName(where, pool);
    if (names.has(pool.name)) {
      throw new PoolSetupError(where, `two pools are named "${pool.name}": rename or remove one of them.`);
    }
    names.add(pool.name);
    checkPool(`${where}, pool "${pool.name}"`, pool, kind);
  }
}

/** The options of a pool, as they stand or as a factory gave them. */
export function checkOptions(where: string, options: unknown): asserts options is PoolOptions {
  checkObject(where, options);
  checkNames(where, options, Object.keys(POOL_OPTIONS));
  inSetup(where, () => WorkerPool.childSpec(options)); // checks the same as the pool, and starts nothing
  const { clock } = options as PoolOptions;
  if (clock === undefined || (typeof clock?.now === 'function' && typeof clock.setTimer === 'function')) return;
  throw new PoolSetupError(where, 'its `clock` must be a Clock.');
}

export function checkObject(where: string, options: unknown): asserts options is object {
  if (typeof options === 'object' && options !== null) return;
  throw new PoolSetupError(where, `its options must be an object, got ${String(options)}.`);
}

/** Refuses what is not among these: it would be ignored. */
export function checkNames(where: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !names.includes(key));
  if (unknown === undefined) return;
  const hint = Object.hasOwn(ELSEWHERE, unknown) ? ` Did you mean ${ELSEWHERE[unknown]}?` : '';
  throw new PoolSetupError(where, `there is no option \`${unknown}\`: it takes ${names.join(', ')}.${hint}`);
}

/** `isGlobal` of a module. */
export function checkGlobal(where: string, isGlobal: unknown): void {
  if (isGlobal === undefined || typeof isGlobal === 'boolean') return;
  throw new PoolSetupError(where, '`isGlobal` must be true or false.');
}

function checkName(where: string, pool: AsyncPool): void {
  if (typeof pool === 'object' && pool !== null && typeof pool.name === 'string' && pool.name !== '') return;
  throw new PoolSetupError(where, 'each pool needs a `name`, a non-empty string.');
}

function checkPool(where: string, pool: AsyncPool, kind: Kind): void {
  if (pool.supervised !== undefined) checkSupervised(where, pool);
  else if (!FACTORY_OPTIONS.some((name) => name in pool)) {
    const { name: _, ...options } = pool;
    checkOptions(where, options);
  } else if (kind === 'plain') {
    throw new PoolSetupError(where, 'its options come from a factory: use forRootAsync or forFeatureAsync.');
  } else {
    checkNames(where, pool, ['name', ...FACTORY_OPTIONS]);
    checkFactory(where, { ...pool });
  }
}

function checkFactory(where: string, { imports, inject, useFactory }: Readonly<Record<string, unknown>>): void {
  if (typeof useFactory !== 'function') {
    throw new PoolSetupError(where, '`useFactory` must be a function that gives the options of the pool.');
  }
  for (const [name, list] of Object.entries({ imports, inject })) {
    if (list !== undefined && !Array.isArray(list)) throw new PoolSetupError(where, `\`${name}\` must be an array.`);
  }
}

function checkSupervised(where: string, pool: AsyncPool): void {
  const surplus = Object.keys(pool).filter((key) => key !== 'name' && key !== 'supervised');
  if ((pool.supervised as unknown) === true && surplus.length === 0) return;
  throw new PoolSetupError(
    where,
    '`supervised: true` stands beside the name alone: give the options to WorkerPool.childSpec, among the children of a supervisor.',
  );
}
