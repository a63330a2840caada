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
    /** What was declared: `TtlCacheModule, cache "profiles"`, `@Cached on Profiles.byId`. */
    readonly where: string,
    problem: string,
    options?: ErrorOptions,
  ) {
    super(`${where}: ${problem}`, options);
  }
}

/** The `key` of a `@Cached` method gave null or undefined, which is nearly always a missing id. The method did not run. */
export class CacheKeyError extends NestCacheError {
  readonly code = 'ERR_NEST_CACHE_KEY';

  constructor(
    /** `Profiles.byId` */
    readonly method: string,
    readonly received: null | undefined,
  ) {
    super(
      `The key of @Cached ${method} was ${String(received)}. Was it called without an id? Its \`key\` must give a value.`,
    );
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
