// @rookery/nestjs/testing by node:test, without decorators' syntax: a fake, a part of the tree, a crash, a hang, HTTP, and leaks.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { Controller, Get, Module } from '@nestjs/common';
import { APP_FILTER } from '@nestjs/core';
import { GenServer } from '@rookery/genserver';
import { GenServerFilter, InjectServer, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';

class Ledger extends GenServer {
  constructor() {
    super();
    throw new Error('no database');
  }
  note() {}
}
Supervised({ name: 'ledger' })(Ledger);

class Till extends GenServer {
  constructor(ledger) {
    super();
    this.ledger = ledger;
  }
  async sell(item) {
    return this.ledger.call.note(item);
  }
}
Supervised()(Till);
InjectServer(Ledger)(Till, undefined, 0);

class Door extends GenServer {}
Supervised()(Door);

class Root {}
Supervisor({ strategy: 'one_for_one', maxRestarts: 1, children: [Ledger, Till, Door] })(Root);

class SalesController {
  constructor(till) {
    this.till = till;
  }
  async sell() {
    return { sold: await this.till.call.sell('tea') };
  }
}
Controller()(SalesController);
InjectServer(Till)(SalesController, undefined, 0);
Get()(SalesController.prototype, 'sell', Object.getOwnPropertyDescriptor(SalesController.prototype, 'sell'));

class Settings {
  shutdownTimeoutMs = 500;
}
class SettingsModule {}
Module({ providers: [Settings], exports: [Settings] })(SettingsModule);

class AppModule {}
Module({
  imports: [
    SupervisionModule.forRootAsync({
      root: Root,
      imports: [SettingsModule],
      inject: [Settings],
      useFactory: (settings) => ({ ...settings }),
    }),
  ],
  controllers: [SalesController],
  providers: [Till, { provide: APP_FILTER, useClass: GenServerFilter }],
})(AppModule);

let module;
let app;

beforeEach(async () => {
  module = await SupervisionTestingModule.createTestingModule({ imports: [AppModule] })
    .startOnly(Till)
    .overrideProvider(Settings)
    .useValue({ shutdownTimeoutMs: 400 })
    .overrideServer(Ledger)
    .useFake({ note: (item) => item.length })
    .compile();
  app = module.createNestApplication({ logger: false });
  await app.listen(0, '127.0.0.1');
});

afterEach(async () => {
  await app.close();
  await module.assertNoLeaks();
});

async function get() {
  const response = await fetch(await app.getUrl(), { headers: { connection: 'close' } });
  return [response.status, await response.json()];
}

void test('a fake answers, and says what it got', async () => {
  assert.deepEqual(await get(), [200, { sold: 3 }]);
  assert.deepEqual(module.fake(Ledger).callsOf('note'), [['tea']]);
});

void test('only a part runs', () => {
  assert.deepEqual(
    module.runtime.tree()[0].children.map(({ name }) => name),
    ['ledger', 'Till'],
  );
  assert.throws(() => module.ref(Door).call, { code: 'ERR_SUPERVISION_TESTING_NOT_STARTED' });
});

void test('a crash is over when it says so', async () => {
  assert.equal((await module.crash(Till)).kind, 'restarted');
  assert.deepEqual(await get(), [200, { sold: 3 }]);
  assert.deepEqual(await module.crash(Till), { kind: 'gave_up', supervisors: ['Root'], pid: undefined });
  assert.equal((await get())[0], 503);
});

void test('a server that hangs lets requests time out, as the clock says', async () => {
  const hung = module.hang(Till);
  const answer = get();
  while (hung.waiting === 0) await new Promise((resolve) => setImmediate(resolve));
  await module.clock.advance(5_000);
  assert.equal((await answer)[0], 504);
});

void test('leaks are told', async () => {
  await assert.rejects(module.assertNoLeaks(), { code: 'ERR_GENSERVER_LEAK', message: /await its close\(\) before/ });
});
