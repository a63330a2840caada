import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type AutoShutdown, ExitReason, supervisor, SupervisorOptionError } from '../../src/index.js';
import { endsSupervisor } from '../../src/supervisor/auto-shutdown.js';
import { boom, REASONS, type TestTree, thrownBy, useTrees, type WorkerPlan } from './support.js';

const newTree = useTrees();
const MODES = ['never', 'any_significant', 'all_significant'] as const;
const transient: WorkerPlan = { restart: 'transient', significant: true };
const temporary: WorkerPlan = { restart: 'temporary', significant: true };

const start = (tree: TestTree, autoShutdown: AutoShutdown, plans: Record<string, WorkerPlan>, options: object = {}) => {
  const children = Object.entries(plans).map(([id, plan]) => tree.worker(id, plan));
  return tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', autoShutdown, children, ...options });
};

describe('significant and autoShutdown must fit', () => {
  test.each([
    ['never', 'transient', 'auto_shutdown', 'never'],
    ['never', 'permanent', 'auto_shutdown', 'never'],
    ['any_significant', 'permanent', 'restart', 'permanent'],
    ['all_significant', 'permanent', 'restart', 'permanent'],
  ] as const)(
    'a significant child under %s that is %s is refused at the start and by startChild (SUP-096)',
    async (autoShutdown, restart, option, value) => {
      const tree = newTree();
      const combination = [
        [option, value],
        ['significant', true],
      ];
      const wrong = tree.worker('w', { restart, significant: true });
      const listed = thrownBy(() => supervisor({ strategy: 'one_for_one', autoShutdown, children: [wrong] }));
      expect(listed).toBeInstanceOf(SupervisorOptionError);
      expect(listed).toMatchObject({ kind: 'bad_combination', option: 'significant', combination });
      expect(String(listed)).toContain('child w');
      const root = await start(tree, autoShutdown, { a: {} });
      await expect(root.startChild(wrong)).rejects.toMatchObject({ kind: 'bad_combination', combination });
      expect([tree.attempts('w'), await root.countChildren()]).toMatchObject([0, { specs: 1, active: 1 }]);
    },
  );

  test('startChild looks at it before it looks whether the id is taken, as OTP does (SUP-096)', async () => {
    const tree = newTree();
    const root = await start(tree, 'never', { a: {} });
    await expect(root.startChild(tree.worker('a', transient))).rejects.toMatchObject({ kind: 'bad_combination' });
  });

  test.each(['sometimes', true, null])('autoShutdown %p is refused (SUP-007)', (autoShutdown) => {
    const options = { strategy: 'one_for_one', autoShutdown: autoShutdown as never, children: [] } as const;
    const expected = { kind: 'invalid_auto_shutdown', option: 'autoShutdown', received: autoShutdown };
    expect(thrownBy(() => supervisor(options))).toMatchObject(expected);
  });
});

describe('any_significant', () => {
  test.each(
    Object.entries(REASONS).flatMap(([name, reason]) =>
      (['transient', 'temporary'] as const).map((restart) => [restart, name, reason] as const),
    ),
  )(
    'the end of a significant %s child with %s ends the supervisor, unless it is restarted (SUP-097, SUP-098)',
    async (restart, name, reason) => {
      const tree = newTree();
      const isClean = name !== 'an error' && name !== 'killed';
      const endsAll = restart === 'temporary' || isClean;
      await start(tree, 'any_significant', { a: {}, w: { restart, significant: true }, z: {} });
      await tree.take();
      if (name === 'killed') tree.runtime.kill('w');
      else tree.ref('w').cast.end(reason);
      const lines = (await tree.take()).filter((line) => !/ w/.test(line));
      const stopped = ['exit z: shutdown', 'exit a: shutdown', 'exit root: shutdown'];
      expect(lines).toEqual(endsAll ? stopped : []);
      expect(tree.runtime.whereis('w') === undefined).toBe(endsAll);
    },
  );

  test('it tells which child it was (SUP-097)', async () => {
    const tree = newTree();
    await start(tree, 'any_significant', { a: {}, w: transient });
    await tree.end('w', ExitReason.normal);
    const told = tree.events.filter(({ kind }) => kind === 'supervisor_auto_shutdown');
    expect(told).toEqual([{ kind: 'supervisor_auto_shutdown', supervisor: 'root', child: 'w' }]);
    expect(tree.events.filter(({ kind }) => kind === 'supervisor_gave_up')).toEqual([]);
  });
});

