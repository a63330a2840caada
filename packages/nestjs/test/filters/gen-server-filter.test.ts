import { describe, expect, test } from '@jest/globals';
import { BadRequestException, Catch, ConflictException, Controller, Get, HttpException } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  CallAbortedError,
  CallCycleError,
  CallTimeoutError,
  ChildError,
  ExitReason,
  GenServer,
  GenServerError,
  NoPartitionsError,
  NoProcessError,
  OverloadedError,
  ProcessExitedError,
  refuse,
  type ServerRef,
  StartError,
  TaskAbortedError,
  TaskExitedError,
  TaskTimeoutError,
  UnknownMessageError,
} from '@rookery/genserver';
import { firstValueFrom, type Observable } from 'rxjs';
import { GenServerFilter, InjectServer, Supervised, SupervisionModule } from '../../src/index.js';
import { treeOf } from '../support/trees.js';
import { PLATFORMS, useCacheApps } from '../ttl-cache/support/apps.js';

class SeatTakenError extends Error {}

@Supervised({ name: 'secret-hall', mailbox: { limit: 1, overflow: 'reject' } })
class Hall extends GenServer {
  take(seat: number): number {
    if (seat === 0) throw new Error('password hunter2');
    return seat === 1 ? refuse(new SeatTakenError('seat 1 is taken')) : seat;
  }
}

/** What a route throws. */
class Script {
  error: unknown;
}

@Controller()
class Api {
  constructor(
    @InjectServer(Hall) private readonly hall: ServerRef<Hall>,
    private readonly script: Script,
  ) {}

  @Get('throws')
  throws(): never {
    throw this.script.error;
  }

  @Get('ok')
  ok(): Promise<number> {
    return this.hall.call.take(2);
  }

  @Get('crash')
  crash(): Promise<number> {
    return this.hall.call.take(0);
  }

  @Get('taken')
  taken(): Promise<number> {
    return this.hall.call.take(1);
  }

  @Get('crowd')
  crowd(): Promise<number[]> {
    return Promise.all([2, 3, 4].map((seat) => this.hall.call.take(seat)));
  }
}
Reflect.defineMetadata('design:paramtypes', [Object, Script], Api);

@Catch(GenServerError, SeatTakenError)
class HallFilter extends GenServerFilter {
  override toHttp(error: Error): HttpException | undefined {
    if (error instanceof SeatTakenError) return new ConflictException({ message: error.message, code: 'SEAT_TAKEN' });
    return error instanceof NoProcessError ? new BadRequestException('no such hall') : undefined;
  }
}

class ThrowingFilter extends GenServerFilter {
  override toHttp(error: Error): never {
    throw error instanceof NoProcessError ? new ConflictException('thrown') : new Error('hook is broken');
  }
}

class AsyncFilter extends GenServerFilter {
  override toHttp(): HttpException {
    return Promise.reject(new Error('late')) as never;
  }
}

const BUSY = 'The service has too much to do at the moment.';
const GONE = 'The service is not available at the moment.';
const LATE = 'The request took too long.';
const FAILED = 'The request could not be carried out.';
const GIVEN_UP = 'The request was given up.';
const crash = ExitReason.error(new Error('password hunter2'));
const timedOut = new DOMException('signal timed out', 'TimeoutError');

