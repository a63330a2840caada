import { describe, expect, test } from '@jest/globals';
import { child, GenServer } from '../../src/index.js';
import { type TestTree, useTrees } from './support.js';

const newTree = useTrees();

/** Starts well, and at every later start waits until the test says how that one goes. */
class Gated extends GenServer {
  override init(gates: Gates): void | Promise<void> {
    if (gates.starts++ === 0) return undefined;
    return new Promise((resolve, reject) => gates.waiting.push({ resolve, fail: () => reject(new Error('not yet')) }));
  }
  crash(): never {
    throw new Error('boom');
  }
}

class Gates {
  starts = 0;
  readonly waiting: { resolve(): void; fail(): void }[] = [];
}

/** `root` with a, the gated g and c; g has just crashed, and its first restart is under way. */
async function withRetries(
  tree: TestTree,
  strategy: 'one_for_one' | 'rest_for_one' | 'one_for_all',
  maxRestarts = 100,
) {
  const gates = new Gates();
  const children = [tree.worker('a'), child(Gated, { args: [gates], name: 'g' }), tree.worker('c')];
  const root = await tree.runtime.startSupervisor({ name: 'root', strategy, children, maxRestarts });
  await tree.take();
  tree.runtime.ref(Gated, 'g').cast.crash();
  await tree.take();
  const next = async (how: 'resolve' | 'fail'): Promise<void> => {
    gates.waiting.shift()?.[how]();
    await tree.clock.advance(0);
  };
  return { gates, root, next };
}

describe('a restart that fails', () => {
  test.each([
    [2, true, 4],
    [3, false, 4],
  ])(
    'is tried again at once, and each try counts: %i failures, lives %p (SUP-053)',
    async (failures, lives, attempts) => {
      const tree = newTree();
      const fails = Array.from({ length: failures }, () => 'fail' as const);
      const plan = { attempts: ['ok', ...fails, lives ? 'ok' : 'fail'] } as const;
      const options = { strategy: 'one_for_one', maxRestarts: 3 } as const;
      const root = await tree.runtime.startSupervisor({ ...options, children: [tree.worker('a', plan)] });
      await tree.crash('a');
      expect([root.isAlive, tree.attempts('a')]).toEqual([lives, attempts]);
    },
  );

  test('lets requests and crashes be handled between two tries, in mailbox order (SUP-054)', async () => {
    const tree = newTree();
    const { root, next } = await withRetries(tree, 'one_for_one');
    const asked = root.whichChildren();
    await tree.crash('a');
    await tree.take();
    await next('fail');
    expect((await asked).map(({ state }) => state)).toEqual(['running', 'restarting', 'running']);
    expect(await tree.takeStarts()).toBe('a');
    await next('resolve');
    expect(await root.countChildren()).toMatchObject({ active: 3 });
  });

  test('lets timers of the machine fire while it fails over and over (SUP-054)', async () => {
    const tree = newTree();
    const plan = { attempts: ['ok', 'fail'] } as const;
    const options = { strategy: 'one_for_one', maxRestarts: 20_000 } as const;
    const root = await tree.runtime.startSupervisor({ ...options, children: [tree.worker('a', plan)] });
    tree.ref('a').cast.crash();
    await new Promise((resolve) => setImmediate(resolve));
    expect(root.isAlive).toBe(true);
    await root.terminateChild('a');
    expect(await root.countChildren()).toMatchObject({ active: 0 });
  });

  test('shows the child as restarting, and refuses what does not fit (SUP-055, SUP-079)', async () => {
    const tree = newTree();
    const { root, next } = await withRetries(tree, 'one_for_one');
    const refused = [root.startChild(tree.worker('g')), root.restartChild('g'), root.deleteChild('g')];
    const outcomes = Promise.allSettled(refused);
    const counted = root.countChildren();
    await next('fail');
    const kinds = (await outcomes).map(
      (outcome) => outcome.status === 'rejected' && (outcome.reason as { kind: string }).kind,
    );
    expect(kinds).toEqual(['already_present', 'restarting', 'restarting']);
    expect(await counted).toMatchObject({ specs: 3, active: 2 });
    await next('resolve');
  });

  test('is not tried again after terminateChild; restartChild works later (SUP-056)', async () => {
    const tree = newTree();
    const { gates, root, next } = await withRetries(tree, 'one_for_one');
    const terminated = root.terminateChild('g');
    await next('fail');
    await terminated;
    expect([gates.starts, (await root.whichChildren())[1]?.state]).toEqual([2, 'stopped']);
    const restarted = root.restartChild('g');
    await tree.take();
    await next('resolve');
    expect(await restarted).toBe(tree.runtime.whereis('g'));
  });

  test('does not keep the supervisor from being stopped, and is no lost message (SUP-057)', async () => {
    const tree = newTree();
    const { gates, next } = await withRetries(tree, 'one_for_one');
    const stopped = tree.runtime.stop('root');
    await next('fail');
    await stopped;
    expect([gates.starts, tree.runtime.stats()]).toMatchObject([2, { processes: 0, dropped: { dead_letter: 0 } }]);
  });
});

