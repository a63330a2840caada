import type { CallHandler, ExecutionContext } from '@nestjs/common';
import type { Cache, FetchOptions } from '@rookery/ttl-cache';
import { defer, lastValueFrom, type Observable } from 'rxjs';
import type { DeclaredLoad } from './check-fetch-options.js';
import { type CacheableRequest, hasCredentials, isStream, returnsItsAnswer } from './route.js';
import type { TtlCacheInterceptorOptions } from './ttl-cache.interceptor.js';

const SAFE_METHODS = ['GET', 'HEAD'];

/** What is kept: an object, so that no cache takes it for something of its user's. */
interface Answer {
  readonly value: unknown;
  /** A stream serves one caller only. */
  readonly isShared: boolean;
}

/** What an interceptor does. */
export class ResponseCache {
  /** By identity, as versions of a route have one URL, and classes of two modules one name. */
  readonly #routes = new WeakMap<object, Map<object, number | undefined>>();
  #routeCount = 0;

  constructor(
    private readonly cache: Cache<unknown, unknown>,
    private readonly options: TtlCacheInterceptorOptions,
    private readonly load: DeclaredLoad,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<CacheableRequest>();
    const key = this.#key(context, request);
    return key === undefined ? next.handle() : defer(() => this.#answer(key, request, next));
  }

  /** Undefined: this is not to be cached. */
  #key(context: ExecutionContext, request: CacheableRequest): string | undefined {
    const { methods = SAFE_METHODS, varyBy } = this.options;
    const route = methods.includes(request.method) ? this.#routeId(context) : undefined;
    if (route === undefined) return undefined;
    const variant = varyBy === undefined ? null : varyBy(request);
    if (variant === undefined || (varyBy === undefined && hasCredentials(request))) return undefined;
    const { method, originalUrl, url, headers } = request;
    return `http:${JSON.stringify([route, method, headers['host'], originalUrl ?? url, variant])}`;
  }

  async #answer(key: string, request: CacheableRequest, next: CallHandler): Promise<unknown> {
    const handle = (): Promise<unknown> => lastValueFrom(next.handle(), { defaultValue: undefined });
    const own: { ran: boolean; value?: unknown } = { ran: false };
    const answer = (await this.cache.fetch(
      key,
      async (_key, { skip }): Promise<Answer> => {
        const value = await handle();
        Object.assign(own, { ran: true, value });
        if (!isStream(value)) return { value, isShared: true };
        skip();
        return { value: undefined, isShared: false };
      },
      this.#fetchOptions(request),
    )) as Answer;
    if (answer.isShared) return answer.value;
    return own.ran ? own.value : handle();
  }

  #fetchOptions(request: CacheableRequest): FetchOptions {
    const { tags } = this.options;
    const given = typeof tags === 'function' ? tags(request) : tags;
    return given === undefined ? this.load : { ...this.load, tags: given };
  }

  /** Undefined: its answers are left alone. */
  #routeId(context: ExecutionContext): number | undefined {
    const routes = this.#routes.get(context.getClass()) ?? new Map<object, number | undefined>();
    this.#routes.set(context.getClass(), routes);
    const handler = context.getHandler();
    if (!routes.has(handler)) routes.set(handler, returnsItsAnswer(context) ? this.#routeCount++ : undefined);
    return routes.get(handler);
  }
}
