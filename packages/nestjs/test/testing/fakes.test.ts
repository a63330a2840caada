import { describe, expect, test } from '@jest/globals';
import { child, Deferred, GenServer, refuse, type RuntimeEvent, shared } from '@rookery/genserver';
import { SupervisionModule } from '../../src/index.js';
import { type FakeHandlersSource, SupervisionTestingModule } from '../../src/testing/index.js';
import { MemoryLogger } from '../support/apps.js';
import { treeOf } from '../support/trees.js';
import { useModules } from './modules.js';
import { Cart, Carts, Door, Ledger, Shop, SHOP, SoldOutError, Till } from './shop.js';

const start = useModules();
const newModule = () => SupervisionTestingModule.createTestingModule(SHOP).startOnly();

function withLedger(handlers: FakeHandlersSource<Ledger>): Promise<SupervisionTestingModule> {
  return start(newModule().startOnly(Till).overrideServer(Ledger).useFake(handlers));
}

describe('a fake', () => {
  test('answers in the place of a server, which is not made; the ref is the one that all have', async () => {
    const module = await withLedger({ note: (item, price) => price + item.length });
    expect(await module.ref(Till).call.sell('tea')).toBe(13);
    expect(await module.get(Shop, { strict: false }).ledger.call.note('tea', 1)).toBe(4);
  });

  test('says what it has got, in order: calls and casts, and what was sent', async () => {
    const module = await withLedger({ note: async () => 1 });
    const ledger = module.fake(Ledger);
    await module.ref(Till).call.sell('tea');
    await module.ref(Till).call.announce('cake');
    module.ref(Ledger).send('closing time');
    await module.settle();
    expect(ledger.calls).toEqual([
      { kind: 'call', name: 'note', args: ['tea', 10], server: 'ledger' },
      { kind: 'cast', name: 'note', args: ['cake', 0], server: 'ledger' },
    ]);
    expect(ledger.callsOf('note')).toEqual([
      ['tea', 10],
      ['cake', 0],
    ]);
    expect(ledger.callsOf('total')).toEqual([]);
    expect(ledger.infos).toEqual(['closing time']);
    ledger.clear();
    expect([ledger.calls, ledger.infos]).toEqual([[], []]);
  });

  test('rejects a call without a handler, by name, and lives on; a cast without one is recorded', async () => {
    const module = await withLedger({ total: () => 1 });
    const ledger = module.ref(Ledger);
    await expect(ledger.call.note('tea', 1)).rejects.toMatchObject({
      code: 'ERR_SUPERVISION_TESTING_NO_HANDLER',
      message: expect.stringMatching(/^The fake of Ledger has no handler for "note"/) as unknown,
    });
    ledger.cast.note('cake', 2);
    expect(await ledger.call.total()).toBe(1);
    expect(module.fake(Ledger).callsOf('note')).toHaveLength(2);
    expect(module.runtime.stats().dropped.lost_refusal).toBe(0);
  });

  test('does what other servers do: refuse says no, a throw is a crash, after which it answers again', async () => {
    const module = await withLedger({
      note: (item) => (item === 'tea' ? refuse(new SoldOutError(item)) : 1),
      total: () => {
        throw new Error('broken');
      },
    });
    const events: RuntimeEvent[] = [];
    const unsubscribe = module.runtime.subscribe((event) => void events.push(event));
    const ledger = module.ref(Ledger);
    await expect(ledger.call.note('tea', 1)).rejects.toBeInstanceOf(SoldOutError);
    await expect(ledger.call.total()).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    expect(await ledger.call.note('cake', 1)).toBe(1);
    expect(events.filter(({ kind }) => kind === 'child_restarted')).toHaveLength(1);
    expect(module.fake(Ledger).calls).toHaveLength(3);
    unsubscribe();
  });

  test('that does not answer lets calls time out, as the clock says', async () => {
    const module = await withLedger({ note: () => new Promise(() => {}) });
    const call = module
      .ref(Ledger)
      .call.note('tea', 1)
      .catch((error: unknown) => error);
    await module.clock.advance(5_000);
    expect(await call).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
  });

  test('can be given other handlers while it runs', async () => {
    const module = await withLedger({ note: () => 1, total: () => 1 });
    const ledger = module.ref(Ledger);
    module.fake(Ledger).use({ note: () => 2 });
    module.fake(Ledger).use({ total: () => 3 });
    expect([await ledger.call.note('tea', 1), await ledger.call.total()]).toEqual([2, 3]);
    await module.crash(Ledger);
    expect(await ledger.call.note('tea', 1)).toBe(2);
  });

  test('can be given an object with methods of its own while it runs', async () => {
    class Free {
      readonly #price = 0;
      note(): number {
        return this.#price;
      }
    }
    const module = await withLedger({ note: () => 1, total: () => 1 });
    module.fake(Ledger).use(new Free());
    expect([await module.ref(Ledger).call.note('tea', 1), await module.ref(Ledger).call.total()]).toEqual([0, 1]);
  });

  test('may be an object with fields and methods of its own', async () => {
    class MemoryLedger {
      readonly #items: string[] = [];
      note(item: string): number {
        return this.#items.push(item);
      }
      total(): number {
        return this.#items.length;
      }
    }
    const module = await withLedger(new MemoryLedger());
    const ledger = module.ref(Ledger);
    await ledger.call.note('tea', 1);
    expect(await ledger.call.total()).toBe(1);
  });

  test('has a state to watch, if it has an init, which gets what the class would; and what is shared', async () => {
    const seeds: number[] = [];
    const module = await withLedger({
      init: (seed) => {
        seeds.push(seed);
        return ['first'];
      },
      [shared]: { entries: 3 },
    });
    const seen: unknown[] = [];
    const stop = module.ref(Ledger).watch({ state: (state) => void seen.push(state) });
    expect(seeds).toEqual([7]);
    expect(seen).toEqual([['first']]);
    expect(module.ref(Ledger).shared).toEqual({ entries: 3 });
    stop();
  });

  test('gets messages in handleInfo, if it has one', async () => {
    const got: unknown[] = [];
    const module = await withLedger({ handleInfo: (message) => void got.push(message) });
    module.ref(Ledger).send('hello');
    await module.settle();
    expect(got).toEqual(['hello']);
  });

  test('of a state machine needs no states', async () => {
    const module = await start(
      newModule()
        .overrideServer(Door)
        .useFake({ isOpen: () => true }),
    );
    expect(await module.get(Shop, { strict: false }).door.call.isOpen()).toBe(true);
  });

  test('of dynamic children stands for each of them; a function makes the handlers of each from what init gets', async () => {
    const builder = newModule().startOnly(Carts).overrideServer(Cart);
    const module = await start(builder.useFake((owner) => ({ items: () => [`${owner}'s`] })));
    const { carts } = module.get(Shop, { strict: false });
    const [ada, bob] = await Promise.all(
      ['ada', 'bob'].map((name) => carts.startChild(child(Cart, { name, args: [name] }))),
    );
    expect([await ada?.call.items(), await bob?.call.items()]).toEqual([["ada's"], ["bob's"]]);
    expect(module.fake(Cart).calls.map(({ server }) => server)).toEqual(['ada', 'bob']);
  });

  test('stands for a class that a specification starts', async () => {
    class Plain extends GenServer {
      answer(): number {
        return 1;
      }
      later(): Deferred<number> {
        return this.self.defer<number>();
      }
    }
    const imports = [SupervisionModule.forRoot({ root: treeOf(child(Plain, { name: 'plain' })) })];
    const builder = SupervisionTestingModule.createTestingModule({ imports }).startOnly();
    const module = await start(builder.overrideServer(Plain).useFake({ answer: () => 2, later: () => 3 }));
    const plain = module.runtime.ref(Plain, 'plain');
    expect([await plain.call.answer(), await plain.call.later()]).toEqual([2, 3]);
  });

  test('must have been declared to be asked', async () => {
    const module = await start(newModule());
    expect(() => module.fake(Ledger)).toThrow(expect.objectContaining({ code: 'ERR_SUPERVISION_TESTING_NO_FAKE' }));
  });

  test('checks what a function gives, and what it is given while it runs', async () => {
    const refused = { code: 'ERR_GENSERVER_INVALID_OPTION' };
    const broken = () => ({ note: 3 }) as never;
    const module = await newModule().overrideServer(Ledger).useFake(broken).setLogger(new MemoryLogger()).compile();
    await expect(module.init()).rejects.toMatchObject({ cause: refused });
    await module.assertNoLeaks();
    expect(() => module.fake(Ledger).use({ note: 'x' as never })).toThrow(expect.objectContaining(refused));
  });

  test.each([
    ['no class', 'Ledger', {}],
    ['a class of another kind', Shop, {}],
    ['no handlers', Ledger, undefined],
    ['a promise of handlers', Ledger, Promise.resolve({ note: () => 1 })],
    ['a handler that is none', Ledger, { note: 3 }],
    ['a handler of a method that is none', Ledger, { nota: () => 1 }],
  ])('is refused with %s', (_, serverClass, handlers) => {
    const override = (): unknown =>
      newModule()
        .overrideServer(serverClass as never)
        .useFake(handlers as never);
    expect(override).toThrow(expect.objectContaining({ code: 'ERR_GENSERVER_INVALID_OPTION' }));
  });
});
