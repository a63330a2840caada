import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module } from '@nestjs/common';
import { GenServer, ProcessExitedError, refuse, type ServerRef } from '@rookery/genserver';
import { InjectServer, Supervised, SupervisionModule, Supervisor } from '@rookery/nestjs';
import { SupervisionTestingModule } from '@rookery/nestjs/testing';

// The application. Its ledger writes to a database that no unit test has.

@Injectable()
class Database {
  async insert(_item: string): Promise<number> {
    throw new Error('no database here');
  }
}

@Supervised()
class Ledger extends GenServer {
  constructor(@Inject(Database) private readonly database: Database) {
    super();
  }

  note(item: string): Promise<number> {
    return this.database.insert(item);
  }
}

@Supervised({ backoff: { initialMs: 200, maxMs: 200, jitter: 'none' } })
class Till extends GenServer<number> {
  constructor(@InjectServer(Ledger) private readonly ledger: ServerRef<Ledger>) {
    super();
  }

  override init(): number {
    return 0;
  }

  async sell(item: string): Promise<number> {
    await this.ledger.call.note(item);
    return ++this.state;
  }
}

@Supervisor({ strategy: 'one_for_one', children: [Ledger, Till] })
class ShopSupervisor {}

@Module({ imports: [SupervisionModule.forRoot({ root: ShopSupervisor })], providers: [Database, Ledger, Till] })
class AppModule {}

// The tests.

describe('the till', () => {
  let app: SupervisionTestingModule;

  beforeEach(async () => {
    app = await SupervisionTestingModule.createTestingModule({ imports: [AppModule] })
      .startOnly(Till)
      .overrideServer(Ledger)
      .useFake({ note: (item) => item.length })
      .compile();
    app.useLogger(false); // crashes on purpose are no news
    await app.init();
  });

  afterEach(async () => {
    await app.close();
    await app.assertNoLeaks();
  });

  it('notes what it sells', async () => {
    expect(await app.ref(Till).call.sell('tea')).toBe(1);
    expect(app.fake(Ledger).callsOf('note')).toEqual([['tea']]);
  });

  it('counts from the beginning after a crash, once its back-off is over', async () => {
    await app.ref(Till).call.sell('tea');
    expect(await app.crash(Till)).toEqual({ kind: 'restart_scheduled', delayMs: 200 });
    await app.clock.advance(200);
    expect(await app.ref(Till).call.sell('tea')).toBe(1);
  });

  it('gives up waiting for a ledger that hangs', async () => {
    const hung = app.hang(Ledger);
    const sale = app
      .ref(Till)
      .call.sell('tea')
      .catch((error: Error) => error.message);
    await app.clock.advance(5_000);
    expect(await sale).toMatch(/within 5000 ms/);
    await hung.release();
  });

  it('crashes when the ledger refuses, as it does not catch that', async () => {
    app.fake(Ledger).use({ note: (item) => refuse(new Error(`no ${item} today`)) });
    await expect(app.ref(Till).call.sell('tea')).rejects.toThrow(ProcessExitedError);
  });
});
