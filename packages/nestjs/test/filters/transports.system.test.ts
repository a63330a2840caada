import type { AddressInfo } from 'node:net';
import { once } from 'node:events';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Catch, ConflictException, Controller, HttpException, type ModuleMetadata, UseFilters } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import {
  ClientProxyFactory,
  type ClientProxy,
  EventPattern,
  MessagePattern,
  type MicroserviceOptions,
  Payload,
  Transport,
} from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { Test } from '@nestjs/testing';
import { MessageBody, SubscribeMessage, WebSocketGateway } from '@nestjs/websockets';
import { GenServer, GenServerError, refuse, Runtime, type ServerRef } from '@rookery/genserver';
import { firstValueFrom } from 'rxjs';
import { WebSocket } from 'ws';
import { GenServerFilter, InjectServer, Supervised, SupervisionModule } from '../../src/index.js';
import { MemoryLogger } from '../support/apps.js';
import { treeOf } from '../support/trees.js';

class SeatTakenError extends Error {}

@Supervised({ name: 'hall' })
class Hall extends GenServer<number[]> {
  override init(): number[] {
    return [];
  }

  take(seat: number): number {
    if (seat === 0) throw new Error('password hunter2');
    if (this.state.includes(seat)) return refuse(new SeatTakenError(`seat ${seat} is taken`));
    return this.state.push(seat);
  }
}

@Catch(GenServerError, SeatTakenError)
class HallFilter extends GenServerFilter {
  override toHttp(error: Error): HttpException | undefined {
    return error instanceof SeatTakenError
      ? new ConflictException({ message: error.message, code: 'TAKEN' })
      : undefined;
  }
}

@Controller()
class HallController {
  constructor(@InjectServer(Hall) private readonly hall: ServerRef<Hall>) {}

  @MessagePattern('take')
  take(@Payload() seat: number): Promise<number> {
    return this.hall.call.take(seat);
  }

  @EventPattern('taken')
  taken(@Payload() seat: number): void {
    this.hall.cast.take(seat);
  }
}

@WebSocketGateway({ path: '/hall' })
@UseFilters(HallFilter) // Nest asks gateways for filters of their own only
class HallGateway {
  constructor(@InjectServer(Hall) private readonly hall: ServerRef<Hall>) {}

  @SubscribeMessage('take')
  async take(@MessageBody() seat: number): Promise<object> {
    return { event: 'took', data: await this.hall.call.take(seat) };
  }
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanups.splice(0).toReversed()) await cleanUp();
});

const imports = [SupervisionModule.forRoot({ root: treeOf(Hall) })];
const crash = {
  status: 'error',
  message: 'The request could not be carried out.',
  code: 'ERR_GENSERVER_PROCESS_EXITED',
};
const taken = (seat: number) => ({ status: 'error', message: `seat ${seat} is taken`, code: 'TAKEN' });
const compile = (module: ModuleMetadata) =>
  Test.createTestingModule({ imports, ...module })
    .setLogger(new MemoryLogger())
    .compile();

describe('a microservice over TCP', () => {
  const start = async (): Promise<{ client: ClientProxy; runtime: Runtime }> => {
    const providers = [Hall, { provide: APP_FILTER, useClass: HallFilter }];
    const module = await compile({ providers, controllers: [HallController] });
    const options = { host: '127.0.0.1', port: 0 };
    const app = module.createNestMicroservice<MicroserviceOptions>({ transport: Transport.TCP, options });
    cleanups.push(() => app.close());
    await app.listen();
    const { port } = app.unwrap<{ address(): AddressInfo }>().address();
    const client = ClientProxyFactory.create({ transport: Transport.TCP, options: { ...options, port } });
    cleanups.push(() => client.close());
    return { client, runtime: app.get(Runtime) };
  };
  const take = (client: ClientProxy, seat: number) => firstValueFrom(client.send<number>('take', seat));

  test('forwards to a server, whose refusal, crash and absence have a code', async () => {
    const { client, runtime } = await start();
    expect(await take(client, 1)).toBe(1);
    await expect(take(client, 1)).rejects.toEqual(taken(1));
    await expect(take(client, 0)).rejects.toEqual(crash);
    expect(await take(client, 1)).toBe(1); // the fresh one
    runtime.unregister('hall');
    await expect(take(client, 1)).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
  });

  test('forwards an event as a cast', async () => {
    const { client, runtime } = await start();
    const handled = new Promise<void>((resolve) => {
      const stop = runtime.sys.trace('hall', ({ kind }) => (kind === 'state' ? resolve() : undefined));
      cleanups.push(stop);
    });
    client.emit('taken', 5);
    await handled;
    await expect(take(client, 5)).rejects.toEqual(taken(5));
  });
});

test('a client of a gateway gets the error as an exception event', async () => {
  const module = await compile({ providers: [Hall, HallGateway, HallFilter] });
  const app = module.createNestApplication();
  app.useWebSocketAdapter(new WsAdapter(app));
  cleanups.push(() => app.close());
  await app.listen(0, '127.0.0.1');
  const { port } = (app.getHttpServer() as { address(): AddressInfo }).address();
  const socket = new WebSocket(`ws://127.0.0.1:${port}/hall`);
  cleanups.push(() => socket.terminate());
  await once(socket, 'open');
  const take = async (seat: number): Promise<unknown> => {
    const answer = once(socket, 'message');
    socket.send(JSON.stringify({ event: 'take', data: seat }));
    return JSON.parse(String((await answer)[0])) as unknown;
  };
  expect(await take(1)).toEqual({ event: 'took', data: 1 });
  expect(await take(1)).toEqual({ event: 'exception', data: taken(1) });
  expect(await take(0)).toEqual({ event: 'exception', data: crash });
  expect(await take(1)).toEqual({ event: 'took', data: 1 });
});
