import { TtlCache, type TtlCacheOptions } from '@rookery/ttl-cache';
import { CacheSetupError, inSetup } from './errors.js';
import type { AsyncCache } from './module-options.js';

/** A table, so that an option that the cache gets and this forgets does not compile. */
const CACHE_OPTIONS: Record<keyof TtlCacheOptions, true> = {
  label: true,
  ttlMs: true,
  ttlJitter: true,
  maxEntries: true,
  maxWeight: true,
  weigh: true,
  sweepIntervalMs: true,
  values: true,
  timePerTurn: true,
  refreshAfterMs: true,
  staleForMs: true,
  softTimeoutMs: true,
  loadTimeoutMs: true,
  errorTtlMs: true,
  onRemoval: true,
  onProblem: true,
  clock: true,
  random: true,
  date: true,
};

/** What those write who come from other caches. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  ttl: 'ttlMs, in milliseconds',
  max: 'maxEntries',
  maxSize: 'maxWeight, with weigh',
  useClass: 'inject, with useFactory',
  useExisting: 'inject, with useFactory',
};

const FACTORY_OPTIONS = ['imports', 'inject', 'useFactory'];

/** Whether factories may stand there. */
type Kind = 'plain' | 'async';

/** Refuses what makes no sense, before Nest makes anything of it. */
export function checkCaches(where: string, caches: readonly AsyncCache[], kind: Kind): void {
  if (!Array.isArray(caches)) throw new CacheSetupError(where, 'the caches must be an array of { name, …options }.');
  const names = new Set<string>();
  for (const cache of caches as readonly AsyncCache[]) {
    checkName(where, cache);
    if (names.has(cache.name)) {
      throw new CacheSetupError(where, `two caches are named "${cache.name}": rename or remove one of them.`);
    }
    names.add(cache.name);
    checkCache(`${where}, cache "${cache.name}"`, cache, kind);
  }
}

/** The options of a cache, as they stand or as a factory gave them. */
export function checkOptions(where: string, options: unknown): asserts options is TtlCacheOptions {
  if (typeof options !== 'object' || options === null) {
    throw new CacheSetupError(where, `its options must be an object, got ${String(options)}.`);
  }
  checkNames(where, options, Object.keys(CACHE_OPTIONS));
  // The child specification checks the same as the cache, and takes no room for entries.
  inSetup(where, () => TtlCache.childSpec(options));
}

/** Refuses what is not among these: it would be ignored. */
export function checkNames(where: string, options: object, names: readonly string[]): void {
  const unknown = Object.keys(options).find((key) => !names.includes(key));
  if (unknown === undefined) return;
  const hint = Object.hasOwn(ELSEWHERE, unknown) ? ` Did you mean ${ELSEWHERE[unknown]}?` : '';
  throw new CacheSetupError(where, `there is no option \`${unknown}\`: it takes ${names.join(', ')}.${hint}`);
}

/** `useFactory` and what belongs to it. */
export function checkFactory(where: string, { imports, inject, useFactory }: Readonly<Record<string, unknown>>): void {
  if (typeof useFactory !== 'function') {
    throw new CacheSetupError(where, '`useFactory` must be a function that gives the options of the cache.');
  }
  for (const [name, list] of Object.entries({ imports, inject })) {
    if (list !== undefined && !Array.isArray(list)) throw new CacheSetupError(where, `\`${name}\` must be an array.`);
  }
}

/** `isGlobal` of a module. */
export function checkGlobal(where: string, isGlobal: unknown): void {
  if (isGlobal === undefined || typeof isGlobal === 'boolean') return;
  throw new CacheSetupError(where, '`isGlobal` must be true or false.');
}

function checkName(where: string, cache: AsyncCache): void {
  if (typeof cache === 'object' && cache !== null && typeof cache.name === 'string' && cache.name !== '') return;
  throw new CacheSetupError(where, 'each cache needs a `name`, a non-empty string.');
}

function checkCache(where: string, cache: AsyncCache, kind: Kind): void {
  if (cache.supervised !== undefined) checkSupervised(where, cache);
  else if (!FACTORY_OPTIONS.some((name) => name in cache)) {
    const { name: _, ...options } = cache;
    checkOptions(where, options);
  } else if (kind === 'plain') {
    throw new CacheSetupError(where, 'its options come from a factory: use forRootAsync or forFeatureAsync.');
  } else {
    checkNames(where, cache, ['name', ...FACTORY_OPTIONS]);
    checkFactory(where, { ...cache });
  }
}

function checkSupervised(where: string, cache: AsyncCache): void {
  const surplus = Object.keys(cache).filter((key) => key !== 'name' && key !== 'supervised');
  if ((cache.supervised as unknown) === true && surplus.length === 0) return;
  throw new CacheSetupError(
    where,
    '`supervised: true` stands beside the name alone: give the options to TtlCache.childSpec, among the children of a supervisor.',
  );
}
