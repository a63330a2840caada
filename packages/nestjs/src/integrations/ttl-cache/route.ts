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
  /** Whom a guard has found out. */
  readonly user?: unknown;
}

/**
 * Whether the answer is what the handler returns, and nothing else. Server-sent events are not, nor is the answer of a handler that takes the
 * response (`@Res`, with `passthrough`, too) or `@Next`: a second caller would miss what it did to it.
 */
export function returnsItsAnswer(context: ExecutionContext): boolean {
  const handler = context.getHandler();
  if (Reflect.getMetadata(SSE_METADATA, handler) === true) return false;
  const args = argsOf(context);
  if (args === undefined) return false;
  const taken = [RouteParamtypes.RESPONSE, RouteParamtypes.NEXT];
  return !Object.keys(args).some((key) => taken.some((type) => key.startsWith(`${type}:`)));
}

/**
 * What its parameters are, by the name under which the class has the handler: decorators may have given the function another, and what
 * patches a class after it was declared puts another function under the name. Undefined: nobody knows.
 */
function argsOf(context: ExecutionContext): object | undefined {
  const handler = context.getHandler();
  let namesake: string | undefined;
  let proto = context.getClass().prototype as object | null;
  for (; proto !== null && proto !== Object.prototype; proto = Object.getPrototypeOf(proto) as object | null) {
    const methods = Object.getOwnPropertyDescriptors(proto);
    const found = Object.keys(methods).find((name) => methods[name]?.value === handler);
    if (found !== undefined) return argsNamed(context, found);
    if (Object.hasOwn(methods, handler.name)) namesake ??= handler.name;
  }
  return namesake === undefined ? undefined : argsNamed(context, namesake);
}

function argsNamed(context: ExecutionContext, name: string): object {
  return (Reflect.getMetadata(ROUTE_ARGS_METADATA, context.getClass(), name) ?? {}) as object;
}

const CREDENTIALS = ['authorization', 'proxy-authorization', 'cookie', 'x-api-key'];

/** Who asks matters, as far as can be seen: the answer may be for this caller alone. Guards have run, and set `user`. */
export function hasCredentials({ headers, user }: CacheableRequest): boolean {
  return (user ?? undefined) !== undefined || CREDENTIALS.some((name) => headers[name] !== undefined);
}
