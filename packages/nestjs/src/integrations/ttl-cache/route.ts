import type { ExecutionContext } from '@nestjs/common';
import { ROUTE_ARGS_METADATA, SSE_METADATA } from '@nestjs/common/constants.js';
import { RouteParamtypes } from '@nestjs/common/enums/route-paramtypes.enum.js';

/** What is read of a request, of Express's as of Fastify's. */
export interface CacheableRequest {
  readonly method: string;
  readonly url: string;
  /** With the path at which a part of the application is mounted. */
  readonly originalUrl?: string;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
}

/** By whom an answer may be shared. Undefined: by nobody. */
export type Variant = string | number | boolean | readonly (string | number | boolean | null | undefined)[] | undefined;

/**
 * Whether the answer is what the handler returns, and nothing else. Server-sent events are not, nor is the answer of a handler that takes the
 * response (`@Res`, with `passthrough`, too) or `@Next`: a second caller would miss what it did to it.
 */
export function returnsItsAnswer(context: ExecutionContext): boolean {
  const handler = context.getHandler();
  if (Reflect.getMetadata(SSE_METADATA, handler) === true) return false;
  const args = argsOf(context);
  const taken = [RouteParamtypes.RESPONSE, RouteParamtypes.NEXT];
  return !Object.keys(args).some((key) => taken.some((type) => key.startsWith(`${type}:`)));
}

/** By the name under which the class has the handler, as decorators may have given the function another. */
function argsOf(context: ExecutionContext): object {
  const type = context.getClass();
  const handler = context.getHandler();
  for (
    let proto = type.prototype as object | null;
    proto !== null;
    proto = Object.getPrototypeOf(proto) as object | null
  ) {
    const found = Object.entries(Object.getOwnPropertyDescriptors(proto)).find(([, { value }]) => value === handler);
    if (found !== undefined) return (Reflect.getMetadata(ROUTE_ARGS_METADATA, type, found[0]) ?? {}) as object;
  }
  return {};
}

/** Who asks matters, as far as can be seen: the answer may be for this caller alone. */
export function hasCredentials({ headers }: CacheableRequest): boolean {
  return headers['authorization'] !== undefined || headers['cookie'] !== undefined;
}

/** What can be read once only, or is read as it comes. */
export function isStream(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  const { pipe, getReader, getStream } = value as Record<string, unknown>;
  return [pipe, getReader, getStream].some((method) => typeof method === 'function');
}
