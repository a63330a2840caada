import { describe, expect, test } from '@jest/globals';
import { type Backoff, child, ExitReason, formatTree, GenServer, supervisor } from '../../src/index.js';
import { type TestTree, thrownBy, useTrees, Worker, type WorkerPlan } from './support.js';

const newTree = useTrees();
const backoff: Backoff = { initialMs: 100, maxMs: 1_000 };

async function start(tree: TestTree, plans: Record<string, WorkerPlan>, options: object = {}) {
  const children = Object.entries(plans).map(([id, plan]) => tree.worker(id, plan));
  const common = { name: 'root', strategy: 'one_for_one', maxRestarts: 100, backoff, children } as const;
  const root = await tree.runtime.startSupervisor({ ...common, ...options });
  await tree.take();
  return root;
}

const delays = (tree: TestTree): readonly number[] =>
  tree.events.flatMap((event) => (event.kind === 'child_restart_scheduled' ? [event.delayMs] : []));

/** Crashes it, and lets its restart come. */
async function crashAndWait(tree: TestTree, id: string, waitMs = 1_000): Promise<void> {
  await tree.crash(id);
  await tree.clock.advance(waitMs);
}

describe('a restart that is put off', () => {
  test('comes when the delay is over, not before; meanwhile the child is restarting, and all can see until when', async () => {
    const tree = newTree();
    const root = await start(tree, { a: {}, b: {} });
    await tree.crash('a');
    await tree.clock.advance(60);
    expect(await root.whichChild('a')).toMatchObject({ state: 'restarting', pid: undefined, restartInMs: 40 });
    expect(await root.whichChild('b')).toMatchObject({ state: 'running', restartInMs: undefined });
    expect(await root.countChildren()).toMatchObject({ specs: 2, active: 1 });
    expect(formatTree(tree.runtime.tree())).toContain('a (restarting in 40 ms)');
    expect(JSON.parse(JSON.stringify(tree.runtime.tree()))).toMatchObject([{ children: [{ restartInMs: 40 }, {}] }]);
    await tree.clock.advance(39);
    expect(tree.attempts('a')).toBe(1);
    await tree.clock.advance(1);
    expect(await root.whichChild('a')).toMatchObject({ state: 'running', restarts: 1, restartInMs: undefined });
    expect(tree.events).toContainEqual({
      kind: 'child_restart_scheduled',
      supervisor: 'root',
      child: 'a',
      delayMs: 100,
      reason: ExitReason.error(new Error('boom')),
    });
  });

  test('is put off longer each time; a failed start is one more', async () => {
    const tree = newTree();
    await start(tree, { a: { attempts: ['ok', 'fail', 'ok'] } });
    await crashAndWait(tree, 'a', 100);
    expect(tree.attempts('a')).toBe(2);
    await tree.clock.advance(200);
    expect(tree.runtime.whereis('a')).toBeDefined();
    await crashAndWait(tree, 'a');
    expect(delays(tree)).toEqual([100, 200, 400]);
  });

  test('each child has delays of its own', async () => {
    const tree = newTree();
    await start(tree, { a: {}, b: {} });
    await crashAndWait(tree, 'a', 100);
    await crashAndWait(tree, 'a', 200);
    await crashAndWait(tree, 'b', 100);
    expect(delays(tree)).toEqual([100, 200, 100]);
  });

  test.each([
    [999, [100, 200]],
    [1_000, [100, 100]],
  ])('a child that ran %i ms of resetAfterMs 1000: %p', async (ranMs, expected) => {
    const tree = newTree();
    await start(tree, { a: {} }, { backoff: { ...backoff, resetAfterMs: 1_000 } });
    await crashAndWait(tree, 'a', 100);
    await tree.clock.advance(ranMs);
    await crashAndWait(tree, 'a');
    expect(delays(tree)).toEqual(expected);
  });

  test.each([
    ['its own', { initialMs: 7 }, [7]],
    ['none', false, []],
    ["its supervisor's", undefined, [100]],
  ] as const)('a child may have another back-off than its siblings: %s', async (_, own, expected) => {
    const tree = newTree();
    const spec = child(Worker, {
      id: 'a',
      name: 'a',
      args: [tree, 'a', {}],
      ...(own !== undefined && { backoff: own }),
    });
    await start(tree, {}, { children: [spec] });
    await crashAndWait(tree, 'a');
    expect([delays(tree), tree.attempts('a')]).toEqual([expected, 2]);
  });

  test('it counts for maxRestarts as ever, and giving up does not wait (SUP-044)', async () => {
    const tree = newTree();
    const root = await start(tree, { a: { attempts: ['ok', 'fail'] } }, { maxRestarts: 2 });
    await crashAndWait(tree, 'a', 100);
    expect(root.isAlive).toBe(true);
    await tree.clock.advance(200);
    expect([root.isAlive, tree.attempts('a'), delays(tree)]).toEqual([false, 3, [100, 200]]);
  });

  test.each([
    [3, 5, true],
    [6, 60, true],
    [5, 60, false],
  ])(
    'with maxRestarts %i, maxSeconds %i a child that never comes back lets its supervisor live: %p',
    async (...row) => {
      const [maxRestarts, maxSeconds, lives] = row;
      const tree = newTree();
      const options = { maxRestarts, maxSeconds, backoff: { initialMs: 1_000 } };
      const root = await start(tree, { a: { attempts: ['ok', 'fail'] } }, options);
      await crashAndWait(tree, 'a', 600_000);
      expect(root.isAlive).toBe(lives);
    },
  );

  test('it counts as running for all_significant (SUP-099)', async () => {
    const tree = newTree();
    const plans = {
      v: { restart: 'transient', significant: true },
      w: { restart: 'transient', significant: true },
    } as const;
    const root = await start(tree, plans, { autoShutdown: 'all_significant' });
    await tree.crash('w');
    await tree.end('v', ExitReason.normal);
    expect(root.isAlive).toBe(true);
  });
});

