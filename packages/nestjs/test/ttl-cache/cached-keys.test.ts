import { describe, expect, test } from '@jest/globals';
import { type Cache, FetchAbortedError } from '@rookery/ttl-cache';
import { Cached, CacheKeyError, getCacheToken, TtlCacheModule } from '../../src/integrations/ttl-cache/index.js';
import { gate, useCacheApps } from './support/apps.js';

const boot = useCacheApps();

async function make<T>(type: new () => T): Promise<T> {
  const { app } = await boot({ imports: [TtlCacheModule.forRoot()], providers: [type as new () => object] });
  return app.get(type);
}

describe('the key', () => {
  test.each<[string, unknown, RegExp]>([
    ['undefined', undefined, /was undefined\. Was it called without an id\?/],
    ['null', null, /was null/],
    ['NaN', NaN, /was NaN/],
    ['an object', { id: 1 }, /was an object \(Object\).*a string or another primitive/],
    ['an array', ['a', 1], /was an array \(string, number\)/],
    ['a promise', Promise.resolve('a'), /was an object \(Promise\)/],
    ['a function', () => 'a', /was a function/],
  ])('is not %s: the method does not run', async (_, key, message) => {
    let runs = 0;
    class Shop {
      @Cached({ key: () => key as string })
      async all(): Promise<number> {
        return ++runs;
      }
    }
    const error = await (await make(Shop)).all().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(CacheKeyError);
    expect((error as Error).message).toMatch(/^The key of @Cached Shop\.all /);
    expect((error as Error).message).toMatch(message);
    expect(runs).toBe(0);
  });

  test.each<[string, string | number | bigint | boolean | symbol]>([
    ['a string', 'a'],
    ['the empty string', ''],
    ['0', 0],
    ['a bigint', 1n],
    ['false', false],
    ['a symbol', Symbol('key')],
  ])('may be %s', async (_, key) => {
    let runs = 0;
    class Shop {
      @Cached({ key: () => key })
      async all(): Promise<number> {
        return ++runs;
      }
    }
    const shop = await make(Shop);
    await shop.all();
    expect(await shop.all()).toBe(1);
  });

  test('that throws: the caller gets it as a rejection, and the method does not run', async () => {
    let runs = 0;
    class Shop {
      @Cached({ key: (user: { id: string }) => user.id })
      async of(_user: { id: string }): Promise<number> {
        return ++runs;
      }
    }
    const shop = await make(Shop);
    await expect(shop.of(undefined as never)).rejects.toThrow(TypeError);
    expect(runs).toBe(0);
  });

  test('of what two subclasses inherit is told apart by the instance', async () => {
    abstract class Repository {
      abstract readonly table: string;
      @Cached({
        key(this: Repository, id: string) {
          return `${this.table}:${id}`;
        },
      })
      async byId(id: string): Promise<string> {
        return `${this.table} ${id}`;
      }
    }
    class Users extends Repository {
      readonly table = 'users';
    }
    class Orders extends Repository {
      readonly table = 'orders';
    }
    const { app } = await boot({ imports: [TtlCacheModule.forRoot()], providers: [Users, Orders] });
    expect([await app.get(Users).byId('1'), await app.get(Orders).byId('1')]).toEqual(['users 1', 'orders 1']);
    const cache = app.get<Cache<unknown, unknown>>(getCacheToken());
    expect([...cache.keys()]).toEqual(['users:1', 'orders:1']);
  });

  test('and the method have the instance and all arguments', async () => {
    class Shop {
      readonly tax = 2;
      @Cached({ key: (...prices: number[]) => prices.join() })
      async total(...prices: number[]): Promise<number> {
        return prices.reduce((sum, price) => sum + price, 0) * this.tax;
      }
    }
    const shop = await make(Shop);
    expect([await shop.total(1), await shop.total(1, 2)]).toEqual([2, 6]);
  });
});

describe('an AbortSignal among the arguments', () => {
  class Shop {
    readonly signals: AbortSignal[] = [];
    readonly answer = gate();
    @Cached({ key: (id: string) => `shop:${id}` })
    async find(_id: string, signal?: AbortSignal): Promise<string> {
      this.signals.push(signal as AbortSignal);
      await this.answer.opened;
      return 'tea';
    }
  }

  test('ends the waiting of its caller alone', async () => {
    const shop = await make(Shop);
    const leaving = new AbortController();
    const first = shop.find('1', leaving.signal);
    const second = shop.find('1');
    leaving.abort(new Error('gone'));
    await expect(first).rejects.toThrow(FetchAbortedError);
    shop.answer.open();
    expect(await second).toBe('tea');
    expect(shop.signals.map(({ aborted }) => aborted)).toEqual([false]);
  });

  test('is another in the method, which fires when the last caller has left', async () => {
    const shop = await make(Shop);
    const controllers = [new AbortController(), new AbortController()];
    const calls = Promise.allSettled(controllers.map(({ signal }) => shop.find('1', signal)));
    controllers[0]?.abort();
    expect(shop.signals[0]?.aborted).toBe(false);
    controllers[1]?.abort();
    expect(shop.signals[0]?.aborted).toBe(true);
    expect((await calls).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  });
});

test('what inherits a cached method may override it, call it, and is cached by it', async () => {
  class Base {
    loads = 0;
    @Cached({ key: () => 'base' })
    async load(): Promise<number> {
      return ++this.loads;
    }
  }
  class Sub extends Base {
    override async load(): Promise<number> {
      return (await super.load()) * 10;
    }
  }
  const sub = await make(Sub);
  expect([await sub.load(), await sub.load()]).toEqual([10, 10]);
});

test('types: generic methods and overloads stay as they are; the instance may be declared; properties and accessors are refused', () => {
  class Typed {
    @Cached({ key: (id: unknown) => String(id) })
    async generic<T>(id: T): Promise<T[]> {
      return [id];
    }

    // @ts-expect-error A key is a primitive value.
    @Cached({ key: (id: string) => [id] })
    async list(id: string): Promise<string> {
      return id;
    }
  }
  const typed: Promise<number[]> = new Typed().generic(1);
  void typed;
  const decorate = Cached({ key: () => 'a' }) as unknown as (target: object, name: string) => void;
  expect(() => decorate(Typed.prototype, 'field')).toThrow(/@Cached on Typed\.field: only methods can be cached/);
});
