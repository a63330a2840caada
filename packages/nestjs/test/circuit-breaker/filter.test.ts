import { describe, expect, test } from '@jest/globals';
import {
  BadGatewayException,
  type ContextType,
  Controller,
  Get,
  HttpException,
  NotFoundException,
  Res,
  UseFilters,
} from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  BulkheadFullError,
  type Breaker,
  CallTimedOutError,
  CircuitBreaker as PlainCircuitBreaker,
  CircuitOpenError,
  FallbackFailedError,
} from '@rookery/circuit-breaker';
import { ManualClock } from '@rookery/genserver/testing';
import { firstValueFrom, type Observable, throwError } from 'rxjs';
import {
  CircuitBreaker,
  CircuitBreakerFilter,
  CircuitBreakerModule,
  InjectCircuitBreaker,
} from '../../src/integrations/circuit-breaker/index.js';
import { gate, PLATFORMS, useCacheApps } from '../ttl-cache/support/apps.js';

/** What a route throws. */
class Faults {
  next: () => unknown = () => undefined;
}

interface PlainResponse {
  write(text: string): void;
}

/** Of Fastify. */
interface HijackedReply {
  readonly raw: PlainResponse;
  hijack(): void;
}

@Controller()
class Api {
  constructor(
    readonly faults: Faults,
    @InjectCircuitBreaker('backend') readonly breaker: Breaker,
  ) {}

  @CircuitBreaker('backend')
  @Get('backend')
  async backend(): Promise<unknown> {
    throw new Error('down');
  }

  @Get('throws')
  throws(): never {
    throw this.faults.next();
  }

  @Get('stream')
  stream(): Observable<string> {
    return throwError(() => this.faults.next());
  }

  @Get('sent')
  sent(@Res() response: Partial<HijackedReply> & PlainResponse): never {
    response.hijack?.(); // as who answers by hand on Fastify says it
    (response.raw ?? response).write('half');
    throw this.faults.next();
  }
}

const body = (statusCode: number, error: string, message: string, code: string) => ({
  statusCode,
  error,
  message,
  code,
});
const UNAVAILABLE = 'A service that this one needs is not available now.';
const answered = async (response: Response) => ({
  status: response.status,
  retryAfter: response.headers.get('retry-after'),
  body: await response.json(),
});