describe.each(PLATFORMS)('on %s', (_platform, platform) => {
  const boot = useCacheApps(platform);
  const start = async (useClass: new () => GenServerFilter = GenServerFilter) => {
    const { app, get, logger } = await boot({
      imports: [SupervisionModule.forRoot({ root: treeOf(Hall) })],
      providers: [Hall, Script, { provide: APP_FILTER, useClass }],
      controllers: [Api],
    });
    const script = app.get(Script);
    const answerTo = async (error: unknown) => {
      script.error = error;
      const response = await get('/throws');
      const retryAfter = response.headers.get('retry-after');
      return { status: response.status, retryAfter, body: await response.json() };
    };
    return { get, logger, answerTo };
  };

  test.each<[string, GenServerError, number, string | null, string]>([
    ['nobody there', new NoProcessError('secret-hall', 'take'), 503, null, GONE],
    ['a mailbox that is full', new OverloadedError('secret-hall', 'take', 1), 503, '1', BUSY],
    ['a call that took too long', new CallTimeoutError('secret-hall', 'take', 50), 504, null, LATE],
    ['a crash at work', new ProcessExitedError('secret-hall', 'take', crash), 500, null, FAILED],
    ['an end by shutdown', new ProcessExitedError('secret-hall', 'take', ExitReason.shutdown), 503, null, GONE],
    ['an end by kill', new ProcessExitedError('secret-hall', 'take', ExitReason.killed), 503, null, GONE],
    ['an end of its own', new ProcessExitedError('secret-hall', 'take', ExitReason.normal), 503, null, GONE],
    ['a client that left', new CallAbortedError('secret-hall', 'take', 'left'), 503, null, GIVEN_UP],
    ['a signal whose time is up', new CallAbortedError('secret-hall', 'take', timedOut), 504, null, LATE],
    ['no room for a child', new ChildError('max_children', 'secret-hall', 'rooms'), 503, null, BUSY],
    ['no partition', new NoPartitionsError('secret-halls'), 503, null, GONE],
    ['a task that took too long', new TaskTimeoutError('secret-hall', 50), 504, null, LATE],
    ['a task that crashed', new TaskExitedError('secret-hall', crash), 500, null, FAILED],
    ['a task that was shut down', new TaskExitedError('secret-hall', ExitReason.shutdown), 503, null, GONE],
    ['a task that was given up', new TaskAbortedError('secret-hall', undefined), 503, null, GIVEN_UP],
  ])('%s', async (_, error, statusCode, retryAfter, message) => {
    const { answerTo, logger } = await start();
    const words = { 500: 'Internal Server Error', 503: 'Service Unavailable', 504: 'Gateway Timeout' };
    const body = { statusCode, error: words[statusCode as 500], message, code: error.code };
    expect(await answerTo(error)).toEqual({ status: statusCode, retryAfter, body });
    expect(logger.lines.filter((line) => line.startsWith('error'))).toEqual([]);
  });

  test.each([
    new CallCycleError(['secret-hall', 'secret-hall'], 'take'),
    new UnknownMessageError('secret-hall', 'leave', []),
    new StartError('secret-hall', crash),
    new ChildError('not_found', 'secret-hall', 'rooms'),
  ])('a bug is 500, says nothing and is logged: %s', async (error) => {
    const { answerTo, logger } = await start();
    expect((await answerTo(error)).body).toEqual({ statusCode: 500, message: 'Internal server error' });
    expect(logger.lines.at(-1)).toContain(error.message);
  });

  test('a request that is given up for an HttpException gets that', async () => {
    const { answerTo } = await start();
    const cause = new BadRequestException('too slow a client');
    expect(await answerTo(new CallAbortedError('secret-hall', 'take', cause))).toMatchObject({ status: 400 });
  });

  test('a real crash is 500 with its code and nothing of the inside, and the next request is served', async () => {
    const { get } = await start();
    const response = await get('/crash');
    const text = await response.text();
    expect(JSON.parse(text)).toMatchObject({ statusCode: 500, code: 'ERR_GENSERVER_PROCESS_EXITED' });
    expect(text).not.toMatch(/hunter2|secret|stack|take/);
    expect(await (await get('/ok')).text()).toBe('2');
  });

  test('a real mailbox that is full is 503 with Retry-After', async () => {
    const { get } = await start();
    const response = await get('/crowd');
    expect([response.status, response.headers.get('retry-after')]).toEqual([503, '1']);
  });

  test('an error that a server refuses with is what Nest makes of it, unless a subclass catches it', async () => {
    expect((await (await start()).get('/taken')).status).toBe(500);
    const response = await (await start(HallFilter)).get('/taken');
    expect(response.status).toBe(409);
    expect(await response.json()).toEqual({ message: 'seat 1 is taken', code: 'SEAT_TAKEN' });
  });

  test('a subclass may answer otherwise for what the filter knows, and leaves the rest to it', async () => {
    const { answerTo } = await start(HallFilter);
    expect(await answerTo(new NoProcessError('secret-hall'))).toMatchObject({ status: 400 });
    expect(await answerTo(new CallTimeoutError('secret-hall', 'take', 1))).toMatchObject({ status: 504 });
  });

  test('a hook that throws an HttpException has answered; one that fails otherwise is logged', async () => {
    const { answerTo, logger } = await start(ThrowingFilter);
    expect(await answerTo(new NoProcessError('secret-hall'))).toMatchObject({ status: 409 });
    expect(await answerTo(new CallTimeoutError('secret-hall', 'take', 1))).toMatchObject({ status: 504 });
    expect(logger.lines.at(-1)).toContain('toHttp of ThrowingFilter gave no HttpException for a CallTimeoutError');
  });

  test('a hook that gives a promise is logged, and its rejection is not unhandled', async () => {
    const { answerTo, logger } = await start(AsyncFilter);
    expect(await answerTo(new NoProcessError('secret-hall'))).toMatchObject({ status: 503 });
    expect(logger.lines.at(-1)).toContain('toHttp of AsyncFilter gave no HttpException for a NoProcessError');
  });
});

describe('elsewhere', () => {
  const filter = new HallFilter();
  const error = new OverloadedError('secret-hall', 'take', 1);
  const payload = { status: 'error', message: BUSY, code: error.code, retryAfterSeconds: 1 };
  const hostOf = (type: string, args: unknown[] = []): ExecutionContextHost => {
    const host = new ExecutionContextHost(args);
    host.setType(type);
    return host;
  };

  test('a microservice gives the same as its own filters', async () => {
    const answer = filter.catch(error, hostOf('rpc')) as Observable<never>;
    await expect(firstValueFrom(answer)).rejects.toEqual(payload);
  });

  test('a refused error keeps its code there', async () => {
    const answer = filter.catch(new SeatTakenError('seat 1 is taken'), hostOf('rpc')) as Observable<never>;
    const expected = { status: 'error', message: 'seat 1 is taken', code: 'SEAT_TAKEN' };
    await expect(firstValueFrom(answer)).rejects.toEqual(expected);
  });

  test('a bug says nothing there', async () => {
    const answer = filter.catch(new CallCycleError(['a', 'a'], 'take'), hostOf('rpc')) as Observable<never>;
    await expect(firstValueFrom(answer)).rejects.toEqual({ status: 'error', message: 'Internal server error' });
  });

  test('a client of socket.io gets an event', () => {
    const sent: unknown[] = [];
    filter.catch(error, hostOf('ws', [{ emit: (...all: unknown[]) => sent.push(all) }]));
    expect(sent).toEqual([['exception', payload]]);
  });

  test.each([
    [1, [{ event: 'exception', data: payload }]],
    [2, []],
    [3, []],
  ])('a client of ws in the state %d', (readyState, expected) => {
    const sent: unknown[] = [];
    const emit = (): never => {
      throw new Error('it would hear itself');
    };
    filter.catch(error, hostOf('ws', [{ readyState, emit, send: (text: string) => sent.push(JSON.parse(text)) }]));
    expect(sent).toEqual(expected);
  });

  test('all others get an HttpException', () => {
    expect(filter.catch(error, hostOf('graphql'))).toMatchObject({ status: 503, message: BUSY, cause: error });
  });
});
