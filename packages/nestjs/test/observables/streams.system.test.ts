import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Controller, type MessageEvent, Module, Res, Sse, UseFilters } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { settle } from '@rookery/genserver/testing';
import { map, type Observable, tap } from 'rxjs';
import { WebSocket } from 'ws';
import {
  drained,
  GenServerFilter,
  getServerToken,
  InjectServer,
  observe,
  Supervised,
  SupervisionModule,
} from '../../src/index.js';
import { MemoryLogger } from '../support/apps.js';
import { treeOf } from '../support/trees.js';
import { gate, PLATFORMS } from '../ttl-cache/support/apps.js';
import { Runtime } from '@rookery/genserver';

@Supervised({ name: 'counter' })
class Counter extends GenServer<number> {
  override init(): number {
    return 0;
  }
  add(by: number): number {
    return (this.state += by);
  }
  crash(): never {
    throw new Error('crash');
  }
}

/** More than all buffers on the way hold in a few events. */
const BALLAST = 'x'.repeat(1_000_000);
const LAST = 300;

@Controller()
class Api {
  emitted = 0;
  left = gate();

  constructor(@InjectServer(Counter) private readonly counter: ServerRef<Counter>) {}

  @Sse('small')
  small(): Observable<MessageEvent> {
    return observe(this.counter).pipe(
      map((count) => ({ data: `is ${count}` })),
      tap({ finalize: () => this.left.open() }),
    );
  }

  @Sse('large')
  large(@Res() response: { readonly raw?: ServerResponse } & ServerResponse): Observable<MessageEvent> {
    return observe(this.counter, (count) => count, { ready: drained(response.raw ?? response) }).pipe(
      tap(() => this.emitted++),
      map((count) => ({ data: `is ${count} ${BALLAST}` })),
    );
  }

  @Sse('none')
  none(): Observable<MessageEvent> {
    return observe(new Runtime().ref(Counter, 'nobody'), String, { downMs: 0 }).pipe(map((data) => ({ data })));
  }
}

@WebSocketGateway({ path: '/counter' })
@UseFilters(GenServerFilter)
class CounterGateway {
  constructor(@InjectServer(Counter) private readonly counter: ServerRef<Counter>) {}

  @SubscribeMessage('watch')
  watch(): Observable<object> {
    return observe(this.counter).pipe(map((data) => ({ event: 'count', data })));
  }
}

@Module({
  imports: [SupervisionModule.forRoot({ root: treeOf(Counter), shutdownTimeoutMs: 1000 })],
  controllers: [Api],
  providers: [Counter, CounterGateway, { provide: APP_FILTER, useClass: GenServerFilter }],
})
class AppModule {}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

describe.each(PLATFORMS)('on %s', (_name, platform) => {
  const start = async () => {
    const module = await Test.createTestingModule({ imports: [AppModule] })
      .setLogger(new MemoryLogger())
      .compile();
    const app = module.createNestApplication(platform());
    app.useWebSocketAdapter(new WsAdapter(app));
    cleanups.push(() => app.close());
    await app.listen(0, '127.0.0.1');
    const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
    const counter = app.get<ServerRef<Counter>>(getServerToken(Counter));
    return { port, counter, api: app.get(Api), runtime: app.get(Runtime) };
  };
  const get = async (port: number, path: string): Promise<IncomingMessage> => {
    const sent = request({ host: '127.0.0.1', port, path, agent: false }).end();
    cleanups.push(() => sent.destroy());
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return response.setEncoding('utf8');
  };
  /** Reads until the text has come; gives all of it. */
  const read = async (response: IncomingMessage, text: string): Promise<string> => {
    let all = '';
    while (!all.includes(text)) {
      const chunk = response.read() as string | null;
      if (chunk === null) await once(response, 'readable');
      else all += chunk;
    }
    return all;
  };

  test('server-sent events go on over a restart, and a client that leaves is let go', async () => {
    const { port, counter, api } = await start();
    const response = await get(port, '/small');
    expect(await read(response, 'is 0\n')).toContain('data: is 0\n');
    await counter.call.add(5);
    expect(await read(response, 'is 5\n')).toContain('data: is 5\n');
    await counter.call.crash().catch(() => undefined);
    expect(await read(response, 'is 0\n')).toContain('data: is 0\n');
    response.destroy();
    await api.left.opened;
  });

  test('a client that does not read gets the latest value when it does', async () => {
    const { port, counter, api, runtime } = await start();
    const response = await get(port, '/large');
    for (let i = 0; i < LAST; i++) {
      await counter.call.add(1);
      await settle(runtime);
    }
    const whileFull = api.emitted;
    expect(whileFull).toBeLessThan(LAST);
    await read(response, `is ${LAST} `);
    expect(api.emitted).toBeLessThanOrEqual(whileFull + 1);
  });

  test('where nobody is there the filter answers', async () => {
    const { port } = await start();
    const response = await get(port, '/none');
    expect(response.statusCode).toBe(503);
    expect(await read(response, '}')).toContain('ERR_GENSERVER_NO_PROCESS');
  });

  test('a gateway streams to its client', async () => {
    const { port, counter } = await start();
    const socket = new WebSocket(`ws://127.0.0.1:${port}/counter`);
    cleanups.push(() => socket.terminate());
    await once(socket, 'open');
    const next = async (): Promise<unknown> => JSON.parse(String((await once(socket, 'message'))[0])) as unknown;
    const first = next();
    socket.send(JSON.stringify({ event: 'watch' }));
    expect(await first).toEqual({ event: 'count', data: 0 });
    const second = next();
    await counter.call.add(2);
    expect(await second).toEqual({ event: 'count', data: 2 });
  });
});