describe('in between', () => {
  async function waiting(options: object = {}) {
    const tree = newTree();
    const root = await start(tree, { a: {}, b: {}, c: {} }, options);
    await tree.crash('b');
    await tree.take();
    return { tree, root };
  }

  test.each([
    ['restartChild', 'restarting'],
    ['deleteChild', 'restarting'],
    ['startChild', 'already_present'],
  ] as const)('%s is refused with %s, and the restart comes (SUP-055)', async (request, kind) => {
    const { tree, root } = await waiting();
    const refused = request === 'startChild' ? root.startChild(tree.worker('b')) : root[request]('b');
    await expect(refused).rejects.toMatchObject({ kind });
    await tree.clock.advance(100);
    expect(await tree.take()).toEqual(['start b']);
  });

  test('terminateChild calls it off; restartChild then starts it at once, and once (SUP-056)', async () => {
    const { tree, root } = await waiting();
    await root.terminateChild('b');
    expect(await root.whichChild('b')).toMatchObject({ state: 'stopped', restartInMs: undefined });
    expect(tree.clock.pendingTimers).toBe(0);
    await root.restartChild('b');
    await tree.clock.advance(5_000);
    expect(await tree.take()).toEqual(['start b']);
  });

  test('a child that was restarted by hand begins anew with the shortest delay', async () => {
    const { tree, root } = await waiting();
    await root.terminateChild('b');
    await root.restartChild('b');
    await crashAndWait(tree, 'b');
    expect(delays(tree)).toEqual([100, 100]);
  });

  test('after terminateChild and deleteChild nothing comes back', async () => {
    const { tree, root } = await waiting();
    await root.terminateChild('b');
    await root.deleteChild('b');
    await tree.clock.advance(5_000);
    expect([tree.attempts('b'), await root.countChildren()]).toMatchObject([1, { specs: 2 }]);
  });

  test('a sibling that crashes has a wait of its own (SUP-031)', async () => {
    const { tree } = await waiting();
    await tree.clock.advance(50);
    await tree.crash('a');
    await tree.clock.advance(50);
    expect(await tree.takeStarts()).toBe('b');
    await tree.clock.advance(50);
    expect(await tree.takeStarts()).toBe('a');
  });

  test('the supervisor can be stopped at once, and leaves no timer (SUP-057)', async () => {
    const { tree } = await waiting();
    await tree.runtime.stop('root');
    expect([tree.runtime.stats().processes, tree.clock.pendingTimers]).toEqual([0, 0]);
  });

  test('the end of a wait that was overtaken means nothing: the next try comes after the next delay', async () => {
    const tree = newTree();
    let open = (): void => {};
    class Gate extends GenServer {
      static isOpen = false;
      override init(): void | Promise<void> {
        return Gate.isOpen ? undefined : new Promise((resolve) => (open = resolve));
      }
    }
    const a = child(Worker, { id: 'a', name: 'a', args: [tree, 'a', {}], backoff: false });
    const children = [a, tree.worker('b', { attempts: ['ok', 'fail', 'ok'] })];
    const root = await start(tree, {}, { strategy: 'rest_for_one', children });
    await tree.crash('b');
    const busy = root.startChild(child(Gate));
    await tree.clock.advance(0);
    await tree.crash('a');
    await tree.clock.advance(100); // the wait for b is over, and behind the crash of a
    Gate.isOpen = true;
    open();
    await busy;
    await tree.clock.advance(0);
    expect([tree.attempts('b'), await root.whichChild('b')]).toMatchObject([
      2,
      { state: 'restarting', restartInMs: 200 },
    ]);
  });

  test('what the ended child still sends is no second crash', async () => {
    const tree = newTree();
    let wake = (): void => {};
    class Restless extends GenServer {
      async linger(): Promise<void> {
        await new Promise<void>((resolve) => (wake = resolve));
        tree.runtime.exit('root', ExitReason.error('late'));
      }
    }
    const root = await start(tree, {}, { children: [child(Restless, { id: 'r', name: 'r' })] });
    tree.runtime.ref(Restless, 'r').cast.linger();
    await tree.clock.advance(0);
    tree.runtime.kill('r');
    await tree.clock.advance(0);
    wake();
    await tree.clock.advance(100);
    expect([delays(tree), await root.whichChild('r')]).toMatchObject([[100], { state: 'running', restarts: 1 }]);
  });

  test('a killed supervisor restarts nobody any more (SUP-074)', async () => {
    const { tree } = await waiting();
    tree.runtime.kill('root');
    await tree.clock.advance(5_000);
    expect([tree.attempts('b'), tree.runtime.stats().processes]).toEqual([1, 0]);
  });
});

