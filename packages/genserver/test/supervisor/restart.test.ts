import { describe, expect, test } from '@jest/globals';
import { ExitReason, type Restart, type Strategy } from '../../src/index.js';
import { affectedBy } from '../../src/supervisor/strategy.js';
import { REASONS, type TestTree, useTrees, type WorkerPlan } from './support.js';

const newTree = useTrees();
const STRATEGIES = ['one_for_one', 'one_for_all', 'rest_for_one'] as const;

/** A supervisor `root` with one worker for each letter; `plans` says what is special about some. */
async function start(tree: TestTree, strategy: Strategy, ids = 'abc', plans: Record<string, WorkerPlan> = {}) {
  const children = Array.from(ids, (id) => tree.worker(id, plans[id] ?? {}));
  const root = await tree.runtime.startSupervisor({ name: 'root', strategy, children, maxRestarts: 10 });
  await tree.take();
  return root;
}

describe('who is restarted', () => {
  const table: [Restart, keyof typeof REASONS, boolean][] = [
    ['permanent', 'normal', true],
    ['permanent', 'shutdown', true],
    ['permanent', 'shutdown with a detail', true],
    ['permanent', 'an error', true],
    ['permanent', 'killed', true],
    ['transient', 'normal', false],
    ['transient', 'shutdown', false],
    ['transient', 'shutdown with a detail', false],
    ['transient', 'an error', true],
    ['transient', 'killed', true],
    ['temporary', 'normal', false],
    ['temporary', 'shutdown', false],
    ['temporary', 'shutdown with a detail', false],
    ['temporary', 'an error', false],
    ['temporary', 'killed', false],
  ];

  test.each(table)('a %s child that ends with %s: %p (SUP-026 to SUP-029)', async (restart, reason, isRestarted) => {
    const tree = newTree();
    const root = await start(tree, 'one_for_one', 'a', { a: { restart } });
    const oldPid = tree.runtime.whereis('a');
    await tree.end('a', REASONS[reason]);
    expect(await tree.takeStarts()).toBe(isRestarted ? 'a' : '');
    expect(tree.runtime.whereis('a') === oldPid).toBe(false);
    expect(await root.countChildren()).toMatchObject({
      specs: restart === 'temporary' ? 0 : 1,
      active: isRestarted ? 1 : 0,
    });
  });

  test('a kill from outside restarts a transient child (SUP-028)', async () => {
    const tree = newTree();
    await start(tree, 'one_for_one', 'a', { a: { restart: 'transient' } });
    tree.runtime.kill('a');
    expect(await tree.takeStarts()).toBe('a');
  });

  test('a transient child that ended cleanly stays known and can be started again (SUP-027)', async () => {
    const tree = newTree();
    const root = await start(tree, 'one_for_one', 'a', { a: { restart: 'transient' } });
    await tree.end('a', ExitReason.normal);
    expect(await root.whichChildren()).toMatchObject([{ id: 'a', pid: undefined, state: 'stopped' }]);
    expect(await root.restartChild('a')).toBe(tree.runtime.whereis('a'));
  });

  test('a temporary child that ended is forgotten: its id is free at once (SUP-029)', async () => {
    const tree = newTree();
    const root = await start(tree, 'one_for_one', 'a', { a: { restart: 'temporary' } });
    await tree.crash('a');
    await expect(root.restartChild('a')).rejects.toMatchObject({ kind: 'not_found' });
    await root.startChild(tree.worker('a', { restart: 'temporary' }));
    await root.terminateChild('a');
    await root.startChild(tree.worker('a'));
  });

  test('a restarted child has fresh state and a new pid, and a ref by name finds it (SUP-026)', async () => {
    const tree = newTree();
    await start(tree, 'one_for_one', 'a');
    const { pid } = tree.ref('a');
    await tree.crash('a');
    expect(await tree.ref('a').call.ping()).toBe('pong');
    expect(tree.ref('a').pid).not.toBe(pid);
  });
});

