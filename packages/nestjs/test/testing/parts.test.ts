import { describe, expect, test } from '@jest/globals';
import { Module } from '@nestjs/common';
import { child, GenServer, type ServerRef, supervisor, via } from '@rookery/genserver';
import { getServerToken, Supervised, SupervisionModule, Supervisor } from '../../src/index.js';
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

describe('startOnly below a specification of a supervisor', () => {
  class Lamp extends GenServer {
    light(): string {
      return 'lit';
    }
  }
  class Heater extends GenServer {
    override init(): never {
      throw new Error('no current');
    }
    warm(): string {
      return 'warm';
    }
  }
  const LAMP = child(Lamp, { name: 'lamp' });
  const HEATER = child(Heater, { name: 'heater' });
  const ROOM = supervisor({ name: 'room', strategy: 'one_for_one', children: [LAMP, HEATER] });
  const FLOOR = supervisor({ name: 'floor', strategy: 'one_for_one', children: [ROOM] });

  @Supervisor({ strategy: 'one_for_one', name: 'house', children: [FLOOR] })
  class House {}

  const newHouse = () =>
    SupervisionTestingModule.createTestingModule({ imports: [SupervisionModule.forRoot({ root: House })] });

  test.each([
    ['a specification', LAMP],
    ['a name', 'lamp'],
  ])('starts %s without its siblings, which are outside', async (_, part) => {
    const module = await start(newHouse().startOnly(part));
    expect(running(module)).toEqual(['house', 'floor', 'room', 'lamp']);
    expect(await module.ref(LAMP).call.light()).toBe('lit');
    expect(() => module.ref(HEATER).call).toThrow(expect.objectContaining(notStarted));
    await expect(module.crash(HEATER)).rejects.toMatchObject(notStarted);
    expect(await module.crash(ROOM)).toMatchObject({ kind: 'restarted' });
    expect(running(module)).toEqual(['house', 'floor', 'room', 'lamp']);
  });

  test('starts fakes in their places', async () => {
    const module = await start(
      newHouse()
        .startOnly()
        .overrideServer(Heater)
        .useFake({ warm: () => 'fake' }),
    );
    expect(running(module)).toEqual(['house', 'floor', 'room', 'heater']);
    expect(await module.ref(HEATER).call.warm()).toBe('fake');
  });

  test('starts all that is below a specification', async () => {
    const module = await start(newHouse().startOnly(ROOM).overrideServer(Heater).useFake({}));
    expect(running(module)).toEqual(['house', 'floor', 'room', 'lamp', 'heater']);
  });

  test('closes the refs of all that is below one outside', async () => {
    const module = await start(newHouse().startOnly());
    expect(running(module)).toEqual(['house']);
    expect(() => module.ref(LAMP).call).toThrow(expect.objectContaining(notStarted));
    await expect(module.crash('room')).rejects.toMatchObject(notStarted);
  });
});

test('ref gives refs of the tree, and says what to do where there is no one ref', async () => {
  const module = await start(newModule().startOnly(Door, BELL));
  const door: ServerRef<Door> = module.ref(Door);
  expect(await door.call.isOpen()).toBe(false);
  expect(await module.ref(BELL)?.call.ring()).toBe('ding');
  expect(() => module.ref(Cart)).toThrow(/no one ref of it.*runtime\.ref\(Cart, via\(registry, key\)\)/);
});
