import type { IncomingMessage, ServerResponse } from 'node:http';
import { type CanActivate, ForbiddenException, HttpException, Logger } from '@nestjs/common';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import type { BodyFormat, Health, ProbeAnswer, ProbeOptions } from '@rookery/health-check';
import { isObservable, lastValueFrom } from 'rxjs';

/** One path, complete. */
export interface ProbeRoute {
  readonly group: string;
  readonly path: string;
  readonly guards: readonly CanActivate[];
  readonly format: BodyFormat | undefined;
}

/** Of Fastify; that of Express is Node's own. */
interface WrappedResponse {
  readonly raw: ServerResponse;
  hijack(): unknown;
}

/** A request and a response of whatever platform. */
export type ProbeHandler = (request: unknown, response: ServerResponse | WrappedResponse) => void;

interface Asker {
  readonly health: () => Health;
  readonly authorize: ((request: never) => boolean | Promise<boolean>) | undefined;
  /** The class that guards are told of. */
  readonly host: new (...args: never[]) => object;
}

const JSON_HEADERS = { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' } as const;

const logger = (): Logger => new Logger('HealthModule');

/** Answers the probes of one path. From memory and on the spot where nobody is asked before. */
export function probeHandler({ group, guards, format }: ProbeRoute, { health, authorize, host }: Asker): ProbeHandler {
  const plain: ProbeOptions = format === undefined ? {} : { format };
  const granted: ProbeOptions = { ...plain, authorized: true };
  if (guards.length === 0 && authorize === undefined) {
    return (_request, response) => send(response, health().probe(group, plain));
  }
  const handler: ProbeHandler = (request, response) => {
    void answer(request, response).then((found) => send(response, found));
  };
  const answer = async (request: unknown, response: unknown): Promise<ProbeAnswer> => {
    const context = new ExecutionContextHost([request, response], host, handler);
    try {
      for (const guard of guards) await pass(guard, context);
      const isAuthorized = guards.length > 0 || (await isLetIn(authorize, request));
      return health().probe(group, isAuthorized ? granted : plain);
    } catch (error) {
      return refusal(error);
    }
  };
  return handler;
}

async function pass(guard: CanActivate, context: ExecutionContextHost): Promise<void> {
  const result = guard.canActivate(context);
  const isLetThrough = await (isObservable(result) ? lastValueFrom(result) : result);
  if (!isLetThrough) throw new ForbiddenException('Forbidden resource'); // as Nest says it
}

/** A probe is answered all the same, without details. */
async function isLetIn(authorize: Asker['authorize'], request: unknown): Promise<boolean> {
  try {
    return (await authorize?.(request as never)) === true;
  } catch (error) {
    logger().error('`authorize` failed, so the probe is answered without details', stackOf(error));
    return false;
  }
}

/** As Nest writes it. */
function refusal(error: unknown): ProbeAnswer {
  if (!(error instanceof HttpException)) {
    logger().error('A guard of a probe failed', stackOf(error));
    return { statusCode: 500, headers: JSON_HEADERS, body: '{"statusCode":500,"message":"Internal server error"}' };
  }
  const statusCode = error.getStatus();
  const told = error.getResponse();
  const body = JSON.stringify(typeof told === 'string' ? { statusCode, message: told } : told);
  return { statusCode, headers: JSON_HEADERS, body };
}

/** Past what the platform would do to it: nothing is to be negotiated, compressed or kept. */
function send(response: ServerResponse | WrappedResponse, { statusCode, headers, body }: ProbeAnswer): void {
  const raw = 'raw' in response ? response.raw : response;
  if ('raw' in response) response.hijack();
  raw.statusCode = statusCode;
  raw.setHeader('content-type', headers['content-type']);
  raw.setHeader('cache-control', headers['cache-control']);
  raw.end(body);
}

/** What answers on a port of its own. */
export function handlerFor(
  routes: ReadonlyMap<string, ProbeHandler>,
): (request: IncomingMessage, response: ServerResponse) => void {
  return (request, response) => {
    const [path = ''] = (request.url ?? '').split('?', 1);
    const handler = routes.get(path.length > 1 && path.endsWith('/') ? path.slice(0, -1) : path);
    const isRead = request.method === 'GET' || request.method === 'HEAD';
    if (handler !== undefined && isRead) return handler(request, response);
    if (handler !== undefined) response.setHeader('allow', 'GET, HEAD');
    const [statusCode, message] = handler === undefined ? [404, 'Not Found'] : [405, 'Method Not Allowed'];
    send(response, { statusCode, headers: JSON_HEADERS, body: JSON.stringify({ statusCode, message }) });
  };
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
