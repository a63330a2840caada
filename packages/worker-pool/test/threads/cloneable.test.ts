import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ErrorWorkshop } from '../../src/threads/put-together.js';
import { takeApart } from '../../src/threads/take-apart.js';
import { whyNotCloneable } from '../../src/threads/why-not-cloneable.js';

const errorOf = (value: unknown, transfer?: readonly object[]): unknown => {
  try {
    structuredClone(value, transfer && { transfer: transfer as ArrayBuffer[] });
  } catch (error) {
    return error;
  }
  throw new Error('It can be cloned.');
};

const why = (value: unknown): string => whyNotCloneable('input', value, errorOf(value));

describe('why a value cannot be sent', () => {
  const f = (): void => undefined;
  const cyclic: Record<string, unknown> = { name: 'a' };
  cyclic['self'] = cyclic;
  cyclic['inner'] = { outer: cyclic, f };

  test.each<readonly [string, unknown, string]>([
    ['the value itself', f, '`input` is a function'],
    ['a key that is no name', { 'content-type': f }, '`input["content-type"]` is a function'],
    ['a key of another alphabet', { größe: f }, '`input.größe` is a function'],
    ['in an array', [[0, f]], '`input[0][1]` is a function'],
    ['in a Set', { set: new Set([Symbol('x')]) }, '`input.set.value(a symbol)` is a symbol'],
    ['the key of a Map', new Map([[f, 1]]), '`input.key(a function)` is a function'],
    ['the value of a Map', new Map([[1, { f }]]), '`input.get(1).f` is a function'],
    ['under a key of null', new Map([[null, f]]), '`input.get(null)` is a function'],
    ['in what contains itself', cyclic, '`input.inner.f` is a function'],
    ['no data at all', { a: { b: new WeakRef({}) } }, '`input.a.b` is an instance of WeakRef'],
    ['a generator', { *[Symbol.iterator]() {}, gen: (function* () {})() }, '`input.gen` is an object of its own kind'],
  ])('%s', (_, value, expected) => {
    expect(why(value)).toBe(expected);
  });

  test('what was to be moved, if the value itself could be sent', () => {
    const transfer = [{}] as never;
    expect(whyNotCloneable('input', { a: 1 }, errorOf({ a: 1 }, transfer), transfer)).toMatch(
      /^`input` cannot be sent with its `transfer` \(.+\)$/,
    );
  });

  test('a getter that throws', () => {
    const value = {
      a: {
        get broken(): never {
          throw new Error('not now');
        },
      },
    };
    expect(why(value)).toBe('`input.a.broken` is a getter that throws (not now)');
  });

  test('a port that is not moved is named, one that is moved is not', () => {
    const { port1, port2 } = new MessageChannel();
    expect(why({ port: port1 })).toMatch(/^`input\.port` is an instance of MessagePort$/);
    const value = { port: port1, f };
    expect(whyNotCloneable('input', value, errorOf(value, [port1]), [port1])).toBe('`input.f` is a function');
    port1.close();
    port2.close();
  });

  test('where nothing is to be found the reason is what the attempt said', () => {
    expect(whyNotCloneable('input', {}, new Error('Not enough memory'))).toBe('`input` is an instance of Object');
    const { buffer } = new Uint8Array(1);
    structuredClone(buffer, { transfer: [buffer] });
    expect(whyNotCloneable('input', buffer, new Error('It is detached'), [buffer])).toBe(
      '`input` cannot be cloned (It is detached)',
    );
  });

  test('the one function in any data is found', () => {
    const data = fc.object({ maxDepth: 4, withMap: true, withSet: true });
    fc.assert(
      fc.property(data, data, (around, inside) => {
        expect(why({ around, deep: [{ inside, here: f }] })).toBe('`input.deep[0].here` is a function');
      }),
    );
  });
});

describe('an error that is taken apart, sent and put together', () => {
  const send = (thrown: unknown): unknown => new ErrorWorkshop([]).putTogether(structuredClone(takeApart(thrown)));

  test('an error that does not tell its class is one all the same', () => {
    const hidden = Object.defineProperty(new RangeError('x'), 'constructor', {
      get: () => {
        throw new Error('hidden');
      },
    });
    expect(send(hidden)).toMatchObject({ name: 'RangeError', message: 'x' });
  });

  test.each([
    [new Error('plain')],
    [new TypeError('a type', { cause: new Error('b', { cause: 3 }) })],
    [new AggregateError([new Error('1'), new RangeError('2')], 'both')],
    [Object.assign(new Error('with fields'), { code: 'E_X', a: { b: [1] } })],
    [new Error('')],
  ])('is the same: %s', (error) => {
    const put = send(error) as Error;
    expect(put).toStrictEqual(error);
    expect(put.stack).toBe(error.stack);
    expect(Object.prototype.toString.call(put)).toBe('[object Error]');
    expect(Object.keys(put)).toEqual(Object.keys(error));
  });

  test('may have fields called __proto__, or getters that throw', () => {
    const error = Object.defineProperties(new Error('odd'), {
      ['__proto__']: { value: { polluted: true }, enumerable: true },
      broken: {
        get: () => {
          throw new Error('no');
        },
        enumerable: true,
      },
    });
    const put = send(error) as Error & { readonly polluted?: boolean };
    expect(put.polluted).toBeUndefined();
    expect(Object.getOwnPropertyDescriptor(put, '__proto__')?.value).toEqual({ polluted: true });
    expect(Object.keys(put)).toContain('broken');
  });

  test('may have very many causes: the last ones are a text', () => {
    let error = new Error('the first');
    for (let i = 0; i < 10_000; i++) error = new Error(`caused ${i}`, { cause: error });
    let put: unknown = send(error);
    let depth = 0;
    for (; put instanceof Error; put = put.cause) depth++;
    expect(depth).toBeGreaterThan(90);
    expect(typeof put).toBe('string');
  });

  test('classes that have the same name are the same class here', () => {
    class Odd extends Error {}
    const workshop = new ErrorWorkshop([]);
    const [one, two] = [1, 2].map(() => workshop.putTogether(structuredClone(takeApart(new Odd('x'))))) as [
      Error,
      Error,
    ];
    expect(one.constructor).toBe(two.constructor);
    expect(one.constructor.name).toBe('Odd');
    expect(Object.getPrototypeOf(one.constructor)).toBe(Error);
  });

  test('whatever is thrown arrives, or the error says why not', () => {
    fc.assert(
      fc.property(fc.anything({ withMap: true, withSet: true, withTypedArray: true }), (value) => {
        expect(send(value)).toEqual(structuredClone(value));
      }),
    );
  });
});