describe('groups', () => {
  async function crashed(strategy: 'one_for_all' | 'rest_for_one', id: string) {
    const tree = newTree();
    const root = await start(tree, { a: {}, b: {}, t: { restart: 'temporary' }, c: {} }, { strategy });
    await tree.crash(id);
    return { tree, root, lines: await tree.take() };
  }

  test('one_for_all stops all at once, in reverse, and starts them after the delay (SUP-032, SUP-034)', async () => {
    const { tree, root, lines } = await crashed('one_for_all', 'b');
    expect(lines.filter((line) => line.startsWith('exit'))).toEqual([
      'exit b: Error: boom',
      'exit c: shutdown',
      'exit t: shutdown',
      'exit a: shutdown',
    ]);
    expect((await root.whichChildren()).map(({ state }) => state)).toEqual(['stopped', 'restarting', 'stopped']);
    await tree.clock.advance(99);
    expect(await tree.takeStarts()).toBe('');
    await tree.clock.advance(1);
    expect(await tree.takeStarts()).toBe('abc');
  });

  test('rest_for_one stops those after it at once; those before run on (SUP-033)', async () => {
    const { tree, root } = await crashed('rest_for_one', 'b');
    expect((await root.whichChildren()).map(({ state }) => state)).toEqual(['running', 'restarting', 'stopped']);
    await tree.clock.advance(100);
    expect(await tree.takeStarts()).toBe('bc');
  });

  test('rest_for_one: one before it crashes meanwhile: all wait for that one, and come back with it', async () => {
    const { tree, root } = await crashed('rest_for_one', 'b');
    await tree.clock.advance(60);
    await tree.crash('a');
    expect((await root.whichChildren()).map(({ state }) => state)).toEqual(['restarting', 'stopped', 'stopped']);
    await tree.take();
    await tree.clock.advance(99);
    expect(await tree.takeStarts()).toBe('');
    await tree.clock.advance(1);
    expect(await tree.takeStarts()).toBe('abc');
    await tree.clock.advance(5_000);
    expect(await tree.takeStarts()).toBe('');
  });

  test('one_for_all: a child that was added meanwhile is restarted with the group', async () => {
    const { tree, root } = await crashed('one_for_all', 'b');
    await root.startChild(tree.worker('n'));
    await tree.clock.advance(100);
    expect(await tree.takeStarts()).toBe('nabcn');
    expect(await root.countChildren()).toMatchObject({ specs: 4, active: 4 });
  });

  test('one that does not start again is waited for, and the group with it (SUP-060)', async () => {
    const tree = newTree();
    await start(tree, { a: {}, b: { attempts: ['ok', 'fail', 'ok'] } }, { strategy: 'one_for_all' });
    await tree.crash('a');
    await tree.clock.advance(100);
    expect(tree.runtime.whereis('a')).toBeUndefined();
    await tree.clock.advance(100);
    expect([tree.attempts('a'), tree.attempts('b'), tree.runtime.whereis('b')]).toEqual([3, 3, expect.any(Number)]);
  });
});

