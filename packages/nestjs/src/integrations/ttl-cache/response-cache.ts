import { randomBytes } from 'node:crypto';
import type { CallHandler, ExecutionContext } from '@nestjs/common';
import { type Cache, FetchAbortedError, type FetchOptions } from '@rookery/ttl-cache';
import { from, Observable } from 'rxjs';
import type { DeclaredLoad } from './check-fetch-options.js';
import { Client } from './client.js';
import { setLoadSignal } from './load-signal.decorator.js';
import { lastValue } from './last-value.js';
import { type CacheableRequest, hasCredentials, returnsItsAnswer } from './route.js';
import { discardStream, isStream } from './streams.js';
import type { TtlCacheInterceptorOptions } from './ttl-cache.interceptor.js';
import { letGo } from '../refused-promise.js';
import { checkVariant } from './variant.js';

const SAFE_METHODS = ['GET', 'HEAD'];

/** What is kept: an object, so that no cache takes it for something of its user's. */
interface Answer {
  readonly value: unknown;
  /** A stream serves one caller only. */
  readonly isShared: boolean;
}

/** One request on its way through. */
interface Exchange {
  readonly key: string;
  readonly request: CacheableRequest;
  readonly client: Client;
  readonly next: CallHandler;
  /** What its own run of the handler gave. */
  own?: { readonly value: unknown };
}

/** What an interceptor does. */
export class ResponseCache {
  /** By identity, as versions of a route have one URL, and classes of two modules one name. */
  readonly #routes = new WeakMap<object, Map<object, number | undefined>>();
  #routeCount = 0;
  /** Others put their answers into the same cache: the interceptors of other controllers, and of the whole application. */
  readonly #id = randomBytes(9).toString('base64url');
  /** It may stand before a controller and before its method, too. */
  readonly #requests = new WeakSet<object>();

  constructor(
    private readonly cache: Cache<unknown, unknown>,
    private readonly options: TtlCacheInterceptorOptions,
    private readonly load: DeclaredLoad,
  ) {}

  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    if (context.getType() !== 'http') return next.handle();
    const request = context.switchToHttp().getRequest<CacheableRequest>();
    const key = this.#key(context, request);
    if (key === undefined || this.#requests.has(request)) return next.handle();
    this.#requests.add(request);
    return new Observable((subscriber) => {
      const client = new Client(context);
      from(this.#answer({ key, request, client, next })).subscribe(subscriber);
      return () => client.leave();
    });
  }

  /** Undefined: this is not to be cached. */
  #key(context: ExecutionContext, request: CacheableRequest): string | undefined {
    const { methods = SAFE_METHODS, varyBy } = this.options;
    const route = methods.includes(request.method) ? this.#routeId(context) : undefined;
    if (route === undefined) return undefined;
    const variant = varyBy === undefined ? null : checkVariant(varyBy(request));
    if (variant === undefined || (varyBy === undefined && hasCredentials(request))) return undefined;
    const { method, originalUrl, url, headers } = request;
    return `http:${JSON.stringify([this.#id, route, method, headers['host'], originalUrl ?? url, variant])}`;
  }

  async #answer(exchange: Exchange): Promise<unknown> {
    const { key, client } = exchange;
    try {
      const load = (_key: unknown, { signal, skip }: Parameters<Parameters<typeof this.cache.fetch>[1]>[1]) =>
        this.#run(exchange, signal, skip);
      const answer = (await this.cache.fetch(key, load, this.#fetchOptions(exchange))) as Answer;
      if (answer.isShared) return answer.value;
      if (exchange.own !== undefined) return exchange.own.value;
      return await lastValue(exchange.next.handle(), client.signal); // a stream of its own
    } catch (error) {
      throw error instanceof FetchAbortedError && client.signal.aborted ? client.signal.reason : error;
    } finally {
      client.release();
    }
  }

  /** Runs the handler, for all who wait. */
  async #run(exchange: Exchange, signal: AbortSignal, skip: () => void): Promise<Answer> {
    setLoadSignal(exchange.request, signal);
    const value = await lastValue(exchange.next.handle(), signal);
    if (!isStream(value)) return { value, isShared: true };
    skip();
    // Others wait, and make streams of their own.
    if (exchange.client.signal.aborted) discardStream(value);
    else exchange.own = { value };
    return { value: undefined, isShared: false };
  }

  #fetchOptions({ request, client: { signal } }: Exchange): FetchOptions {
    const { tags } = this.options;
    const given = typeof tags === 'function' ? tags(request) : tags;
    letGo(given); // fetch refuses it
    return given === undefined ? { ...this.load, signal } : { ...this.load, signal, tags: given };
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
