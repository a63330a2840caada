import { once } from 'node:events';
import { Agent, get, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Body, Controller, Get, type INestApplication, Post } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { GenServer } from '@rookery/genserver';
import { Supervised, SupervisionModule, Supervisor } from '../src/index.js';
import { MemoryLogger } from './support/apps.js';

const DEADLINE_MS = 2_000;
/** For what a busy machine needs its time for. */
const LONG_MS = 60_000;
const SLOW_MS = 150;
/** More than the network takes while nobody reads. */
const LARGE = 'x'.repeat(30_000_000);

let ended: string[] = [];

@Supervised()
class Ledger extends GenServer {
  override init(): void {
    this.self.trapExit(true);
  }

  override async terminate(): Promise<void> {
    await sleep(100); // needs some of the time that is left
    ended.push('written');
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Ledger] })
class Root {}

let reached: () => void = () => {};

@Controller()
class Pages {
  @Get('fast')
  fast(): string {
    return 'fast';
  }

  @Get('slow')
  async slow(): Promise<string> {
    reached();
    await sleep(SLOW_MS);
    return 'slow';
  }

  @Get('large')
  large(): string {
    reached();
    return LARGE;
  }

  @Get('never')
  never(): Promise<string> {
    reached();
    return new Promise(() => {});
  }

  @Post('upload')
  upload(@Body() body: unknown): unknown {
    return body;
  }
}

let app: INestApplication<Server>;
let port: number;
let logger: MemoryLogger;
let clients: Socket[];

beforeEach(async () => {
  ended = [];
  clients = [];
  await listen(DEADLINE_MS);
});

async function listen(shutdownTimeoutMs: number): Promise<void> {
  logger = new MemoryLogger();
  const module = Test.createTestingModule({
    imports: [SupervisionModule.forRoot({ root: Root, shutdownTimeoutMs })],
    controllers: [Pages],
    providers: [Ledger, Root],
  });
  app = (await module.setLogger(logger).compile()).createNestApplication<INestApplication<Server>>();
  await app.listen(0, '127.0.0.1');
  ({ port } = app.getHttpServer().address() as AddressInfo);
}

afterEach(async () => {
  for (const socket of clients) socket.destroy();
  await app.close();
});

/** A client that says this much and no more. */
async function client(text = ''): Promise<Socket> {
  const accepted = once(app.getHttpServer(), 'connection');
  const socket = connect(port, '127.0.0.1').on('error', () => {}); // cut connections are the point
  clients.push(socket);
  socket.resume();
  await Promise.all([once(socket, 'connect'), accepted]);
  if (text !== '') socket.write(text);
  return socket;
}

async function timeToClose(): Promise<number> {
  const startedAt = performance.now();
  await app.close();
  return performance.now() - startedAt;
}

const HEAD = 'HTTP/1.1\r\nHost: here\r\n';

describe('connections that nobody waits on are closed at once', () => {
  test.each([
    ['one that never sent a request', ''],
    ['one with half of its headers', `GET /fast ${HEAD}`],
  ])('%s', async (_, text) => {
    await client(text);
    if (text !== '') await sleep(50); // let the half reach the server
    await app.close();
    expect(ended).toEqual(['written']);
    expect(logger.lines.join('\n')).not.toMatch(/cut at half|Killed/);
  });

  test('one that is kept alive after its answer', async () => {
    const socket = await client(`GET /fast ${HEAD}\r\n`);
    await once(socket, 'data');
    await app.close();
    expect(ended).toEqual(['written']);
  });
});

test('a request that is answered in time gets its answer, its connection does not wait, and terminate runs', async () => {
  const agent = new Agent({ keepAlive: true });
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const answered = new Promise<string>((resolve, reject) => {
    get({ host: '127.0.0.1', port, path: '/slow', agent }, (response) => {
      response.setEncoding('utf8').on('data', resolve);
    }).on('error', reject);
  });
  await isReached;
  await app.close();
  expect(await answered).toBe('slow');
  expect(ended).toEqual(['written']);
  expect(logger.lines.join('\n')).not.toMatch(/cut at half|Killed/);
  agent.destroy();
});

test.each([
  ['an answer that is going out when the server closes goes out whole', []],
  ['so do those that follow it on the same connection', [`GET /fast ${HEAD}\r\n`]],
])('%s', async (_, following) => {
  await app.close();
  ended = [];
  await listen(LONG_MS);
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  const socket = await client();
  socket.pause();
  let read = '';
  socket.setEncoding('latin1').on('data', (text: string) => (read += text));
  socket.pause(); // as a listener has been added
  socket.write([`GET /large ${HEAD}\r\n`, ...following].join(''));
  await isReached;
  const closed = app.close();
  while (app.getHttpServer().listening) await nextTurn();
  socket.resume();
  await closed;
  if (!socket.closed) await once(socket, 'close');
  expect(read.split('HTTP/1.1 200 OK')).toHaveLength(2 + following.length);
  expect(read.length).toBeGreaterThan(LARGE.length);
  expect(read.endsWith(following.length === 0 ? 'x' : 'fast')).toBe(true);
  expect(logger.lines.join('\n')).not.toMatch(/cut at half|Killed/);
});

describe('what is open at half of the deadline is cut, and the tree has the other half', () => {
  const opened: readonly (readonly [string, number, () => Promise<unknown>])[] = [
    ['a request without an answer', 1, openWithoutAnswer],
    ['a request with half of its body', 1, openWithHalfABody],
    ['upgraded connections', 2, openUpgraded],
  ];

  test.each(opened)('%s', async (_, count, open) => {
    await open();
    const tookMs = await timeToClose();
    expect(tookMs).toBeGreaterThanOrEqual(DEADLINE_MS / 2 - 1); // timers round
    expect(ended).toEqual(['written']);
    const log = logger.lines.join('\n');
    expect(log).toContain(`error Connections cut at half of the shutdown deadline (${DEADLINE_MS} ms): ${count}`);
    expect(log).not.toMatch(/Killed/);
  });
});

async function openWithoutAnswer(): Promise<void> {
  const isReached = new Promise<void>((resolve) => (reached = resolve));
  await client(`GET /never ${HEAD}\r\n`);
  await isReached;
}

async function openWithHalfABody(): Promise<void> {
  const requested = once(app.getHttpServer(), 'request');
  await client(`POST /upload ${HEAD}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{"half":`);
  await requested;
}

async function openUpgraded(): Promise<void> {
  app.getHttpServer().on('upgrade', (_, socket: Socket) => {
    socket
      .on('error', () => {})
      .write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n');
  });
  for (let i = 0; i < 2; i++) {
    const socket = await client(`GET /socket ${HEAD}Connection: Upgrade\r\nUpgrade: echo\r\n\r\n`);
    await once(socket, 'data');
  }
}
