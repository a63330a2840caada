import { describe, expect, test } from '@jest/globals';
import { Controller, Get, HttpException, Injectable, Module, Param, Scope, SetMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import {
  CallCancelledError,
  CallTimedOutError,
  CircuitBreaker as PlainCircuitBreaker,
  CircuitOpenError,
  FallbackFailedError,
} from '@rookery/circuit-breaker';
import { GenServer, type ServerRef } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { of } from 'rxjs';
import { getServerToken, Supervised, SupervisionModule, Supervisor } from '../../src/index.js';
import {
  BreakerSetupError,
  CircuitBreaker,
  CircuitBreakerModule,
  CircuitBreakers,
  type CircuitBreakerModuleOptions,
} from '../../src/integrations/circuit-breaker/index.js';
import { Cached, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { MemoryLogger } from '../support/apps.js';
import { useCacheApps } from '../ttl-cache/support/apps.js';

const boot = useCacheApps();

@Injectable()
class Payments {
  calls = 0;
  readonly seen: unknown[][] = [];
  answer: (signal?: AbortSignal) => Promise<string> = async () => 'paid';

  @SetMetadata('below', 1)
  @CircuitBreaker('payments')
  @SetMetadata('above', 2)
  async charge(_id: string): Promise<string> {
    this.calls++;
    return this.answer();
  }

  @CircuitBreaker('payments', { fallback: 'later', callTimeoutMs: 50 })
  async chargeOrLater(id: string, _amount = 1, signal?: AbortSignal): Promise<string> {
    this.seen.push([id, signal]);
    return this.answer(signal);
  }

  protected later(error: unknown, ...args: unknown[]): string {
    this.seen.push([this, error, ...args]);
    return `later ${String(args[0])}`;
  }
}

const fail = (): Promise<never> => Promise.reject(new Error('down'));

async function start(options: CircuitBreakerModuleOptions = {}) {
  const clock = new ManualClock();
  const breakers = [{ name: 'payments', failureThreshold: 2, timeoutMs: 1000 }];
  const { app } = await boot({
    imports: [CircuitBreakerModule.forRoot({ clock, breakers, ...options })],
    providers: [Payments],
  });
  return { app, clock, payments: app.get(Payments), all: app.get(CircuitBreakers) };
}

/** Boots one provider with the breaker `a`. */
async function make<T extends object>(type: new () => T, options: CircuitBreakerModuleOptions = {}): Promise<T> {
  const breakers = [{ name: 'a', failureThreshold: 1 }];
  const { app } = await boot({ imports: [CircuitBreakerModule.forRoot({ breakers, ...options })], providers: [type] });
  return app.get(type);
}

describe('a method behind a breaker', () => {
  test('is not called while that is open, and is again when it may', async () => {
    const { clock, payments } = await start();
    expect(await payments.charge('1')).toBe('paid');
    payments.answer = fail;
    for (let i = 0; i < 2; i++) await expect(payments.charge('1')).rejects.toThrow('down');
    payments.answer = async () => 'paid';
    await expect(payments.charge('1')).rejects.toThrow(CircuitOpenError);
    expect(payments.calls).toBe(3);
    await clock.advance(1000);
    expect(await payments.charge('1')).toBe('paid');
  });

  test('keeps its name, its length, and what decorators above and below wrote', () => {
    const { charge } = Payments.prototype;
    expect([charge.name, charge.length]).toEqual(['charge', 1]);
    expect([Reflect.getMetadata('below', charge), Reflect.getMetadata('above', charge)]).toEqual([1, 2]);
    expect(Reflect.getMetadata('design:paramtypes', Payments.prototype, 'charge')).toEqual([String]);
  });

  test('of an instance made without Nest just runs', async () => {
    const payments = new Payments();
    payments.answer = fail;
    for (let i = 0; i < 5; i++) await expect(payments.charge('1')).rejects.toThrow('down');
    expect(payments.calls).toBe(5);
  });

  test('leaves no trace of the breaker in what is printed or compared', async () => {
    const { payments } = await start();
    const symbols = Object.getOwnPropertySymbols(payments);
    expect(symbols).toHaveLength(2);
    expect(symbols.filter((symbol) => Object.prototype.propertyIsEnumerable.call(payments, symbol))).toEqual([]);
  });

  test('that gives its value, or throws, at once, does so as a promise', async () => {
    class Shop {
      @CircuitBreaker('a')
      find(id: string): Promise<string> {
        if (id === '') throw new Error('no id');
        return id as never; // as of JavaScript, where nobody checks
      }
    }
    const shop = await make(Shop);
    expect(shop.find('1')).toBeInstanceOf(Promise);
    expect(await shop.find('1')).toBe('1');
    await expect(shop.find('')).rejects.toThrow('no id');
    await expect(shop.find('1')).rejects.toThrow(CircuitOpenError);
  });

  test('gives no Observable, which would run behind the back of the breaker', async () => {
    class Shop {
      @CircuitBreaker('a')
      find(): Promise<string> {
        return of('1') as never;
      }
    }
    await expect((await make(Shop)).find()).rejects.toThrow(/^@CircuitBreaker on Shop\.find: .*firstValueFrom/);
  });
});

describe('a fallback', () => {
  test('is not called when the method gives something', async () => {
    const { payments } = await start();
    expect(await payments.chargeOrLater('1')).toBe('paid');
    expect(payments.seen).toHaveLength(1);
  });

  test('has the instance, the error and the arguments, when the call failed, and when it was rejected', async () => {
    const { payments } = await start();
    payments.answer = fail;
    for (let i = 0; i < 3; i++) expect(await payments.chargeOrLater('1', 7)).toBe('later 1');
    expect(payments.seen.filter(([first]) => first === payments)).toEqual([
      [payments, expect.objectContaining({ message: 'down' }), '1', 7],
      [payments, expect.objectContaining({ message: 'down' }), '1', 7],
      [payments, expect.any(CircuitOpenError), '1', 7],
    ]);
    expect(payments.seen).toHaveLength(5);
  });

  test('stands in for a call that took too long', async () => {
    const { clock, payments } = await start();
    payments.answer = () => new Promise(() => {});
    const given = payments.chargeOrLater('1');
    await clock.advance(50);
    expect(await given).toBe('later 1');
    expect(payments.seen[1]?.[1]).toBeInstanceOf(CallTimedOutError);
  });

  test('does not stand in for what is an answer', async () => {
    const { payments } = await start();
    payments.answer = () => Promise.reject(new HttpException('no such order', 404));
    for (let i = 0; i < 5; i++) await expect(payments.chargeOrLater('1')).rejects.toThrow('no such order');
    expect(payments.seen).toHaveLength(5);
  });

  test('of a subclass is its own', async () => {
    class Fast extends Payments {
      protected override later(): string {
        return 'never';
      }
    }
    const breakers = [{ name: 'payments', failureThreshold: 1 }];
    const { app } = await boot({ imports: [CircuitBreakerModule.forRoot({ breakers })], providers: [Fast] });
    app.get(Fast).answer = fail;
    expect(await app.get(Fast).chargeOrLater('1')).toBe('never');
  });

  test('may be a function, and may take its time', async () => {
    class Shop {
      readonly prefix = 'cached';
      @CircuitBreaker('a', {
        async fallback(this: Shop, error: unknown, id: string) {
          return `${this.prefix} ${id} ${(error as Error).message}`;
        },
      })
      find(_id: string): Promise<string> {
        return fail();
      }
    }
    expect(await (await make(Shop)).find('7')).toBe('cached 7 down');
  });

  test('that fails: the caller gets both errors', async () => {
    class Shop {
      @CircuitBreaker('a', { fallback: 'cached' })
      find(): Promise<string> {
        return fail();
      }
      cached(): string {
        throw new Error('empty');
      }
    }
    const error = (await (await make(Shop)).find().catch((reason: unknown) => reason)) as FallbackFailedError;
    expect(error).toBeInstanceOf(FallbackFailedError);
    expect(error.errors).toMatchObject([{ message: 'down' }, { message: 'empty' }]);
  });
});

describe('an AbortSignal among the arguments', () => {
  test('ends the call of its caller, fires the signal that the method has, and never counts', async () => {
    const { payments, all } = await start();
    payments.answer = () => new Promise(() => {});
    for (let i = 0; i < 3; i++) {
      const leaving = new AbortController();
      const call = payments.chargeOrLater('1', 1, leaving.signal);
      leaving.abort(new Error('gone'));
      await expect(call).rejects.toThrow(CallCancelledError);
      const signal = payments.seen[i]?.[1] as AbortSignal;
      expect(signal).not.toBe(leaving.signal);
      expect(signal.reason).toMatchObject({ message: 'gone' });
    }
    expect(all.get('payments')?.state).toBe('closed');
    expect(all.get('payments')?.stats().ignored).toBe(3);
  });

  test('fires in the method when the time of the call is over, and the fallback has that of the caller', async () => {
    const { clock, payments } = await start();
    payments.answer = () => new Promise(() => {});
    const { signal } = new AbortController();
    const call = payments.chargeOrLater('1', 1, signal);
    await clock.advance(50);
    await call;
    expect(payments.seen[0]?.[1]).toHaveProperty('aborted', true);
    expect(payments.seen[1]?.[4]).toBe(signal);
    expect(signal.aborted).toBe(false);
  });

  test('that a client who leaves has fired is told as that', async () => {
    const { payments } = await start();
    const leaving = new AbortController();
    const left = new HttpException('left', 499);
    leaving.abort(left);
    await expect(payments.chargeOrLater('1', 1, leaving.signal)).rejects.toBe(left);
    expect(payments.seen).toEqual([]);
  });
});

describe('a key', () => {
  class Hosts {
    readonly down = new Set(['a.example']);
    @CircuitBreaker('hosts', { key: (url: string) => new URL(url).host })
    async get(url: string): Promise<string> {
      if (this.down.has(new URL(url).host)) throw new Error('down');
      return 'ok';
    }
    @CircuitBreaker('hosts', { key: (host: unknown) => host as string })
    async of(_host: unknown): Promise<string> {
      return 'ok';
    }
  }
  const registries = [{ name: 'hosts', failureThreshold: 1 }];

  test('gives each of what it stands for a breaker of its own', async () => {
    const hosts = await make(Hosts, { registries });
    await expect(hosts.get('http://a.example/1')).rejects.toThrow('down');
    await expect(hosts.get('http://a.example/2')).rejects.toThrow(/^a\.example is open/);
    expect(await hosts.get('http://b.example/')).toBe('ok');
  });

  test.each<[string, () => unknown]>([
    ['a promise', () => Promise.reject(new Error('late'))],
    ['nothing', () => undefined],
    ['empty', () => ''],
  ])('that is %s is refused, and leaves nothing behind', async (_, key) => {
    const leaks = new LeakDetector();
    const hosts = await make(Hosts, { registries });
    const error = (await hosts.of(key()).catch((reason: unknown) => reason)) as Error;
    expect(error).toBeInstanceOf(BreakerSetupError);
    expect(error.message).toMatch(/^@CircuitBreaker on Hosts\.of: Expected `key`/);
    await leaks.assertNone();
  });

  test('that throws: the caller gets it', async () => {
    const hosts = await make(Hosts, { registries });
    await expect(hosts.get('nowhere')).rejects.toThrow(TypeError);
  });
});

describe('guarded methods of', () => {
  test('request-scoped providers and of controllers share their breaker over requests', async () => {
    let calls = 0;
    @Injectable({ scope: Scope.REQUEST })
    class PerRequest {
      @CircuitBreaker('a', { fallback: 'standIn' })
      find(_id: string): Promise<string> {
        calls++;
        return fail();
      }
      standIn(_error: unknown, id: string): string {
        return `no ${id}`;
      }
    }
    @Controller()
    class Api {
      constructor(readonly perRequest: PerRequest) {}
      @Get('provider/:id')
      provider(@Param('id') id: string) {
        return this.perRequest.find(id);
      }
      @CircuitBreaker('b')
      @Get('controller/:id')
      async controller(@Param('id') id: string): Promise<string> {
        return `${++calls} ${id}`;
      }
    }
    const breakers = [{ name: 'a', failureThreshold: 1 }, { name: 'b' }];
    const imports = [CircuitBreakerModule.forRoot({ breakers })];
    const { get } = await boot({ imports, providers: [PerRequest], controllers: [Api] });
    const texts: string[] = [];
    for (const path of ['/provider/1', '/provider/2', '/controller/3']) texts.push(await (await get(path)).text());
    expect(texts).toEqual(['no 1', 'no 2', '2 3']);
  });

  test('two applications do not meet', async () => {
    const [one, two] = [await start(), await start()];
    one.payments.answer = fail;
    for (let i = 0; i < 2; i++) await expect(one.payments.charge('1')).rejects.toThrow('down');
    expect([one, two].map(({ all }) => all.get('payments')?.state)).toEqual(['open', 'closed']);
  });

  test('a server of the tree go on with the breaker over its restarts', async () => {
    @Supervised({ name: 'till' })
    class Till extends GenServer {
      @CircuitBreaker('bank', { fallback: 'offline' })
      pay(): Promise<string> {
        return fail();
      }
      offline(error: unknown): string {
        return (error as Error).name;
      }
      crash(): void {
        throw new Error('crash');
      }
    }
    const bank = PlainCircuitBreaker.childSpec({ name: 'bank', failureThreshold: 1 });
    @Supervisor({ strategy: 'one_for_one', children: [bank, Till] })
    class Root {}
    const breakers = [{ name: 'bank', supervised: true as const }];
    const imports = [SupervisionModule.forRoot({ root: Root }), CircuitBreakerModule.forRoot({ breakers })];
    const { app } = await boot({ imports, providers: [Root, Till] });
    const till = app.get<ServerRef<Till>>(getServerToken(Till));
    expect(await till.call.pay()).toBe('Error');
    await expect(till.call.crash()).rejects.toThrow('crash');
    expect(await till.call.pay()).toBe('CircuitOpenError');
  });

  test('which are cached, too: what is cached needs no breaker', async () => {
    let calls = 0;
    class Shop {
      @Cached({ key: (id: string) => id })
      @CircuitBreaker('a')
      async find(_id: string, signal?: AbortSignal): Promise<string> {
        if (++calls > 1) throw new Error('down');
        return String(signal instanceof AbortSignal);
      }
    }
    const imports = [
      TtlCacheModule.forRoot(),
      CircuitBreakerModule.forRoot({ breakers: [{ name: 'a', failureThreshold: 1 }] }),
    ];
    const { app } = await boot({ imports, providers: [Shop] });
    const shop = app.get(Shop);
    expect(await shop.find('1', new AbortController().signal)).toBe('true');
    await expect(shop.find('2')).rejects.toThrow('down');
    await expect(shop.find('2')).rejects.toThrow(CircuitOpenError);
    expect(await shop.find('1')).toBe('true');
    expect(calls).toBe(2);
  });
});

describe('refused at boot:', () => {
  async function refusal(type: new () => object): Promise<Error> {
    @Module({ providers: [type] })
    class ShopModule {}
    const testing = Test.createTestingModule({
      imports: [CircuitBreakerModule.forRoot({ breakers: [{ name: 'a' }] }), ShopModule],
    });
    const compiled = testing.setLogger(new MemoryLogger()).compile();
    return compiled.then((app) => app.init()).catch((error: unknown) => error) as Promise<Error>;
  }

  test('a breaker that is not there: the error names class, method, breaker and remedy', async () => {
    class Shop {
      @CircuitBreaker('missing')
      async all(): Promise<void> {}
    }
    const { message } = await refusal(Shop);
    for (const part of ['@CircuitBreaker on Shop.all', '"missing"', 'CircuitBreakerModule.forRoot', 'ShopModule']) {
      expect(message).toContain(part);
    }
  });

  test('a fallback that is not there, also of a request-scoped provider', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Shop {
      @CircuitBreaker('a', { fallback: 'cahced' })
      async all(): Promise<void> {}
    }
    const error = await refusal(Shop);
    expect(error).toBeInstanceOf(BreakerSetupError);
    expect(error.message).toBe(
      '@CircuitBreaker on Shop.all: its fallback "cahced" is no method of Shop (ShopModule): add cahced(error, …arguments), or correct the name.',
    );
  });

  test('a fallback that is an accessor, and is not run for that', async () => {
    let runs = 0;
    class Shop {
      @CircuitBreaker('a', { fallback: 'cached' })
      async all(): Promise<void> {}
      get cached(): () => void {
        runs++;
        return () => undefined;
      }
    }
    expect((await refusal(Shop)).message).toContain('"cached" is no method of Shop');
    expect(runs).toBe(0);
  });

  test('a subclass of what is fine, and what only a subclass has, is fine', async () => {
    abstract class Base {
      @CircuitBreaker('a', { fallback: 'cached' })
      async all(): Promise<string> {
        return fail();
      }
    }
    class Sub extends Base {
      cached(): string {
        return 'cached';
      }
    }
    expect(await (await make(Sub)).all()).toBe('cached');
  });
});

describe('a guarded method of what Nest has not made', () => {
  class Shop {
    @CircuitBreaker('a', { fallback: 'cached' })
    async all(): Promise<string> {
      throw new Error('down');
    }
    cached(): string {
      return 'cached';
    }
  }

  test.each([
    ['useFactory', { provide: Shop, useFactory: () => new Shop() }],
    ['useValue', { provide: Shop, useValue: new Shop() }],
  ])('by %s has no breaker, and a warning says so', async (_, provider) => {
    const imports = [CircuitBreakerModule.forRoot({ breakers: [{ name: 'a' }] })];
    const { app, logger } = await boot({ imports, providers: [provider] });
    await expect(app.get(Shop).all()).rejects.toThrow('down');
    expect(logger.lines.filter((line) => line.startsWith('warn'))).toEqual([
      expect.stringMatching(/Shop\.all of RootTestModule has no circuit breaker before it.* Provide the class/),
    ]);
  });

  test.each([[[Shop]], [[Shop, { provide: 'alias', useExisting: Shop }]]])(
    'others are not warned of: %#',
    async (providers) => {
      const imports = [CircuitBreakerModule.forRoot({ breakers: [{ name: 'a' }] })];
      const { logger } = await boot({ imports, providers });
      expect(logger.lines.filter((line) => line.startsWith('warn'))).toEqual([]);
    },
  );
});