describe('all_significant', () => {
  test('the first end changes nothing, the last one ends the supervisor (SUP-099)', async () => {
    const tree = newTree();
    const root = await start(tree, 'all_significant', { v: transient, w: temporary, p: {} });
    await tree.end('v', ExitReason.normal);
    expect(root.isAlive).toBe(true);
    await tree.end('w', boom);
    expect([root.isAlive, tree.runtime.stats().processes]).toEqual([false, 0]);
  });

  test('one that is being restarted counts as running (SUP-099)', async () => {
    const tree = newTree();
    const plans = { v: temporary, w: { ...transient, attempts: ['ok', 'fail', 'fail', 'ok'] } as WorkerPlan };
    const root = await start(tree, 'all_significant', plans);
    tree.ref('w').cast.crash();
    tree.ref('v').cast.end(ExitReason.normal); // handled between two tries
    await tree.clock.advance(0);
    expect([root.isAlive, tree.attempts('w')]).toEqual([true, 4]);
    await tree.end('w', ExitReason.normal);
    expect(root.isAlive).toBe(false);
  });

  test('one that was terminated does not run any more, so the next end may be the last (SUP-101)', async () => {
    const tree = newTree();
    const root = await start(tree, 'all_significant', { v: transient, w: transient });
    await root.terminateChild('v');
    expect(root.isAlive).toBe(true);
    await tree.end('w', ExitReason.normal);
    expect(root.isAlive).toBe(false);
  });

  test('one that ignored its start does not run either (SUP-099)', async () => {
    const tree = newTree();
    const root = await start(tree, 'all_significant', { v: { ...transient, attempts: ['ignore'] }, w: transient });
    await tree.end('w', ExitReason.normal);
    expect(root.isAlive).toBe(false);
  });
});

describe('what does not end the supervisor', () => {
  test.each(MODES)('%s: a child that is not significant, however it ends (SUP-100)', async (mode) => {
    const tree = newTree();
    const root = await start(tree, mode, { t: { restart: 'temporary' }, u: { restart: 'transient' }, p: {} });
    await tree.end('t', boom);
    await tree.end('u', ExitReason.normal);
    await tree.end('p', boom);
    expect(root.isAlive).toBe(true);
  });

  test.each(['any_significant', 'all_significant'] as const)(
    '%s: terminateChild of a significant child (SUP-086, SUP-101)',
    async (mode) => {
      const tree = newTree();
      const root = await start(tree, mode, { w: transient, t: temporary, p: {} });
      await root.terminateChild('w');
      await root.terminateChild('t');
      expect(await root.countChildren()).toMatchObject({ specs: 2, active: 1 });
    },
  );

  test.each(['one_for_all', 'rest_for_one'] as const)(
    '%s: a significant child that is stopped because of a sibling, also a temporary one, which is dropped (SUP-102)',
    async (strategy) => {
      const tree = newTree();
      const root = await start(tree, 'any_significant', { p: {}, w: transient, t: temporary }, { strategy });
      await tree.crash('p');
      expect((await root.whichChildren()).map(({ id, state }) => `${String(id)} ${state}`)).toEqual([
        'p running',
        'w running',
      ]);
    },
  );

  test('a significant child that ignores its restart (SUP-058, SUP-097)', async () => {
    const tree = newTree();
    const root = await start(tree, 'any_significant', { w: { ...transient, attempts: ['ok', 'ignore'] } });
    await tree.crash('w');
    expect([root.isAlive, await root.whichChildren()]).toMatchObject([true, [{ id: 'w', state: 'stopped' }]]);
  });
});

describe('supervisors in supervisors', () => {
  const nested = (tree: TestTree, options: object) =>
    supervisor({
      name: 'sub',
      strategy: 'one_for_one',
      autoShutdown: 'any_significant',
      children: [tree.worker('c', transient)],
      ...options,
    });

  test.each([
    ['transient', true, false],
    ['temporary', true, false],
    ['transient', false, true],
    ['temporary', false, true],
  ] as const)(
    'the end goes up from a %s supervisor when it is significant itself: %p (SUP-103)',
    async (restart, significant, lives) => {
      const tree = newTree();
      const children = [nested(tree, { restart, significant }), tree.worker('p')];
      const options = { name: 'root', strategy: 'one_for_one', autoShutdown: 'any_significant', children } as const;
      const root = await tree.runtime.startSupervisor(options);
      await tree.end('c', ExitReason.normal);
      expect([root.isAlive, tree.runtime.whereis('sub')]).toEqual([lives, undefined]);
    },
  );

  test('a permanent one is restarted, and that counts (SUP-104)', async () => {
    const tree = newTree();
    const options = { strategy: 'one_for_one', children: [nested(tree, {})], maxRestarts: 1 } as const;
    const root = await tree.runtime.startSupervisor(options);
    await tree.end('c', ExitReason.normal);
    expect([root.isAlive, tree.attempts('c')]).toEqual([true, 2]);
    await tree.end('c', ExitReason.normal);
    expect([root.isAlive, tree.attempts('c')]).toEqual([false, 2]);
  });
});

test('the decision follows the three sentences of the rule, whatever the children (SUP-097, SUP-099, SUP-100)', () => {
  const one = fc.record({ isSignificant: fc.boolean(), isActive: fc.boolean() });
  fc.assert(
    fc.property(fc.constantFrom(...MODES), one, fc.array(one), (mode, ended, others) => {
      const left = others.filter(({ isSignificant, isActive }) => isSignificant && isActive).length;
      const model = { never: false, any_significant: true, all_significant: left === 0 }[mode];
      expect(endsSupervisor(mode, ended, others)).toBe(ended.isSignificant && model);
    }),
  );
});
