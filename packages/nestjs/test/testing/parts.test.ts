import { describe, expect, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import { child, GenServer, type ServerRef, via } from '@rookery/genserver';
import { getServerToken, Supervised, SupervisionModule } from '../../src/index.js';
import { SupervisionTestingModule } from '../../src/testing/index.js';
import { MemoryLogger } from '../support/apps.js';
import { useModules } from './modules.js';
import {
  BELL,
  Cart,
  CartNames,
  Carts,
  CounterSupervisor,
  Door,
  Ledger,
  Shop,
  SHOP,
  ShopSupervisor,
  Till,
} from './shop.js';

const start = useModules();
const newModule = () => SupervisionTestingModule.createTestingModule(SHOP);
const notStarted = { code: 'ERR_SUPERVISION_TESTING_NOT_STARTED' };

/** What runs, by name. */
function running(module: SupervisionTestingModule): readonly string[] {
  const names = (nodes: ReturnType<typeof module.runtime.tree>): readonly string[] =>
    nodes.flatMap(({ name, children }) => [name, ...names(children)]);
  return names(module.runtime.tree());
}

describe('startOnly', () => {
  test.each([
    ['a supervisor: with all below it', [CounterSupervisor], ['shop', 'counters', 'till', 'carts', 'Carts']],
    ['a server: with the supervisors on the way to it', [CartNames], ['shop', 'counters', 'carts']],
    ['a supervisor of dynamic children, or their class', [Cart], ['shop', 'counters', 'Carts']],
    ['by specification', [BELL], ['shop', 'bell']],
    ['by name', ['door', 'till'], ['shop', 'counters', 'till', 'door']],
    ['nothing', [], ['shop']],
  ] as const)('starts %s', async (_, parts, expected) => {
    const module = await start(newModule().startOnly(...parts));
    expect(running(module)).toEqual(expected);
  });

  test('called again adds parts, in the order of the tree', async () => {
    const module = await start(newModule().startOnly(Door).startOnly(CartNames));
    expect(running(module)).toEqual(['shop', 'counters', 'carts', 'door']);
  });

  test('starts fakes, too, in their places', async () => {
    const module = await start(newModule().overrideServer(Ledger).useFake({}).startOnly(Door));
    expect(running(module)).toEqual(['shop', 'ledger', 'door']);
  });

  test('starts what works together', async () => {
    const module = await start(newModule().startOnly(Carts, CartNames));
    const { carts, names } = module.get(Shop, { strict: false });
    const cart = await carts.startChild(child(Cart, { name: via(names, 'ada'), args: ['ada'] }));
    expect(await cart.call.items()).toEqual(['ada']);
  });

  test('says of a ref to another part, when it is used, that it is outside', async () => {
    const module = await start(newModule().startOnly(Door));
    const { till, carts, names, ledger, bell, door } = module.get(Shop, { strict: false });
    for (const use of [
      () => till.call.sell('tea'),
      () => till.cast.sell('tea'),
      () => till.with({ timeoutMs: 1 }),
      () => till.send('tea'),
      () => till.watch({ state: () => {} }),
      () => bell.call.ring(),
      () => ledger.call.total(),
      () => carts.countChildren(),
      () => names.lookup('ada'),
    ]) {
      expect(use).toThrow(expect.objectContaining(notStarted));
    }
    expect(() => till.call).toThrow(/^till is outside of what this test starts: add it to startOnly/);
    expect([till.isAlive, till.pid, String(till)]).toEqual([false, undefined, 'till']);
    expect(await door.call.isOpen()).toBe(false);
  });

  test('leaves alone what the test has put in the place of a ref', async () => {
    const fake = { call: { sell: async () => 3 } };
    const module = await start(newModule().startOnly(Door).overrideProvider(getServerToken(Till)).useValue(fake));
    expect(await module.get(Shop, { strict: false }).till.call.sell('tea')).toBe(3);
  });

  test('needs no provider of what is outside, nor a module for a place outside', async () => {
    const imports = [SupervisionModule.forRoot({ root: ShopSupervisor })];
    const builder = SupervisionTestingModule.createTestingModule({ imports, providers: [Door] });
    expect(running(await start(builder.startOnly(Door)))).toEqual(['shop', 'door']);
  });

  test('of the root needs all of it', async () => {
    const module = await newModule().startOnly(ShopSupervisor).setLogger(new MemoryLogger()).compile();
    await expect(module.init()).rejects.toMatchObject({ code: 'ERR_SUPERVISION_FEATURE_MISSING' });
    await module.assertNoLeaks();
  });

  test('finds what a feature module contributes', async () => {
    @Supervised()
    class Barista extends GenServer {
      brew(): string {
        return 'coffee';
      }
    }
    @Module({ imports: [SupervisionModule.forFeature({ at: 'cafe', children: [Barista] })], providers: [Barista] })
    class CafeModule {}
    const builder = SupervisionTestingModule.createTestingModule({ imports: [...SHOP.imports, CafeModule] });
    const module = await start(builder.startOnly(Barista));
    expect(running(module)).toEqual(['shop', 'Barista']);
    expect(await module.ref(Barista).call.brew()).toBe('coffee');
  });

  test('of what is not in the tree fails the boot', async () => {
    class Stranger extends GenServer {}
    const module = await newModule().startOnly(Stranger).setLogger(new MemoryLogger()).compile();
    await expect(module.init()).rejects.toMatchObject({
      code: 'ERR_SUPERVISION_TESTING_NOT_IN_TREE',
      message: expect.stringMatching(/^startOnly got Stranger, which is not in the tree/) as unknown,
    });
    await module.assertNoLeaks();
  });

  test.each([[undefined], [''], [7], [{}]])('refuses %p', (part) => {
    expect(() => newModule().startOnly(part as never)).toThrow(
      expect.objectContaining({ code: 'ERR_GENSERVER_INVALID_OPTION' }),
    );
  });
});

test('ref gives refs of the tree, and says what to do where there is no one ref', async () => {
  const module = await start(newModule().startOnly(Door, BELL));
  const door: ServerRef<Door> = module.ref(Door);
  expect(await door.call.isOpen()).toBe(false);
  expect(await module.ref(BELL)?.call.ring()).toBe('ding');
  expect(() => module.ref(Cart)).toThrow(/no one ref of it.*runtime\.ref\(Cart, via\(registry, key\)\)/);
});
