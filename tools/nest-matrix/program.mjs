// One Nest application of the matrix, run by tools/nest-matrix.mjs inside a project that has the packed packages. Arguments: the
// transport (http, hybrid, microservice, standalone, gateway; failing is a boot that fails) and the HTTP adapter (express, fastify).
// It uses its server over that transport: a call, a crash, a call of the fresh instance; then it writes "ready" and waits for a
// signal. Decorators by hand.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { Controller, Get, Inject, Injectable, Logger, Module, Scope, UseFilters } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { GenServer } from '@rookery/genserver';
import {
  feature,
  GenServerFilter,
  getServerToken,
  InjectServer,
  Registry,
  ShutdownState,
  Supervised,
  SupervisionModule,
  Supervisor,
} from '@rookery/nestjs';
import { firstValueFrom } from 'rxjs';

const [transport, adapter] = process.argv.slice(2);
const say = (text) => process.stdout.write(`${text}\n`);

let serials = 0;
/** All that was made for one start of the server or another. */
const made = [];
class Serial {
  value = ++serials;
  constructor() {
    made.push(new WeakRef(this));
  }
}
Injectable({ scope: Scope.TRANSIENT })(Serial);
class Holder {
  constructor(serial) {
    this.held = serial;
  }
  get serial() {
    return this.held.value;
  }
}
Injectable({ scope: Scope.TRANSIENT })(Holder);
Inject(Serial)(Holder, undefined, 0);

class Till extends GenServer {
  constructor(holder) {
    super();
    this.holder = holder;
    made.push(new WeakRef(this));
  }
  init() {
    this.self.trapExit(true);
    this.sold = 0;
  }
  sell() {
    this.sold += 1;
    return { sold: this.sold, serial: this.holder.serial };
  }
  crash() {
    throw new Error('crashed on purpose');
  }
  terminate({ kind }) {
    if (kind === 'shutdown') say('terminate');
  }
}
Supervised()(Till);
Inject(Holder)(Till, undefined, 0);

class Tills {}
Registry({ keys: 'unique' })(Tills);
class Root {}
Supervisor({ strategy: 'one_for_one', maxRestarts: 100, children: [Tills, feature('shop')] })(Root);

class ShopModule {}
Module({
  imports: [SupervisionModule.forFeature({ at: 'shop', children: [Till] })],
  providers: [Serial, Holder, Till],
})(ShopModule);

class Shop {
  constructor(till, state) {
    Object.assign(this, { till, state });
  }
  sell() {
    return this.till.call.sell().catch((error) => ({ error: error.name }));
  }
  crash() {
    return this.till.call.crash().catch((error) => ({ error: error.name }));
  }
  ready() {
    return { ready: this.state.isReady };
  }
  /** In Nest 11 this keeps all later hooks from running, unless they are watched. */
  onModuleDestroy() {
    throw new Error('a hook that fails');
  }
}
InjectServer(Till)(Shop, undefined, 0);
Inject(ShutdownState)(Shop, undefined, 1);
for (const name of ['sell', 'crash', 'ready']) decorateMethod(Get(name), Shop, name);
Controller()(Shop);

const providers = [];
if (transport === 'gateway') providers.push(await makeGateway());
if (transport === 'hybrid' || transport === 'microservice') {
  const { MessagePattern } = await import('@nestjs/microservices');
  for (const name of ['sell', 'crash', 'ready']) decorateMethod(MessagePattern(name), Shop, name);
}

class AppModule {}
Module({
  imports: [
    ShopModule,
    SupervisionModule.forRootAsync({ root: Root, useFactory: async () => ({ shutdownTimeoutMs: 20_000 }) }),
  ],
  controllers: transport === 'standalone' ? [] : [Shop],
  providers: transport === 'standalone' ? [Shop] : providers,
})(AppModule);

if (transport === 'failing') await bootThatFails();
const started = await start();
const { ask } = started;
started.app.enableShutdownHooks();
assert.deepEqual(await ask('ready'), { ready: true });
assert.deepEqual(await ask('sell'), { sold: 1, serial: 1 });
assert.deepEqual(await ask('sell'), { sold: 2, serial: 1 });
assert.deepEqual(await ask('crash'), { error: 'ProcessExitedError' });
assert.deepEqual(await restarted(), { sold: 1, serial: 2 });
const { sold } = await started.app.get(getServerToken('Till'), { strict: false }).call.sell();
assert.equal(sold, 2);
await releasesWhatEnded();
await started.stop?.();
setInterval(() => {}, 60_000); // so that a standalone application waits, too
say('ready');