describe('who goes with it', () => {
  test.each([
    ['one_for_one', ['start b']],
    [
      'one_for_all',
      ['exit d: shutdown', 'exit c: shutdown', 'exit a: shutdown', 'start a', 'start b', 'start c', 'start d'],
    ],
    ['rest_for_one', ['exit d: shutdown', 'exit c: shutdown', 'start b', 'start c', 'start d']],
  ] as const)('%s: b of a, b, c, d crashes (SUP-031 to SUP-033)', async (strategy, expected) => {
    const tree = newTree();
    await start(tree, strategy, 'abcd');
    await tree.crash('b');
    expect(await tree.take()).toEqual(['terminate b: Error: boom', 'exit b: Error: boom', ...expected]);
  });

  test.each([
    ['one_for_one', 'abcd', 'b', 'b'],
    ['one_for_all', 'abcd', 'b', 'abcd'],
    ['rest_for_one', 'abcd', 'b', 'bcd'],
    ['rest_for_one', 'abcd', 'a', 'abcd'],
    ['rest_for_one', 'abcd', 'd', 'd'],
  ] as const)('%s of %s, %s fails: %s', (strategy, all, failed, group) => {
    expect(affectedBy[strategy](Array.from<string>(all), failed).join('')).toBe(group);
  });

  test.each([
    ['one_for_all', ['t', 'u']],
    ['rest_for_one', ['u']],
  ] as const)('%s: temporary siblings are stopped, dropped and not revived (SUP-034)', async (strategy, dropped) => {
    const tree = newTree();
    const temporary = { restart: 'temporary' } as const;
    const root = await start(tree, strategy, 'tbuc', { t: temporary, u: temporary });
    await tree.crash('b');
    const lines = await tree.take();
    expect(lines.filter((line) => line.startsWith('start'))).toEqual(['start b', 'start c']);
    for (const id of dropped) expect(lines).toContain(`exit ${id}: shutdown`);
    expect((await root.countChildren()).specs).toBe(4 - dropped.length);
  });

  test.each([
    ['one_for_all', 'atux'],
    ['rest_for_one', 'atux'],
    ['one_for_one', 'a'],
  ] as const)(
    '%s: siblings that had ended, were stopped or ignored are started, too: %s (SUP-035)',
    async (strategy, started) => {
      const tree = newTree();
      const plans = { t: { restart: 'transient' }, x: { attempts: ['ignore', 'ok'] } } as const;
      const root = await start(tree, strategy, 'atux', plans);
      await tree.end('t', ExitReason.normal);
      await root.terminateChild('u');
      await tree.take();
      await tree.crash('a');
      expect(await tree.takeStarts()).toBe(started);
    },
  );

  test.each(STRATEGIES)('%s: the clean end of a transient child touches nobody (SUP-036)', async (strategy) => {
    const tree = newTree();
    await start(tree, strategy, 'abc', { b: { restart: 'transient' } });
    await tree.end('b', ExitReason.normal);
    expect(await tree.take()).toEqual(['terminate b: normal', 'exit b: normal']);
  });

  test.each(STRATEGIES)('%s: the crash of a temporary child touches nobody (SUP-037)', async (strategy) => {
    const tree = newTree();
    await start(tree, strategy, 'abc', { b: { restart: 'temporary' } });
    await tree.crash('b');
    expect(await tree.take()).toEqual(['terminate b: Error: boom', 'exit b: Error: boom']);
  });

  test('the order stays that of the list, with children added later at the end (SUP-038)', async () => {
    const tree = newTree();
    const root = await start(tree, 'one_for_all', 'abc');
    await root.startChild(tree.worker('d'));
    await tree.take();
    for (const id of 'badc') {
      await tree.crash(id);
      expect(await tree.takeStarts()).toBe('abcd');
    }
    expect((await root.whichChildren()).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd']);
  });
});
