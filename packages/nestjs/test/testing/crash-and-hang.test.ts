import { describe, expect, test } from '@jest/globals';
import { child, via } from '@rookery/genserver';
import { SupervisionTestingModule } from '../../src/testing/index.js';
import { useModules } from './modules.js';
import { BELL, Cart, CartNames, Carts, CounterSupervisor, Door, Ledger, Shop, SHOP, Till } from './shop.js';

const start = useModules();

function startShop(): Promise<SupervisionTestingModule> {
  const builder = SupervisionTestingModule.createTestingModule(SHOP).startOnly(CounterSupervisor, BELL);
  return start(builder.overrideServer(Ledger).useFake({ note: () => 1 }));
}

async function openCart(module: SupervisionTestingModule, owner: string): Promise<void> {
  const { carts, names } = module.get(Shop, { strict: false });
  await carts.startChild(child(Cart, { name: via(names, owner), args: [owner] }));
}

describe('crash', () => {
  test('of a server resolves when the fresh one is there', async () => {
    const module = await startShop();
    const { ledger } = module.get(Shop, { strict: false });
    const before = ledger.pid;
    expect(await module.crash(Ledger)).toEqual({ kind: 'restarted', pid: ledger.pid, restarts: 1 });
    expect(ledger.pid).not.toBe(before);
  });

  test('of one with a back-off says when it comes back, and the clock brings it', async () => {
    const module = await startShop();
    const till = module.ref(Till);
    expect(await till.call.sell('tea')).toBe(1);
    expect(await module.crash(Till)).toEqual({ kind: 'restart_scheduled', delayMs: 400 });
    await expect(till.call.sell('tea')).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
    await module.clock.advance(400);
    expect(await till.call.sell('tea')).toBe(1);
  });

  test('too often makes supervisors give up, and ends no process of the test', async () => {
    const module = await startShop();
    for (let restarts = 1; restarts <= 3; restarts++) expect(await module.crash(BELL)).toMatchObject({ restarts });
    expect(await module.crash(BELL)).toEqual({ kind: 'gave_up', supervisors: ['shop'], pid: undefined });
    expect(module.runtime.tree()).toEqual([]);
  });

  test('is with the error of the test', async () => {
    const module = await startShop();
    const error = new Error('out of paper');
    const exited = module.runtime.exited('bell');
    await module.crash('bell', error);
    expect(await exited).toEqual({ kind: 'error', error });
  });

  test.each([
    ['via', (module: SupervisionTestingModule) => module.crash(via('carts', 'ada'))],
    ['ref', (module: SupervisionTestingModule) => module.crash(module.runtime.ref(Cart, via('carts', 'ada')))],
    ['class, if there is one only', (module: SupervisionTestingModule) => module.crash(Cart)],
  ])('is for dynamic children by %s', async (_, crash) => {
    const module = await startShop();
    await openCart(module, 'ada');
    expect(await crash(module)).toMatchObject({ kind: 'restarted', restarts: 1 });
    expect(await module.runtime.ref(Cart, via('carts', 'ada')).call.items()).toEqual(['ada']);
  });

  test('is for supervisors and registries, and takes with it what it does in earnest', async () => {
    const module = await startShop();
    await openCart(module, 'ada');
    expect(await module.crash(CartNames)).toMatchObject({ kind: 'restarted' });
    expect(await module.get(Shop, { strict: false }).carts.countChildren()).toMatchObject({ active: 0 });
    expect(await module.crash(Carts)).toMatchObject({ kind: 'restarted', restarts: 2 });
  });

  test.each([
    ['outside of what was started', Door, 'ERR_SUPERVISION_TESTING_NOT_STARTED'],
    ['outside, by name', 'door', 'ERR_SUPERVISION_TESTING_NOT_STARTED'],
    ['that does not run', Cart, 'ERR_SUPERVISION_TESTING_NOT_RUNNING'],
    ['whose name nobody has', 'nobody', 'ERR_GENSERVER_NO_PROCESS'],
    ['that is nothing', null as never, 'ERR_GENSERVER_INVALID_OPTION'],
  ])('of one %s is refused', async (_, target, code) => {
    const module = await startShop();
    await expect(module.crash(target)).rejects.toMatchObject({ code });
  });

  test('of a class with several processes is refused, and names them', async () => {
    const module = await startShop();
    await openCart(module, 'ada');
    await openCart(module, 'bob');
    await expect(module.crash(Cart)).rejects.toMatchObject({
      code: 'ERR_SUPERVISION_TESTING_AMBIGUOUS',
      message: expect.stringMatching(
        /^2 processes of Cart are running \(carts\/ada, carts\/bob\): say which/,
      ) as unknown,
    });
  });

  test('before the tree has started is refused', async () => {
    const module = await SupervisionTestingModule.createTestingModule(SHOP).startOnly(Door).compile();
    await expect(module.crash(Door)).rejects.toThrow(/No Door is running: await app\.init\(\)/);
    await module.assertNoLeaks();
  });
});

describe('hang', () => {
  test('lets callers of a server time out, and release lets it go on', async () => {
    const module = await startShop();
    const till = module.ref(Till);
    const hung = module.hang(Ledger);
    const sale = till.call.sell('tea').catch((error: unknown) => error);
    await module.settle();
    expect(hung.waiting).toBe(1);
    await module.clock.advance(5_000);
    expect(await sale).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
    await hung.release();
    expect(await module.ref(Ledger).call.note('cake', 1)).toBe(1);
  });

  test('does not keep the application from closing', async () => {
    const module = await startShop();
    module.hang(Till);
    module.hang(CounterSupervisor);
    await module.close();
    expect(module.runtime.tree()).toEqual([]);
  });

  test('of one outside of what was started is refused', async () => {
    const module = await startShop();
    expect(() => module.hang(Door)).toThrow(expect.objectContaining({ code: 'ERR_SUPERVISION_TESTING_NOT_STARTED' }));
  });
});