describe('a restart that ignores', () => {
  test('is not tried again: the child stays without a process, the restart was counted (SUP-058)', async () => {
    const tree = newTree();
    const children = [tree.worker('a', { attempts: ['ok', 'ignore'] }), tree.worker('b')];
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children, maxRestarts: 1 });
    await tree.crash('a');
    expect(await root.whichChildren()).toMatchObject([{ id: 'a', state: 'stopped' }, { state: 'running' }]);
    await tree.crash('b');
    expect(root.isAlive).toBe(false);
  });

  test.each(['one_for_all', 'rest_for_one'] as const)(
    'in a group: %s goes on with the others (SUP-059)',
    async (strategy) => {
      const tree = newTree();
      const children = [tree.worker('a'), tree.worker('b', { attempts: ['ok', 'ignore'] }), tree.worker('c')];
      const root = await tree.runtime.startSupervisor({ strategy, children });
      await tree.take();
      await tree.crash('a');
      expect(await tree.takeStarts()).toBe('ac');
      expect(await root.countChildren()).toMatchObject({ specs: 3, active: 2 });
    },
  );
});

describe('a group restart in which another child fails', () => {
  const crashed = ['terminate a: Error: boom', 'exit a: Error: boom', 'exit c: shutdown', 'exit b: shutdown'];

  test.each([
    ['one_for_all', ['start a', 'fail b', 'exit a: shutdown', 'start a', 'start b', 'start c']],
    ['rest_for_one', ['start a', 'fail b', 'start b', 'start c']],
  ] as const)('%s (SUP-060, SUP-061)', async (strategy, expected) => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('b', { attempts: ['ok', 'fail', 'ok'] }), tree.worker('c')];
    await tree.runtime.startSupervisor({ strategy, children, maxRestarts: 2 });
    await tree.take();
    await tree.crash('a');
    expect(await tree.take()).toEqual([...crashed, ...expected]);
  });

  test('rest_for_one: meanwhile it is restarting, and those after it stopped (SUP-061)', async () => {
    const tree = newTree();
    const { root, next } = await withRetries(tree, 'rest_for_one');
    const asked = root.whichChildren();
    await next('fail');
    expect((await asked).map(({ state }) => state)).toEqual(['running', 'restarting', 'stopped']);
    await next('resolve');
    expect(await root.countChildren()).toMatchObject({ active: 3 });
  });

  test.each([
    ['one_for_all', 4],
    ['rest_for_one', 4],
  ] as const)(
    '%s: when it never succeeds, the supervisor ends and leaves nobody (SUP-062)',
    async (strategy, attempts) => {
      const tree = newTree();
      const children = [tree.worker('a'), tree.worker('b', { attempts: ['ok', 'fail'] }), tree.worker('c')];
      await tree.runtime.startSupervisor({ strategy, children, maxRestarts: 3 });
      await tree.crash('a');
      expect([tree.attempts('b'), tree.runtime.stats().processes]).toEqual([attempts, 0]);
    },
  );

  test('a sibling crash that comes before the next try restarts the group, and that try is dropped', async () => {
    const tree = newTree();
    const { gates, next } = await withRetries(tree, 'one_for_all', 2);
    tree.runtime.kill('a');
    await next('fail');
    await next('resolve');
    expect(await tree.runtime.supervisor('root').countChildren()).toMatchObject({ active: 3 });
    expect(gates).toMatchObject({ starts: 3, waiting: [] });
  });
});
