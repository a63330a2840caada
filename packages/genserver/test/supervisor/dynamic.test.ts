import { describe, expect, test } from '@jest/globals';
import {
  child,
  dynamicSupervisor,
  type DynamicSupervisorRef,
  GenServer,
  type Pid,
  Registry,
  supervisor,
  via,
} from '../../src/index.js';
import { gate } from '../gen-server/probe.js';
import { boom, REASONS, type TestTree, useTrees, Worker } from './support.js';

const newTree = useTrees();

/** Not there before the test says so. */
class Late extends GenServer {
  override init(opened: Promise<void>): Promise<void> {
    return opened;
  }
}

const EMPTY = { specs: 0, active: 0, supervisors: 0, workers: 0 };

const start = (tree: TestTree, options: object = {}): Promise<DynamicSupervisorRef<Worker>> =>
  tree.runtime.startDynamicSupervisor<Worker>({ name: 'sup', maxRestarts: 10, ...options });

describe('starting', () => {
  test('a dynamic supervisor starts empty (DYN-001)', async () => {
    const sup = await start(newTree());
    expect([await sup.whichChildren(), await sup.countChildren()]).toEqual([[], EMPTY]);
  });

  test.each([
    ['maxChildren', -1],
    ['maxChildren', 1.5],
    ['maxChildren', '3'],
    ['maxRestarts', -1],
    ['maxSeconds', 0],
    ['name', ''],
  ])('a wrong %s is refused: %p (DYN-002)', async (option, value) => {
    await expect(start(newTree(), { [option]: value })).rejects.toMatchObject({ option });
  });

  test.each(['any_significant', 'all_significant', 'sometimes'])(
    'autoShutdown %p is refused: children that come and go do not stand for the whole (DYN-002, SUP-105)',
    async (autoShutdown) => {
      const started = start(newTree(), { autoShutdown });
      await expect(started).rejects.toMatchObject({ kind: 'bad_combination', option: 'autoShutdown' });
    },
  );

  test('a significant child is refused by the caller, whoever is there (DYN-006)', async () => {
    const tree = newTree();
    const wrong = tree.worker('a', { restart: 'transient', significant: true });
    const nobody = tree.runtime.dynamicSupervisor<Worker>('nobody');
    await expect(nobody.startChild(wrong)).rejects.toMatchObject({ kind: 'invalid_significant', received: true });
    await expect((await start(tree)).startChild(wrong)).rejects.toMatchObject({ option: 'significant' });
    expect(tree.attempts('a')).toBe(0);
  });

  test('its id is its name, the text of a via name, or the class, so several fit under one supervisor (DYN-003)', async () => {
    const { runtime } = newTree();
    const names = child(Registry, { args: [{ keys: 'unique' }], name: 'names' });
    const viaName = dynamicSupervisor({ name: via('names', 'x') });
    const children = [names, dynamicSupervisor({ name: 'one' }), viaName, dynamicSupervisor({ id: 'three' })];
    const root = await runtime.startSupervisor({ strategy: 'one_for_one', children });
    expect((await root.whichChildren()).map(({ id }) => id)).toEqual(['names', 'one', 'names/x', 'three']);
  });

  test('startChild starts a child, gives its ref, and blocks until its init is done (DYN-004)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const ref = await sup.startChild(tree.worker('a'));
    expect(await ref.call.ping()).toBe('pong');
    expect(await sup.whichChildren()).toMatchObject([{ pid: ref.pid, state: 'running', type: 'worker' }]);

    const { opened, open } = gate();
    const log: string[] = [];
    const starting = tree.runtime
      .dynamicSupervisor('sup')
      .startChild(child(Late, { args: [opened] }))
      .then(() => log.push('started'));
    const asked = sup.countChildren().then(({ active }) => log.push(`counted ${active}`));
    await tree.clock.advance(1000);
    expect(log).toEqual([]);
    open();
    await Promise.all([starting, asked]);
    expect(log).toEqual(['started', 'counted 2']);
  });

  test('ids need not be unique, names do (DYN-005)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const first = await sup.startChild(tree.worker('a'));
    await sup.startChild(tree.worker('a', { named: false }));
    await expect(sup.startChild(tree.worker('a'))).rejects.toMatchObject({ pid: first.pid });
    expect(await sup.countChildren()).toMatchObject({ specs: 2 });
  });

  test('what is no specification is refused although no such supervisor exists (DYN-006)', async () => {
    const { runtime } = newTree();
    const refused = runtime.dynamicSupervisor('nobody').startChild({} as never);
    await expect(refused).rejects.toMatchObject({ option: 'spec' });
  });

  test('a child that ignores gives undefined and is not kept (DYN-007)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    expect(await sup.startChild(tree.worker('a', { attempts: ['ignore'] }))).toBeUndefined();
    expect(await sup.countChildren()).toEqual(EMPTY);
  });

  test('a child that does not start tells why and is not kept (DYN-008)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const failing = sup.startChild(tree.worker('a', { attempts: ['fail'] }));
    await expect(failing).rejects.toMatchObject({ cause: 'a does not start' });
    expect(await sup.countChildren()).toEqual(EMPTY);
  });
});

