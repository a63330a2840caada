import {
  type CallHandler,
  type ExecutionContext,
  Inject,
  Injectable,
  mixin,
  type NestInterceptor,
  type Type,
} from '@nestjs/common';
import type { Cache } from '@rookery/ttl-cache';
import type { Observable } from 'rxjs';
import { getCacheToken } from './cache-token.js';
import { checkLoad, checkTagsAndCache, type DeclaredLoad } from './check-fetch-options.js';
import { CacheSetupError } from './errors.js';
import { ResponseCache } from './response-cache.js';
import type { CacheableRequest } from './route.js';
import type { Variant } from './variant.js';

/** Which answers are cached, and who may share them. */
export interface TtlCacheInterceptorOptions<Request extends CacheableRequest = CacheableRequest> extends DeclaredLoad {
  /** The name of the cache. Default: the default cache of `TtlCacheModule.forRoot`. */
  readonly cache?: string;
  /**
   * What answers depend on beside handler, method, host and URL: user, tenant, language. Requests for which it gives the same share an answer;
   * undefined: this request is not cached. What is none of these, a promise say, fails the request with a CacheVariantError. Without it requests
   * with a `user`, as guards set it, or an `Authorization`, `Proxy-Authorization`, `Cookie` or `X-API-Key` header are not cached.
   */
  readonly varyBy?: (request: Request) => Variant;
  /** The methods that are cached. Others than GET and HEAD need `varyBy`, as their bodies are not in the URL. Default GET and HEAD. */
  readonly methods?: readonly string[];
  /** What `cache.deleteTag` finds the answers by. */
  readonly tags?: readonly string[] | ((request: Request) => readonly string[]);
}

/**
 * Makes an interceptor that caches what handlers return, `null` too: `@UseInterceptors(TtlCacheInterceptor({ ttlMs: 5000 }))`, or
 * with `APP_INTERCEPTOR`. Requests for the same wait for one handler and share its failure, which is not kept. Streams, server-sent events, handlers that
 * take the response, and what is not HTTP are left alone. A client that leaves stops waiting; when the last one has left, the handler's
 * observable is unsubscribed and its `@LoadSignal()` fires. Throws a CacheSetupError for options that make no sense.
 */
export function TtlCacheInterceptor<Request extends CacheableRequest = CacheableRequest>(
  options: TtlCacheInterceptorOptions<Request> = {},
): Type<NestInterceptor> {
  const load = checkOptions(options);

  @Injectable()
  class CachedResponses implements NestInterceptor {
    readonly #responses: ResponseCache;

    constructor(@Inject(getCacheToken(options.cache)) cache: Cache<unknown, unknown>) {
      this.#responses = new ResponseCache(cache, options as unknown as TtlCacheInterceptorOptions, load);
    }

    intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
      return this.#responses.intercept(context, next);
    }
  }
  return mixin(CachedResponses);
}

function checkOptions(options: TtlCacheInterceptorOptions<never>): DeclaredLoad {
  const where = 'TtlCacheInterceptor';
  if (typeof options !== 'object' || options === null)
    throw new CacheSetupError(where, 'the options must be an object.');
  const { varyBy, methods = [] } = options;
  if (varyBy !== undefined && typeof varyBy !== 'function') {
    throw new CacheSetupError(where, '`varyBy` must be a function of the request.');
  }
  if (!Array.isArray(methods) || methods.some((method) => typeof method !== 'string' || !/^[A-Z]+$/.test(method))) {
    throw new CacheSetupError(where, `\`methods\` must be an array of HTTP methods in capitals: ['GET'].`);
  }
  const unsafe = (methods as readonly string[]).find((method) => method !== 'GET' && method !== 'HEAD');
  if (unsafe !== undefined && varyBy === undefined) {
    throw new CacheSetupError(
      where,
      `answers to ${unsafe} depend on more than the URL: give \`varyBy\`, which says on what.`,
    );
  }
  checkTagsAndCache(where, options);
  return checkLoad(where, options, ['cache', 'varyBy', 'methods', 'tags']);
}
