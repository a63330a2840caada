import { describe, expect, test } from '@jest/globals';
import { child, Exit, GenServer, type Runtime, type Strategy } from '../../src/index.js';
import { boom, REASONS, type TestTree, useTrees } from './support.js';

const newTree = useTrees();

class Signals extends GenServer {
  #runtime!: Runtime;
  override init(runtime: Runtime): void {
    this.#runtime = runtime;
  }
  signal(to: string): void {
    this.#runtime.exit(to, boom);
  }
}

/** A supervisor `root` with one worker for each letter. */
async function start(tree: TestTree, strategy: Strategy, ids = 'abc') {
  const root = await tree.runtime.startSupervisor({ name: 'root', strategy, children: tree.workers(ids) });
  await tree.take();
  return root;
}

describe('simultaneous ends', () => {
  test.each([
    ['one_for_one', 'ba', ['start b', 'start a'], 2],
    ['one_for_all', 'ba', ['exit c: shutdown', 'start a', 'start b', 'start c'], 1],
    ['rest_for_one', 'ab', ['exit c: shutdown', 'start a', 'start b', 'start c'], 1],
    [
      'rest_for_one',
      'ba',
      [
        'exit c: shutdown',
        'start b',
        'start c',
        'exit c: shutdown',
        'exit b: shutdown',
        'start a',
        'start b',
        'start c',
      ],
      2,
    ],
  ] as const)(
    '%s, killed in the order %s before the supervisor looks (SUP-039 to SUP-041)',
    async (strategy, killed, expected, maxRestarts) => {
      const tree = newTree();
      await tree.runtime.startSupervisor({ strategy, children: tree.workers('abc'), maxRestarts });
      await tree.take();
      for (const id of killed) tree.runtime.kill(id);
      expect(await tree.take()).toEqual([...Array.from(killed, (id) => `exit ${id}: killed`), ...expected]);
    },
  );

  test.each([
    ['one_for_one', 'ba', 2],
    ['one_for_all', 'ba', 1],
    ['rest_for_one', 'ab', 1],
    ['rest_for_one', 'ba', 2],
  ] as const)('%s, killed in the order %s: counts %i (SUP-039 to SUP-041)', async (strategy, killed, counted) => {
    const tree = newTree();
    const limit = { maxRestarts: counted - 1 };
    const root = await tree.runtime.startSupervisor({ strategy, children: tree.workers('abc'), ...limit });
    for (const id of killed) tree.runtime.kill(id);
    await tree.take();
    expect(root.isAlive).toBe(false);
  });

  test('all children die at once: one_for_all counts one restart (SUP-040)', async () => {
    const tree = newTree();
    const children = tree.workers('abcde');
    await tree.runtime.startSupervisor({ strategy: 'one_for_all', children, maxRestarts: 1 });
    await tree.take();
    for (const id of 'abcde') tree.runtime.kill(id);
    expect(await tree.takeStarts()).toBe('abcde');
  });
});

describe('what a supervisor does not react to', () => {
  test.each(Object.entries(REASONS))('the exit signal of a stranger: %s (SUP-042)', async (_, reason) => {
    const tree = newTree();
    const root = await start(tree, 'one_for_all');
    tree.runtime.exit('root', reason);
    expect(await tree.take()).toEqual([]);
    expect(root.isAlive).toBe(true);
  });

  test('an exit signal from a child that lives on is not taken for its end', async () => {
    const tree = newTree();
    await start(tree, 'one_for_one', 'a');
    const signals = await tree.runtime.supervisor('root').startChild(child(Signals, { args: [tree.runtime] }));
    const { pid } = signals;
    await signals.call.signal('root');
    expect(await tree.take()).toEqual([]);
    expect(signals.pid).toBe(pid);
    expect(tree.runtime.stats().processes).toBe(3);
  });

  test('a message that is no request: dropped, counted, reported (SUP-043)', async () => {
    const tree = newTree();
    await start(tree, 'one_for_one', 'a');
    tree.runtime.ref(Signals, 'root').send({ hello: 1 });
    expect(await tree.take()).toEqual([]);
    expect(tree.runtime.stats().dropped.unhandled_info).toBe(1);
    expect(tree.events.at(-1)).toMatchObject({ kind: 'message_dropped', process: 'root', drop: 'unhandled_info' });
  });

  test('an Exit that somebody made up and sent', async () => {
    const tree = newTree();
    await start(tree, 'one_for_one', 'a');
    tree.runtime.ref(Signals, 'root').send(new Exit(tree.runtime.whereis('a'), boom));
    expect(await tree.take()).toEqual([]);
  });
});
