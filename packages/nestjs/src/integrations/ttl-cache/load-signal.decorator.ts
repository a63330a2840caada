import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { Client } from './client.js';

const SIGNAL = Symbol('@rookery/nestjs/ttl-cache: the signal of the load');

/** The request for which the handler runs may be only one of many that wait for it. */
export function setLoadSignal(request: object, signal: AbortSignal): void {
  Object.defineProperty(request, SIGNAL, { value: signal, configurable: true });
}

/**
 * Gives a handler an AbortSignal that fires when nobody waits for its answer any more: pass it on to what it waits for. Behind
 * TtlCacheInterceptor that is when the last client has left whose request waits for this run, when `loadTimeoutMs` is over, or when
 * the cache is closed; elsewhere when the client has left. It never fires where there is no HTTP.
 */
export const LoadSignal: () => ParameterDecorator = createParamDecorator(
  (_data: unknown, context: ExecutionContext): AbortSignal => {
    if (context.getType() !== 'http') return new AbortController().signal;
    const request = context.switchToHttp().getRequest<{ readonly [SIGNAL]?: AbortSignal }>();
    return request[SIGNAL] ?? new Client(context).signal; // a response closes once, and its listeners go with it
  },
);
