import { HttpException } from '@nestjs/common';
import { CacheOptionError } from '@rookery/ttl-cache';

/** Base of the errors of `@rookery/nestjs/ttl-cache`. `code` is stable; `message` says where, and what to do. */
export abstract class NestCacheError extends Error {
  abstract readonly code: `ERR_NEST_CACHE_${string}`;

  override get name(): string {
    return this.constructor.name;
  }
}

/** A cache, a `@Cached` method or an interceptor was declared with options that make no sense. Raised while the application is put together. */
export class CacheSetupError extends NestCacheError {
  readonly code = 'ERR_NEST_CACHE_SETUP';

  constructor(
    /** What was declared: `TtlCacheModule.forRoot, cache "profiles"`, `@Cached on Profiles.byId`. */
    readonly where: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: ${problem}`, options);
  }
}

/**
 * The `key` of a `@Cached` method gave what is no key: null, undefined or NaN, which is nearly always a missing id, or an object, which
 * would never be found again, as objects are the same only as themselves. The method did not run.
 */
export class CacheKeyError extends NestCacheError {
  readonly code = 'ERR_NEST_CACHE_KEY';

  constructor(
    /** `Profiles.byId` */
    readonly method: string,
    readonly received: unknown,
  ) {
    super(
      typeof received === 'object' || typeof received === 'function'
        ? `The key of @Cached ${method} was ${show(received)}. Its \`key\` must give a string or another primitive value, made of all that matters.`
        : `The key of @Cached ${method} was ${show(received)}. Was it called without an id? Its \`key\` must give a value.`,
    );
  }
}

/** `varyBy` of an interceptor gave what cannot tell callers apart: a promise, an object, null or NaN. The request fails, as sharing its answer could show it to others. */
export class CacheVariantError extends NestCacheError {
  readonly code = 'ERR_NEST_CACHE_VARIANT';

  constructor(readonly received: unknown) {
    super(
      `\`varyBy\` of TtlCacheInterceptor gave ${show(received)}, which does not tell callers apart. It must give a string, number or ` +
        'boolean, an array of them, or undefined for a request that is not to be cached.',
    );
  }
}

/** The client closed its connection before it had its answer. Nobody gets to see this, save exception filters; Nest does not log it. */
export class ClientLeftException extends HttpException {
  readonly code = 'ERR_NEST_CACHE_CLIENT_LEFT';

  constructor() {
    super('The client closed its connection before it had its answer.', 499); // as proxies log it
  }
}

/** Says where, when what is done refuses an option. */
export function inSetup<T>(where: string, check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof CacheOptionError) throw new CacheSetupError(where, error.message, { cause: error });
    throw error;
  }
}

function show(value: unknown): string {
  if (typeof value === 'function') return 'a function';
  if (Array.isArray(value)) return `an array (${value.map((part) => typeof part).join(', ')})`;
  if (typeof value !== 'object' || value === null) return String(value);
  return `an object (${value.constructor?.name ?? 'Object'})`;
}
