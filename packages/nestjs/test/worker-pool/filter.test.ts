import { describe, expect, test } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import {
  PoolFailedError,
  PoolStoppedError,
  QueueFullError,
  QueueTimeoutError,
  RunTimeoutError,
  TaskDroppedError,
  TaskKilledError,
  TaskTimeoutError,
} from '@rookery/worker-pool';
import { firstValueFrom, type Observable } from 'rxjs';
import { InPool, WorkerPoolFilter, WorkerPoolModule } from '../../src/integrations/worker-pool/index.js';
import { gate, PLATFORMS, useCacheApps } from '../ttl-cache/support/apps.js';

/** What a route throws, or what it waits for. */
class Script {
  error: Error | undefined;
  readonly begun = gate();
  readonly end = gate();
}

@Controller()
class Api {
  constructor(readonly script: Script) {}

  @Get('throws')
  throws(): never {
    throw this.script.error as Error;
  }

  @InPool('reports')
  @Get('report')
  async report(): Promise<string> {
    this.script.begun.open();
    await this.script.end.opened;
    return 'report';
  }
}
Reflect.defineMetadata('design:paramtypes', [Script], Api);

const BUSY = 'The service has too much to do at the moment.';
const GONE = 'The service is not available at the moment.';

describe.each(PLATFORMS)('on %s', (_platform, platform) => {
  const boot = useCacheApps(platform);
  const start = async () => {
    const providers = [Script, { provide: APP_FILTER, useClass: WorkerPoolFilter }];
    const imports = [WorkerPoolModule.forRoot({ pools: [{ name: 'reports', size: 1, queue: { limit: 0 } }] })];
    const { app, get } = await boot({ imports, providers, controllers: [Api] });
    return { get, script: app.get(Script) };
  };

  test('a request for which there is no room is 503 with Retry-After, and the others are served', async () => {
    const { get, script } = await start();
    const served = get('/report');
    await script.begun.opened;
    const refused = await get('/report');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '1']);
    expect(await refused.json()).toEqual({
      statusCode: 503,
      error: 'Service Unavailable',
      message: BUSY,
      code: 'ERR_WORKER_POOL_QUEUE_FULL',
    });
    script.end.open();
    expect(await (await served).text()).toBe('report');
  });

  test.each([
    [new QueueFullError('reports', 3), 503, '1', BUSY],
    [new TaskDroppedError('reports', 'shed', 100), 503, '1', BUSY],
    [new QueueTimeoutError('reports', 100), 503, '1', BUSY],
    [new PoolStoppedError('reports', false), 503, '1', GONE],
    [new PoolFailedError('reports', false, new Error('why')), 503, '1', GONE],
    [new TaskTimeoutError('reports', 100, true), 504, null, 'The request took too long.'],
    [new RunTimeoutError('reports', 100), 504, null, 'The request took too long.'],
  ])('%s is %d', async (error, status, retryAfter, message) => {
    const { get, script } = await start();
    script.error = error;
    const response = await get('/throws');
    expect([response.status, response.headers.get('retry-after')]).toEqual([status, retryAfter]);
    expect(await response.json()).toMatchObject({ statusCode: status, message, code: error.code });
  });

  test.each([new Error('bug'), new TaskKilledError('reports', undefined)])(
    '%s is what Nest makes of it',
    async (error) => {
      const { get, script } = await start();
      script.error = error;
      expect((await get('/throws')).status).toBe(500);
    },
  );
});

describe('elsewhere', () => {
  const filter = new WorkerPoolFilter();
  const error = new QueueFullError('reports', 3);
  const hostOf = (type: string, args: unknown[] = []): ExecutionContextHost => {
    const host = new ExecutionContextHost(args);
    host.setType(type);
    return host;
  };
  const payload = { status: 'error', message: BUSY, code: 'ERR_WORKER_POOL_QUEUE_FULL', retryAfterSeconds: 1 };

  test('a microservice gives the same as its own filters', async () => {
    const answer = filter.catch(error, hostOf('rpc')) as Observable<never>;
    await expect(firstValueFrom(answer)).rejects.toEqual(payload);
  });

  test('a gateway emits it', () => {
    const sent: unknown[] = [];
    filter.catch(error, hostOf('ws', [{ emit: (...all: unknown[]) => sent.push(all) }]));
    expect(sent).toEqual([['exception', payload]]);
  });

  test('all others get an HttpException', () => {
    expect(filter.catch(error, hostOf('graphql'))).toMatchObject({ status: 503, message: BUSY, cause: error });
  });
});
