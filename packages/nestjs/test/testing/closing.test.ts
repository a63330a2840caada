import { expect, test } from '@jest/globals';
import { type ExitReason, GenServer } from '@rookery/genserver';
import { Supervised, SupervisionModule } from '../../src/index.js';
import { SupervisionTestingModule } from '../../src/testing/index.js';
import { MemoryLogger } from '../support/apps.js';
import { treeOf } from '../support/trees.js';

const ends: string[] = [];

@Supervised({ shutdownMs: 3_000 })
class Sleeper extends GenServer {
  override init(): void {
    this.self.trapExit(true);
  }
  async sleep(): Promise<void> {
    await this.self.sleep(60_000);
  }
  override terminate({ kind }: ExitReason): void {
    ends.push(kind);
  }
}

async function start(): Promise<SupervisionTestingModule> {
  ends.length = 0;
  const imports = [SupervisionModule.forRoot({ root: treeOf(Sleeper), shutdownTimeoutMs: 60_000 })];
  const builder = SupervisionTestingModule.createTestingModule({ imports, providers: [Sleeper] });
  const module = await builder.setLogger(new MemoryLogger()).compile();
  return module.init();
}

test('a handler that waits for the clock is waited for until its time is up, which the test moves', async () => {
  const module = await start();
  const sleep = module
    .ref(Sleeper)
    .call.sleep()
    .catch((error: unknown) => error);
  await module.settle();
  const closed = module.close();
  await module.clock.advance(2_999);
  expect(module.runtime.tree()).not.toEqual([]);
  await module.clock.advance(1);
  await closed;
  expect(await sleep).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
  await module.assertNoLeaks();
});

test('a server that hangs stops in good order', async () => {
  const module = await start();
  module.hang(Sleeper);
  await module.close();
  expect(ends).toEqual(['shutdown']);
  await module.assertNoLeaks();
});

test('a fake answers without async contexts, too', async () => {
  const imports = [SupervisionModule.forRoot({ root: treeOf(Sleeper), asyncContext: false })];
  const builder = SupervisionTestingModule.createTestingModule({ imports }).setLogger(new MemoryLogger());
  const naps: unknown[] = [];
  const sleep = async (): Promise<void> => {
    await Promise.resolve();
    naps.push('nap');
  };
  const module = await builder.overrideServer(Sleeper).useFake({ sleep }).compile();
  await module.init();
  await Promise.all([module.ref(Sleeper).call.sleep(), module.ref(Sleeper).call.sleep()]);
  expect(naps).toEqual(['nap', 'nap']);
  await module.close();
  await module.assertNoLeaks();
});
