import { type Cache, FetchAbortedError, type FetchOptions, type LoadContext } from '@rookery/ttl-cache';
import { addCachedMethod, type CachedMethod } from './cached-methods.js';
import { DEFAULT_CACHE, getCacheToken } from './cache-token.js';
import { checkLoad, checkTagsAndCache, type DeclaredLoad } from './check-fetch-options.js';
import { letGo } from '../refused-promise.js';
import { injected, injectHidden, type Method, methodName, standIn } from '../wrapped-method.js';
import { CacheKeyError, CacheSetupError, ClientLeftException } from './errors.js';

/** What the results of a method are kept under. */
export type CacheKey = string | number | bigint | boolean | symbol;

/** How the results of a method are cached. */
export interface CachedOptions<Args extends readonly unknown[]> extends DeclaredLoad {
  /** The name of the cache. Default: the default cache of `TtlCacheModule.forRoot`. */
  readonly cache?: string;
  /**
   * The key in that cache, made of the arguments; a `function` has the instance as `this`. It is used as it is, so that `cache.delete(key)` finds
   * the entry: methods that share a cache must give different keys, `profile:${id}` say, and so must the subclasses that inherit one. What it throws the
   * caller gets; what is no key is a CacheKeyError.
   */
  readonly key: (...args: Args) => CacheKey;
  /** What `cache.deleteTag` finds the entries by: always the same, or made of the arguments. */
  readonly tags?: readonly string[] | ((...args: Args) => readonly string[]);
}

/** What the wrapper of a method knows. */
interface Plan extends CachedMethod {
  readonly method: Method;
  readonly key: (...args: unknown[]) => unknown;
  readonly tags: CachedOptions<unknown[]>['tags'];
  readonly load: DeclaredLoad;
}

/**
 * Caches what an async method of a provider or controller resolves to, `null` and `undefined` too. Calls with the same key while it runs wait for the
 * one that does, and share its failure, which is not kept. A caller whose arguments hold an AbortSignal stops waiting when that fires; the method
 * gets another in its place, which fires when the last one has left. The cache is injected into the instances that Nest makes, of any scope, so a missing one
 * fails the boot; in an instance made without Nest the method just runs. Throws a CacheSetupError for options that make no sense.
 */
export function Cached<Args extends readonly unknown[]>(
  options: CachedOptions<Args>,
): <M extends (...args: [...Args, ...never[]]) => Promise<unknown>>(
  target: object,
  name: string | symbol,
  descriptor: TypedPropertyDescriptor<M>,
) => void {
  return (target, name, descriptor) => {
    const plan = planOf(target, name, (descriptor as typeof descriptor | undefined)?.value, options);
    addCachedMethod(target, plan);
    injectHidden(target, plan.property, getCacheToken(options.cache ?? DEFAULT_CACHE));
    descriptor.value = wrapped(plan) as typeof descriptor.value & Method;
  };
}

function planOf<Args extends readonly unknown[]>(
  target: object,
  key: string | symbol,
  method: unknown,
  options: CachedOptions<Args>,
): Plan {
  const name = methodName(target, key);
  const where = `@Cached on ${name}`;
  if (typeof target === 'function') {
    throw new CacheSetupError(
      where,
      'a static method has no instance to inject the cache into: make it a method of a provider.',
    );
  }
  if (typeof method !== 'function')
    throw new CacheSetupError(where, 'only methods can be cached, not accessors or properties.');
  if (typeof options !== 'object' || options === null || typeof options.key !== 'function') {
    throw new CacheSetupError(
      where,
      'it needs a `key`, a function that makes one of the arguments: { key: (id) => `profile:${id}` }.',
    );
  }
  checkTagsAndCache(where, options);
  const load = checkLoad(where, options, ['cache', 'key', 'tags']);
  const { key: keyOf, tags } = options as unknown as CachedOptions<unknown[]>;
  // Nest prints the property when it cannot inject it.
  return { name, method: method as Method, property: Symbol(`cache of ${where}`), key: keyOf, tags, load };
}

/** The method with the cache before it. */
function wrapped(plan: Plan): Method {
  const { method } = plan;
  return standIn(method, function (...args) {
    const cache = injected(this, plan.property) as Cache<unknown, unknown> | undefined;
    return cache === undefined ? method.apply(this, args) : fetched(plan, cache, this, args);
  });
}

async function fetched(
  { name, method, key: keyOf, tags, load }: Plan,
  cache: Cache<unknown, unknown>,
  instance: object | undefined,
  args: unknown[],
): Promise<unknown> {
  const key = keyOf.apply(instance, args);
  if (!isKey(key)) {
    letGo(key);
    throw new CacheKeyError(name, key);
  }
  const given = typeof tags === 'function' ? tags.apply(instance, args) : tags;
  letGo(given); // fetch refuses it
  const options: FetchOptions = given === undefined ? load : { ...load, tags: given };
  const place = args.findIndex((arg) => arg instanceof AbortSignal);
  if (place < 0) return cache.fetch(key, () => method.apply(instance, args), options);
  const run = (_key: unknown, { signal }: LoadContext<unknown>): unknown =>
    method.apply(
      instance,
      args.map((arg, i) => (i === place ? signal : arg)),
    );
  return cache.fetch(key, run, { ...options, signal: args[place] as AbortSignal }).catch(throwLeft);
}

/** Nest logs errors that it does not know, and a client that leaves is none worth it. */
function throwLeft(error: unknown): never {
  throw error instanceof FetchAbortedError && error.cause instanceof ClientLeftException ? error.cause : error;
}

function isKey(key: unknown): boolean {
  return (
    key !== undefined && key !== null && typeof key !== 'object' && typeof key !== 'function' && !Number.isNaN(key)
  );
}