describe('maxChildren', () => {
  test('refuses a child too many; there is room again when one is gone (DYN-009)', async () => {
    const tree = newTree();
    const sup = await start(tree, { maxChildren: 2 });
    const first = await sup.startChild(tree.worker('a'));
    await sup.startChild(tree.worker('b', { restart: 'temporary' }));
    const refused = { kind: 'max_children', child: 'c', supervisor: 'sup' };
    await expect(sup.startChild(tree.worker('c'))).rejects.toMatchObject(refused);
    expect(tree.attempts('c')).toBe(0);
    await sup.terminateChild(first);
    await tree.end('b', boom);
    await sup.startChild(tree.worker('c'));
    await sup.startChild(tree.worker('d'));
  });

  test('0 lets nobody in (DYN-009)', async () => {
    const tree = newTree();
    const sup = await start(tree, { maxChildren: 0 });
    await expect(sup.startChild(tree.worker('a'))).rejects.toMatchObject({ kind: 'max_children' });
  });

  test.each([
    ['is being restarted', ['ok', 'fail', 'ok']],
    ['has just been restarted', ['ok']],
  ] as const)('counts a child that %s (DYN-010)', async (_, attempts) => {
    const tree = newTree();
    const sup = await start(tree, { maxChildren: 1 });
    await sup.startChild(tree.worker('a', { attempts }));
    tree.runtime.kill('a');
    await expect(sup.startChild(tree.worker('b'))).rejects.toMatchObject({ kind: 'max_children' });
    expect(await sup.countChildren()).toMatchObject({ specs: 1, active: 1 });
  });
});

