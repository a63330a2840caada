import { request as httpRequest, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import {
  type CallHandler,
  Controller,
  type ExecutionContext,
  Get,
  Injectable,
  type NestInterceptor,
  Param,
  Res,
  StreamableFile,
  UseInterceptors,
} from '@nestjs/common';
import type { Cache } from '@rookery/ttl-cache';
import { Observable, Subject, takeUntil } from 'rxjs';
import {
  Cached,
  getCacheToken,
  LoadSignal,
  TtlCacheInterceptor,
  TtlCacheModule,
} from '../../src/integrations/ttl-cache/index.js';
import { gate, PLATFORMS, useCacheApps } from './support/apps.js';

/** A run of a handler that the test ends. */
class Run {
  readonly aborted = gate();
  readonly finish: (value: unknown) => void;
  readonly value: Promise<unknown>;

  constructor(readonly signal: AbortSignal) {
    let finish!: (value: unknown) => void;
    this.value = new Promise((resolve) => (finish = resolve));
    this.finish = finish;
    signal.addEventListener('abort', () => this.aborted.open(), { once: true });
  }
}

@Injectable()
class Backend {
  readonly runs: Run[] = [];
  readonly unsubscribed = gate();

  begin(signal: AbortSignal): Run {
    const run = new Run(signal);
    this.runs.push(run);
    return run;
  }
}

/** Stops waiting when the test says so, as an interceptor with a time limit does. */
@Injectable()
class Impatient implements NestInterceptor {
  readonly limit = new Subject<void>();
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(takeUntil(this.limit));
  }
}

/** The response of Node below that of the framework, to count who listens. */
const responses: ServerResponse[] = [];

@Injectable()
class Responses implements NestInterceptor {
  intercept(context: ExecutionContext, next: CallHandler): Observable<unknown> {
    const response = context.switchToHttp().getResponse<ServerResponse & { raw?: ServerResponse }>();
    responses.push(response.raw ?? response);
    return next.handle();
  }
}

@Controller()
@UseInterceptors(Responses)
class Api {
  constructor(readonly backend: Backend) {}

  @Get('slow/:id')
  @UseInterceptors(TtlCacheInterceptor())
  slow(@Param('id') _id: string, @LoadSignal() signal: AbortSignal): Promise<unknown> {
    return this.backend.begin(signal).value;
  }

  @Get('observable')
  @UseInterceptors(TtlCacheInterceptor())
  observable(@LoadSignal() signal: AbortSignal): Observable<unknown> {
    this.backend.begin(signal);
    return new Observable(() => this.backend.unsubscribed.open);
  }

  @Get('impatient')
  @UseInterceptors(Impatient, TtlCacheInterceptor())
  impatient(@LoadSignal() signal: AbortSignal): Promise<unknown> {
    return this.backend.begin(signal).value;
  }

  @Get('uncached')
  async uncached(@LoadSignal() signal: AbortSignal): Promise<unknown> {
    return this.backend.begin(signal).value;
  }

  @Get('own-response')
  @UseInterceptors(TtlCacheInterceptor())
  ownResponse(@Res() _response: unknown, @LoadSignal() signal: AbortSignal): void {
    this.backend.begin(signal);
  }

  @Get('method/:id')
  method(@Param('id') id: string, @LoadSignal() signal: AbortSignal): Promise<unknown> {
    return this.load(id, signal);
  }

  @Cached({ key: (id: string, _signal: AbortSignal) => `method:${id}` })
  async load(_id: string, signal: AbortSignal): Promise<unknown> {
    return this.backend.begin(signal).value;
  }
}