describe('dynamic supervisors', () => {
  async function pool() {
    const tree = newTree();
    const sup = await tree.runtime.startDynamicSupervisor<Worker>({ maxRestarts: 100, maxChildren: 2, backoff });
    const a = await sup.startChild(tree.worker('a'));
    await sup.startChild(tree.worker('b'));
    const pid = tree.runtime.whereis('a');
    await tree.crash('a');
    await tree.take();
    return { tree, sup, a, pid };
  }

  test('put the restart of one child off, and keep its place (DYN-010, DYN-017)', async () => {
    const { tree, sup } = await pool();
    expect(await sup.whichChildren()).toMatchObject([{ state: 'restarting', restartInMs: 100 }, { state: 'running' }]);
    await expect(sup.startChild(tree.worker('c'))).rejects.toMatchObject({ kind: 'max_children' });
    await tree.clock.advance(100);
    expect(await tree.takeStarts()).toBe('a');
  });

  test.each(['the pid it had', 'its name'] as const)('terminateChild by %s calls it off (DYN-017)', async (by) => {
    const { tree, sup, a, pid } = await pool();
    await sup.terminateChild(by === 'its name' ? a : (pid ?? a));
    await tree.clock.advance(5_000);
    expect([tree.attempts('a'), await sup.countChildren()]).toMatchObject([1, { specs: 1 }]);
    await expect(sup.terminateChild(a)).rejects.toMatchObject({ kind: 'not_found' });
  });
});

describe('options', () => {
  class Plain extends GenServer {}
  class Patient extends GenServer {
    static override readonly childDefaults = { backoff: { initialMs: 5 } } as const;
  }

  test.each([
    ['backoff', 7],
    ['backoff', null],
    ['backoff', true],
    ['backoff.initialMs', {}],
    ['backoff.initialMs', { initialMs: 0 }],
    ['backoff.initialMs', { initialMs: Infinity }],
    ['backoff.factor', { initialMs: 1, factor: 0.5 }],
    ['backoff.factor', { initialMs: 1, factor: 'two' }],
    ['backoff.maxMs', { initialMs: 10, maxMs: 9 }],
    ['backoff.maxMs', { initialMs: 10, maxMs: Infinity }],
    ['backoff.jitter', { initialMs: 1, jitter: 'some' }],
    ['backoff.resetAfterMs', { initialMs: 1, resetAfterMs: -1 }],
  ])('a wrong %s is refused: %p (SUP-007, SUP-012)', (option, wrong) => {
    const own = thrownBy(() => child(Plain, { backoff: wrong as never }));
    const common = { strategy: 'one_for_one', children: [] } as const;
    const all = thrownBy(() => supervisor({ ...common, backoff: wrong as never }));
    expect([own, all]).toMatchObject([
      { kind: 'invalid_backoff', option },
      { kind: 'invalid_backoff', option },
    ]);
  });

  test('a class may have its own, and what is given comes first', () => {
    expect(child(Patient).backoff).toEqual({ initialMs: 5 });
    expect(child(Patient, { backoff: false }).backoff).toBe(false);
    expect('backoff' in child(Plain)).toBe(false);
  });
});