describe.each(PLATFORMS)('on %s', (_platform, platform) => {
  const boot = useCacheApps(platform);
  const start = async (clock = new ManualClock()) => {
    const breakers = [{ name: 'backend', failureThreshold: 1, timeoutMs: 1500, clock }];
    const providers = [Faults, { provide: APP_FILTER, useClass: CircuitBreakerFilter }];
    const imports = [CircuitBreakerModule.forRoot({ breakers })];
    const made = await boot({ imports, providers, controllers: [Api] });
    return { ...made, clock, faults: made.app.get(Faults) };
  };

  test('an open breaker is 503 with Retry-After in seconds, rounded up', async () => {
    const { get, clock } = await start();
    expect((await get('/backend')).status).toBe(500);
    expect(await answered(await get('/backend'))).toEqual({
      status: 503,
      retryAfter: '2',
      body: body(503, 'Service Unavailable', UNAVAILABLE, 'ERR_CIRCUIT_BREAKER_OPEN'),
    });
    await clock.advance(501);
    expect((await get('/backend')).headers.get('retry-after')).toBe('1');
    await clock.advance(998.9);
    expect((await get('/backend')).headers.get('retry-after')).toBe('1');
  });

  test('one that is held open is 503, and nobody knows for how long', async () => {
    const { app, get } = await start();
    app.get(Api).breaker.forceOpen();
    expect(await answered(await get('/backend'))).toMatchObject({ status: 503, retryAfter: null });
  });

  test('a bulkhead without room is 503, to be tried again in a second', async () => {
    const { get, faults } = await start();
    faults.next = () => new BulkheadFullError('backend', 'closed', 0);
    expect(await answered(await get('/throws'))).toEqual({
      status: 503,
      retryAfter: '1',
      body: body(503, 'Service Unavailable', UNAVAILABLE, 'ERR_CIRCUIT_BREAKER_BULKHEAD_FULL'),
    });
  });

  test('a call that took too long is 504', async () => {
    const { get, faults } = await start();
    faults.next = () => new CallTimedOutError('backend', 50);
    const message = 'A service that this one needs did not answer in time.';
    const expected = body(504, 'Gateway Timeout', message, 'ERR_CIRCUIT_BREAKER_CALL_TIMEOUT');
    expect(await answered(await get('/throws'))).toEqual({ status: 504, retryAfter: null, body: expected });
    expect(await answered(await get('/stream'))).toMatchObject({ status: 504 });
  });

  test('does not log what it answers, and leaves other errors to Nest', async () => {
    const { get, faults, logger } = await start();
    faults.next = () => new CircuitOpenError('backend', 'open', 100, new Error('secret'));
    const { body: answer } = await answered(await get('/throws'));
    expect(JSON.stringify(answer)).not.toMatch(/backend|secret/);
    faults.next = () => new NotFoundException('no such order');
    expect(await answered(await get('/throws'))).toMatchObject({ status: 404, body: { message: 'no such order' } });
    expect(logger.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test('whoever has begun to answer ends the answer', async () => {
    const { get, faults } = await start();
    faults.next = () => new CircuitOpenError('backend', 'open', 100, undefined);
    const response = await get('/sent');
    expect(response.status).toBe(200);
    expect(await response.text()).toBe('half');
  });

  describe('of a fallback that failed', () => {
    const open = new CircuitOpenError('backend', 'open', 1500, undefined);

    test.each<[string, unknown, unknown, object]>([
      ['an HttpException is what the client gets', open, new NotFoundException(), { status: 404, retryAfter: null }],
      [
        'another error is hidden behind that of the breaker',
        open,
        new Error('empty'),
        { status: 503, retryAfter: '2' },
      ],
      [
        'the call’s HttpException stands',
        new BadGatewayException(),
        new Error('empty'),
        { status: 502, retryAfter: null },
      ],
      [
        'two errors that mean nothing are a 500',
        new Error('down'),
        new Error('empty'),
        { status: 500, retryAfter: null },
      ],
    ])('%s', async (_, error, fallbackError, expected) => {
      const { get, faults, logger } = await start();
      faults.next = () => new FallbackFailedError('backend', error, fallbackError);
      expect(await answered(await get('/throws'))).toMatchObject(expected);
      const isLogged = logger.lines.some((line) => line.startsWith('error') && line.includes('so did its fallback'));
      expect(isLogged).toBe(!(fallbackError instanceof HttpException));
    });
  });

  test('may stand before one controller alone', async () => {
    @Controller('own')
    @UseFilters(CircuitBreakerFilter)
    class Own {
      @Get()
      get(): never {
        throw new CircuitOpenError('backend', 'open', 100, undefined);
      }
    }
    const { get } = await boot({ controllers: [Own] });
    expect(await answered(await get('/own'))).toMatchObject({ status: 503, retryAfter: '1' });
  });

  test('may be made by hand', async () => {
    const { get } = await boot(
      {
        imports: [CircuitBreakerModule.forRoot({ breakers: [{ name: 'backend' }] })],
        controllers: [Api],
        providers: [{ provide: Faults, useValue: { next: () => new CallTimedOutError('a', 1) } }],
      },
      (app) => app.useGlobalFilters(new CircuitBreakerFilter(app.getHttpAdapter())),
    );
    expect((await get('/throws')).status).toBe(504);
  });
});

describe('elsewhere', () => {
  const open = new CircuitOpenError('backend', 'open', 1500, undefined);
  const told = { status: 'error', message: UNAVAILABLE, code: 'ERR_CIRCUIT_BREAKER_OPEN', retryAfterSeconds: 2 };

  function caught(type: string, error: CircuitOpenError | FallbackFailedError, args: unknown[] = []): unknown {
    const host = new ExecutionContextHost(args);
    host.setType(type as ContextType);
    return new CircuitBreakerFilter().catch(error, host);
  }

  test('a microservice sends it as an error', async () => {
    const answer = caught('rpc', open) as Observable<unknown>;
    await expect(firstValueFrom(answer)).rejects.toEqual(told);
  });

  test('a gateway sends it as an exception', () => {
    const sent: unknown[] = [];
    const client = { emit: (...args: unknown[]) => sent.push(args) };
    expect(caught('ws', open, [client])).toBeUndefined();
    expect(sent).toEqual([['exception', told]]);
  });

  test('a client that hears of nothing is left alone', () => {
    expect(caught('ws', open, [{}])).toBeUndefined();
  });

  test('of a fallback that failed there, no more is said than Nest would', async () => {
    const answer = caught('rpc', new FallbackFailedError('a', new Error('secret'), new NotFoundException('no order')));
    await expect(firstValueFrom(answer as Observable<unknown>)).rejects.toEqual({
      status: 'error',
      message: 'no order',
    });
  });

  test('GraphQL gets an HttpException, with its cause', () => {
    const exception = caught('graphql', open) as HttpException;
    expect(exception).toBeInstanceOf(HttpException);
    expect([exception.getStatus(), exception.cause]).toEqual([503, open]);
  });
});

test('a half-open breaker says when its probe is over at the latest', async () => {
  const clock = new ManualClock();
  const breaker = new PlainCircuitBreaker({ clock, failureThreshold: 1, timeoutMs: 10, callTimeoutMs: 2500 });
  await breaker.call(() => Promise.reject(new Error('down'))).catch(() => undefined);
  await clock.advance(10);
  const { opened, open } = gate();
  const probe = breaker.call(() => opened);
  const error = (await breaker.call(() => 1).catch((reason: unknown) => reason)) as CircuitOpenError;
  const host = new ExecutionContextHost([]);
  host.setType('rpc');
  const answer = new CircuitBreakerFilter().catch(error, host) as Observable<unknown>;
  await expect(firstValueFrom(answer)).rejects.toMatchObject({ retryAfterSeconds: 3 });
  open();
  await probe;
});