/** Waits, turn by turn of the event loop, for what others bring about. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}

describe.each(PLATFORMS)('on %s', (_platform, platform) => {
  const boot = useCacheApps(platform);

  async function start() {
    responses.length = 0;
    const { app, get, port, logger } = await boot({
      imports: [TtlCacheModule.forRoot({ loadTimeoutMs: Infinity })], // that would abort runs, too
      controllers: [Api],
      providers: [Backend, Impatient],
    });
    const backend = app.get(Backend);
    const cache = app.get<Cache<unknown, unknown>>(getCacheToken());
    /** A client on a connection of its own. */
    const ask = (path: string) => {
      const request = httpRequest({ port, host: '127.0.0.1', path, agent: false }).on('error', () => undefined);
      request.end();
      return { leave: () => request.destroy() };
    };
    const ran = async (index = 0): Promise<Run> => {
      await until(() => backend.runs.length > index);
      return backend.runs[index] as Run;
    };
    return { app, get, logger, backend, cache, ask, ran };
  }

  test.each(['/slow/1', '/method/1', '/uncached', '/own-response'])(
    '%s is told that its only client has left',
    async (path) => {
      const { ask, ran, cache, logger } = await start();
      const client = ask(path);
      const run = await ran();
      expect(run.signal.aborted).toBe(false);
      client.leave();
      await run.aborted.opened;
      run.finish('too late');
      await new Promise(setImmediate);
      expect(cache.size).toBe(0);
      expect(logger.lines.filter((line) => line.startsWith('error'))).toEqual([]);
    },
  );

  test.each(['/slow/1', '/method/1'])('%s goes on until the last client has left, whoever came first', async (path) => {
    const { ask, ran, cache, backend } = await start();
    const first = ask(path);
    const run = await ran();
    const second = ask(path);
    await until(() => cache.stats().coalesced === 1);
    first.leave();
    await until(() => responses[0]?.destroyed === true);
    await new Promise(setImmediate);
    expect(run.signal.aborted).toBe(false);
    second.leave();
    await run.aborted.opened;
    expect(backend.runs).toHaveLength(1);
  });

  test('who stays has the answer, though it ran for one who left', async () => {
    const { ask, get, ran, cache, backend } = await start();
    const first = ask('/slow/1');
    const run = await ran();
    const answer = get('/slow/1');
    await until(() => cache.stats().coalesced === 1);
    first.leave();
    await until(() => responses[0]?.destroyed === true);
    run.finish('done');
    expect(await (await answer).text()).toBe('done');
    expect(await (await get('/slow/1')).text()).toBe('done');
    expect(backend.runs).toHaveLength(1);
  });

  test('who comes after all have left has a new run', async () => {
    const { ask, get, ran } = await start();
    const client = ask('/slow/1');
    const abandoned = await ran();
    client.leave();
    await abandoned.aborted.opened;
    const answer = get('/slow/1');
    (await ran(1)).finish('second');
    abandoned.finish('first');
    expect(await (await answer).text()).toBe('second');
  });

  test('an observable is unsubscribed', async () => {
    const { ask, ran, backend } = await start();
    const client = ask('/observable');
    const run = await ran();
    expect(run.signal.aborted).toBe(false);
    client.leave();
    await backend.unsubscribed.opened;
    expect(run.signal.aborted).toBe(true);
  });

  test('an interceptor before it that stops waiting is as a client that leaves', async () => {
    const { app, ask, ran } = await start();
    ask('/impatient');
    const run = await ran();
    expect(run.signal.aborted).toBe(false);
    app.get(Impatient).limit.next();
    await run.aborted.opened;
  });

  test('a stream of one who has left is destroyed, and the others have one of their own', async () => {
    const { ask, get, ran, cache } = await start();
    const first = ask('/slow/1');
    const run = await ran();
    const answer = get('/slow/1');
    await until(() => cache.stats().coalesced === 1);
    first.leave();
    await until(() => responses[0]?.destroyed === true);
    const unread = new Readable({ read: () => undefined });
    run.finish(new StreamableFile(unread));
    const own = await ran(1);
    own.finish(new StreamableFile(Readable.from([Buffer.from('own')])));
    expect(await (await answer).text()).toBe('own');
    expect(unread.destroyed).toBe(true);
  });

  test.each([
    ['when the answer is loaded', 1],
    ['when it was there', 2],
  ])('no listener is left %s', async (_when, requests) => {
    const { get, ran } = await start();
    // The framework has listeners of its own: as many as before the interceptor.
    const counts: number[] = [];
    for (let i = 0; i < requests; i++) {
      const answer = get('/slow/1');
      if (i === 0) {
        const run = await ran();
        counts.push((responses[0] as ServerResponse).listenerCount('close'));
        run.finish('done');
      }
      await (await answer).text();
      const response = responses[i] as ServerResponse;
      await until(() => response.closed || response.writableFinished);
      counts.push(response.listenerCount('close'));
    }
    const [during, ...after] = counts as [number, ...number[]];
    expect(after).toEqual(after.map(() => during - 1));
  });
});
