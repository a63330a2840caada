import { describe, expect, test } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { child, ExitReason, GenServer, shared } from '../../src/index.js';
import { settle } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';

class Prices extends GenServer {
  readonly [shared] = new Map<string, number>();

  set(what: string, price: number): void {
    this[shared].set(what, price);
  }
}

class Silent extends GenServer {}

const newRuntime = useRuntimes();

describe('ref.shared', () => {
  test('is what the server has under [shared], the very object, without a message', async () => {
    const { runtime } = newRuntime();
    const prices = await runtime.start(Prices, { name: 'prices' });
    await prices.call.set('tea', 3);
    const table = prices.shared;
    expectTypeOf(table).toEqualTypeOf<Map<string, number> | undefined>();
    expect(table?.get('tea')).toBe(3);
    expect(runtime.ref(Prices, 'prices').shared).toBe(table);
  });

  test('through a ref by name is undefined between two holders, and then what the new one has', async () => {
    const { runtime } = newRuntime();
    const prices = runtime.ref(Prices, 'prices');
    expect(prices.shared).toBeUndefined();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Prices, { name: 'prices' })] });
    const before = prices.shared;
    runtime.exit('prices', ExitReason.error(new Error('gone')));
    expect(prices.shared).toBeUndefined();
    await settle(runtime);
    expect(prices.shared).toBeInstanceOf(Map);
    expect(prices.shared).not.toBe(before);
  });

  test('through a ref by pid goes with its process', async () => {
    const { runtime } = newRuntime();
    const prices = await runtime.start(Prices);
    expect(prices.shared).toBeInstanceOf(Map);
    runtime.kill(prices);
    expect(prices.shared).toBeUndefined();
  });

  test('of a server that shares nothing is undefined, and has no type', async () => {
    const { runtime } = newRuntime();
    const silent = await runtime.start(Silent);
    expectTypeOf(silent.shared).toEqualTypeOf<undefined>();
    expect(silent.shared).toBeUndefined();
  });

  test('refuses a name that another kind of server holds', async () => {
    const { runtime } = newRuntime();
    await runtime.start(Silent, { name: 'prices' });
    expect(() => runtime.ref(Prices, 'prices').shared).toThrow('the name of a Prices');
  });
});