/** The first answer of the fresh instance; until it is there, there is nobody to ask. */
async function restarted() {
  for (;;) {
    const answer = await ask('sell');
    if (answer.error !== 'NoProcessError') return answer;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Instances that have ended, and transient ones that were made for them, are kept by nobody. */
async function releasesWhatEnded() {
  for (let restarts = 0; restarts < 20; restarts++) {
    await ask('crash');
    await restarted();
  }
  await new Promise((resolve) => setTimeout(resolve, 0)); // a WeakRef holds until the end of its turn
  globalThis.gc();
  const alive = made.filter((each) => each.deref() !== undefined).length;
  assert.ok(alive <= 4 && made.length >= 44, `${alive} of ${made.length} are kept`);
}

/** The tree is up when the hook of another provider fails; it is stopped before the boot is told to have failed. */
async function bootThatFails() {
  class Broken {
    async onApplicationBootstrap() {
      throw new Error('a hook that fails');
    }
  }
  Injectable()(Broken);
  class FailingModule {}
  Module({ imports: [AppModule], providers: [Broken] })(FailingModule);
  const { message } = await NestFactory.createApplicationContext(FailingModule).catch((error) => error);
  say(`${message}\nready`);
  await new Promise((resolve) => setTimeout(resolve, 60_000)); // until the signal
}

async function start() {
  if (transport === 'standalone') return startStandalone();
  if (transport === 'microservice') return startMicroservice();
  const http = await NestFactory.create(AppModule, await httpAdapter(), { logger: new Logger() });
  if (transport === 'gateway') return startGateway(http);
  if (transport === 'hybrid') return startHybrid(http);
  await http.listen(0, '127.0.0.1');
  const url = await http.getUrl();
  const get = async (name) => (await fetch(`${url}/${name}`)).json();
  return { app: http, ask: get };
}

async function startStandalone() {
  const app = await NestFactory.createApplicationContext(AppModule);
  const shop = app.get(Shop);
  return { app, ask: (name) => shop[name]() };
}

async function startMicroservice() {
  const { Transport } = await import('@nestjs/microservices');
  const options = { host: '127.0.0.1', port: await freePort() };
  const app = await NestFactory.createMicroservice(AppModule, { transport: Transport.TCP, options });
  await app.listen();
  return { app, ...(await tcpClient(options)) };
}

async function startHybrid(app) {
  const { Transport } = await import('@nestjs/microservices');
  const options = { host: '127.0.0.1', port: await freePort() };
  app.connectMicroservice({ transport: Transport.TCP, options });
  await app.startAllMicroservices();
  await app.listen(0, '127.0.0.1');
  return { app, ...(await tcpClient(options)) };
}

async function tcpClient(options) {
  const { ClientProxyFactory, Transport } = await import('@nestjs/microservices');
  const client = ClientProxyFactory.create({ transport: Transport.TCP, options });
  await client.connect();
  return { ask: (name) => firstValueFrom(client.send(name, {})), stop: () => client.close() };
}

/** It forwards to the server; what calls reject with goes through the filter. */
async function makeGateway() {
  const { SubscribeMessage, WebSocketGateway } = await import('@nestjs/websockets');
  class Desk {
    constructor(till, state) {
      Object.assign(this, { till, state });
    }
    async sell() {
      return { event: 'sold', data: await this.till.call.sell() };
    }
    async crash() {
      return { event: 'crashed', data: await this.till.call.crash() };
    }
    ready() {
      return { event: 'ready', data: { ready: this.state.isReady } };
    }
    onModuleDestroy() {
      throw new Error('a hook that fails');
    }
  }
  for (const name of ['sell', 'crash', 'ready']) decorateMethod(SubscribeMessage(name), Desk, name);
  InjectServer(Till)(Desk, undefined, 0);
  Inject(ShutdownState)(Desk, undefined, 1);
  UseFilters(GenServerFilter)(Desk); // Nest asks gateways for filters of their own only
  WebSocketGateway({ path: '/desk' })(Desk);
  return Desk;
}

/** What the filter tells clients, by the names that `Shop` gives. */
function answerOfGateway({ event, data }) {
  if (event !== 'exception') return data;
  const { status, message, code } = data;
  if (code === 'ERR_GENSERVER_NO_PROCESS') return { error: 'NoProcessError' };
  assert.deepEqual(
    [status, message, code],
    ['error', 'The request could not be carried out.', 'ERR_GENSERVER_PROCESS_EXITED'],
  );
  return { error: 'ProcessExitedError' };
}

async function startGateway(app) {
  const { WsAdapter } = await import('@nestjs/platform-ws');
  const { default: WebSocket } = await import('ws');
  app.useWebSocketAdapter(new WsAdapter(app));
  await app.listen(0, '127.0.0.1');
  const socket = new WebSocket(`${(await app.getUrl()).replace('http', 'ws')}/desk`);
  await once(socket, 'open'); // and stays open when the application stops
  const send = async (event) => {
    socket.send(JSON.stringify({ event, data: null }));
    const [text] = await once(socket, 'message');
    return answerOfGateway(JSON.parse(String(text)));
  };
  return { app, ask: send };
}

async function httpAdapter() {
  const platform = await import(`@nestjs/platform-${adapter}`);
  return adapter === 'fastify' ? new platform.FastifyAdapter() : new platform.ExpressAdapter();
}

function decorateMethod(decorator, type, name) {
  decorator(type.prototype, name, Object.getOwnPropertyDescriptor(type.prototype, name));
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}
