import { describe, expect, test } from '@jest/globals';
import { Observable, of } from 'rxjs';
import { BreakerSetupError, CircuitBreaker } from '../../src/integrations/circuit-breaker/index.js';

/** As a program writes it in which nobody checks types. */
const Loose = CircuitBreaker as unknown as (
  name: unknown,
  options?: unknown,
) => MethodDecorator & PropertyDecorator & ClassDecorator;

describe('refused as it is declared:', () => {
  test.each<[string, unknown, unknown, RegExp]>([
    ['no name', '', {}, /must be a non-empty string/],
    ['a name that is none', 5, {}, /must be a non-empty string/],
    ['options that are none', 'a', null, /must be an object, got null/],
    ['an option that does not exist', 'a', { timeout: 5 }, /no option `timeout`.*Did you mean callTimeoutMs/],
    ['a fallback that is none', 'a', { fallback: 5 }, /`fallback` must be the name of a method, or a function/],
    ['a fallback without a name', 'a', { fallback: '' }, /`fallback` must be the name of a method/],
    ['a method that is its own fallback', 'a', { fallback: 'find' }, /it is its own fallback/],
    ['a key that is no function', 'a', { key: 'host' }, /`key` must be a function/],
    ['a callTimeoutMs of 0', 'a', { callTimeoutMs: 0 }, /Expected `callTimeoutMs`/],
  ])('%s', (_, name, options, message) => {
    const declare = () => {
      class Shop {
        @Loose(name, options)
        async find(): Promise<void> {}
      }
      return Shop;
    };
    expect(declare).toThrow(BreakerSetupError);
    expect(declare).toThrow(message);
    expect(declare).toThrow(/^(@CircuitBreaker on Shop\.find|getCircuitBreakerToken): /);
  });

  test('a static method', () => {
    expect(() => {
      class Shop {
        @CircuitBreaker('a')
        static async find(): Promise<void> {}
        readonly name = 'shop';
      }
      return Shop;
    }).toThrow(/^@CircuitBreaker on Shop\.find: it stands on a static method or a class/);
  });

  test('a class', () => {
    expect(() => {
      @Loose('a')
      class Shop {}
      return Shop;
    }).toThrow(/it stands on a static method or a class/);
  });

  test('an accessor', () => {
    expect(() => {
      class Shop {
        @Loose('a')
        get find(): string {
          return '';
        }
      }
      return Shop;
    }).toThrow(/only methods can have a breaker/);
  });

  test('a generator', () => {
    expect(() => {
      class Shop {
        @Loose('a')
        async *find(): AsyncGenerator<string> {
          yield '';
        }
      }
      return Shop;
    }).toThrow(/a generator has not run yet/);
  });

  test('a method that gives an Observable', () => {
    expect(() => {
      class Shop {
        @Loose('a')
        find(): Observable<string> {
          return of('');
        }
      }
      return Shop;
    }).toThrow(/^@CircuitBreaker on Shop\.find: an Observable has not run yet/);
  });
});

describe('does not compile:', () => {
  test('a method that gives no promise, a fallback or a key with other arguments, a fallback with another result', () => {
    class Shop {
      @CircuitBreaker('a', {
        fallback: (error: unknown, id: string) => `${String(error)} ${id}`,
        key: (id: string) => id,
      })
      async fine(_id: string, _count: number): Promise<string> {
        return '';
      }
      @CircuitBreaker('a', { fallback: async () => undefined })
      async alsoFine(_id: string): Promise<string | undefined> {
        return '';
      }
      // @ts-expect-error The method gives no promise.
      @CircuitBreaker('a')
      sync(): string {
        return '';
      }
      // @ts-expect-error The fallback takes a number where the method takes a string.
      @CircuitBreaker('a', { fallback: (_error: unknown, id: number) => String(id) })
      async arguments(_id: string): Promise<string> {
        return '';
      }
      // @ts-expect-error The key takes a number where the method takes a string.
      @CircuitBreaker('a', { key: (id: number) => String(id) })
      async key(_id: string): Promise<string> {
        return '';
      }
      // @ts-expect-error The fallback gives a number where the method gives a string.
      @CircuitBreaker('a', { fallback: () => 5 })
      async result(): Promise<string> {
        return '';
      }
    }
    expect(Shop).toBeDefined();
  });
});