describe('restarting', () => {
  test.each([
    ['permanent', 'normal', true],
    ['permanent', 'shutdown', true],
    ['permanent', 'an error', true],
    ['permanent', 'killed', true],
    ['transient', 'normal', false],
    ['transient', 'shutdown', false],
    ['transient', 'shutdown with a detail', false],
    ['transient', 'an error', true],
    ['transient', 'killed', true],
    ['temporary', 'normal', false],
    ['temporary', 'an error', false],
    ['temporary', 'killed', false],
  ] as const)(
    'a %s child that ends with %s: %p, otherwise forgotten (DYN-012 to DYN-014)',
    async (restart, reason, isRestarted) => {
      const tree = newTree();
      const sup = await start(tree);
      await sup.startChild(tree.worker('a', { restart }));
      const oldPid = tree.runtime.whereis('a') ?? (0 as Pid);
      await tree.end('a', REASONS[reason]);
      expect(await sup.countChildren()).toMatchObject(isRestarted ? { specs: 1, active: 1 } : EMPTY);
      await expect(sup.terminateChild(oldPid)).rejects.toMatchObject({ kind: 'not_found' });
    },
  );

  test.each([0, 1, 3])(
    'gives up after %i restarts over all children, with all stopped (DYN-015)',
    async (maxRestarts) => {
      const tree = newTree();
      const sup = await start(tree, { maxRestarts });
      for (const id of 'abcd') await sup.startChild(tree.worker(id));
      const exited = tree.runtime.exited('sup');
      for (const id of Array.from('abcd').slice(0, maxRestarts)) await tree.crash(id);
      expect(sup.isAlive).toBe(true);
      await tree.crash('d');
      expect([await exited, tree.runtime.stats().processes]).toEqual([{ kind: 'shutdown' }, 0]);
    },
  );

  test.each([
    [2, 3, true],
    [3, 3, false],
  ])(
    'a restart that fails %i times is tried again, each counted: %i tries, lives %p (DYN-016, DYN-019)',
    async (fails, tries, lives) => {
      const tree = newTree();
      const sup = await start(tree, { maxRestarts: 3 });
      const failures = Array.from({ length: fails }, () => 'fail' as const);
      await sup.startChild(tree.worker('a', { attempts: ['ok', ...failures, lives ? 'ok' : 'fail'] }));
      await tree.crash('a');
      expect([tree.attempts('a') - 1, sup.isAlive]).toEqual([tries, lives]);
    },
  );

  test('between two tries it is restarting, and its last pid still names it (DYN-017)', async () => {
    const tree = newTree();
    const sup = await start(tree, { maxRestarts: 1_000 });
    const ref = await sup.startChild(tree.worker('a', { attempts: ['ok', 'fail'], named: false }));
    const pid = ref.pid ?? (0 as Pid);
    tree.runtime.kill(pid);
    expect(await sup.whichChildren()).toMatchObject([{ state: 'restarting', pid: undefined }]);
    expect(await sup.countChildren()).toEqual({ ...EMPTY, specs: 1, workers: 1 });
    await sup.terminateChild(pid);
    await expect(sup.terminateChild(pid)).rejects.toMatchObject({ kind: 'not_found' });
    expect(await sup.countChildren()).toEqual(EMPTY);
  });

  test('a restart that ignores removes the child (DYN-018)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    await sup.startChild(tree.worker('a', { attempts: ['ok', 'ignore'] }));
    await tree.crash('a');
    expect(await sup.countChildren()).toEqual(EMPTY);
  });

  test('a dynamic supervisor that is restarted is empty (DYN-029)', async () => {
    const tree = newTree();
    const children = [dynamicSupervisor({ name: 'sup', maxRestarts: 0 })];
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    const sup = tree.runtime.dynamicSupervisor<Worker>('sup');
    await sup.startChild(tree.worker('a'));
    await sup.startChild(tree.worker('b'));
    await tree.crash('a');
    expect(await sup.countChildren()).toEqual(EMPTY);
    expect(tree.runtime.stats().processes).toBe(2);
  });

  test('exits of strangers and other messages change nothing (DYN-031)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    tree.runtime.exit('sup', boom);
    tree.runtime.ref(Worker, 'sup').send('hello');
    expect(await sup.countChildren()).toEqual(EMPTY);
    expect(tree.runtime.stats().dropped.unhandled_info).toBe(1);
  });

  test('a supervisor can be a dynamic child', async () => {
    const tree = newTree();
    const outer = await tree.runtime.startDynamicSupervisor({ name: 'sup' });
    const spec = supervisor({ name: 'sub', strategy: 'one_for_one', children: tree.workers('a') });
    const sub = await outer.startChild(spec);
    expect(await sub.countChildren()).toMatchObject({ specs: 1 });
    expect(await outer.countChildren()).toEqual({ specs: 1, active: 1, supervisors: 1, workers: 0 });
    tree.runtime.kill('sub');
    await tree.clock.advance(0);
    expect(await tree.runtime.supervisor('sub').countChildren()).toMatchObject({ active: 1 });
  });
});
