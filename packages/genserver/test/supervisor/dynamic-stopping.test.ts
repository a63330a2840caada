import { describe, expect, test } from '@jest/globals';
import { type DynamicSupervisorRef, ExitReason, type Pid, ServerRef } from '../../src/index.js';
import { boom, type TestTree, useTrees, type Worker, type WorkerPlan } from './support.js';

const newTree = useTrees();

const start = (tree: TestTree): Promise<DynamicSupervisorRef<Worker>> =>
  tree.runtime.startDynamicSupervisor<Worker>({ name: 'sup' });

describe('terminateChild', () => {
  test.each<[string, WorkerPlan, readonly string[]]>([
    ['not trapping', {}, ['exit a: shutdown']],
    ['brutal_kill', { shutdownMs: 'brutal_kill', trapExit: true }, ['exit a: killed']],
    ['in time', { trapExit: true, cleanup: 50, shutdownMs: 100 }, ['terminate a: shutdown', 'exit a: shutdown']],
    ['late', { trapExit: true, cleanup: 'hang', shutdownMs: 100 }, ['terminate a: shutdown', 'exit a: killed']],
  ])('stops as the child says, then forgets it: %s (DYN-020)', async (_, plan, expected) => {
    const tree = newTree();
    const sup = await start(tree);
    const { pid = 0 as Pid } = await sup.startChild(tree.worker('a', plan));
    await tree.take();
    const terminated = sup.terminateChild(pid);
    await tree.clock.advance(100);
    await terminated;
    expect(await tree.take()).toEqual(expected);
    expect(await sup.countChildren()).toMatchObject({ specs: 0 });
    await expect(sup.terminateChild(pid)).rejects.toMatchObject({ kind: 'not_found' });
  });

  test('takes a pid, a ref by pid or a ref by name (DYN-020)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const byPid = await sup.startChild(tree.worker('a', { named: false }));
    await sup.startChild(tree.worker('b'));
    await sup.terminateChild(byPid);
    await sup.terminateChild(tree.ref('b'));
    expect(await sup.countChildren()).toMatchObject({ specs: 0 });
  });

  test('of a process that is no child, or of a name that nobody holds, is refused (DYN-021)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const other = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: tree.workers('a') });
    for (const target of [other.pid ?? (0 as Pid), tree.ref('a'), tree.ref('nobody')]) {
      await expect(sup.terminateChild(target)).rejects.toMatchObject({ kind: 'not_found' });
    }
    expect(tree.ref('a')).toBeInstanceOf(ServerRef);
    expect(tree.ref('a').isAlive).toBe(true);
  });

  test.each([['a'], [{}], [null]])('of something else is an argument error: %p (DYN-021)', async (wrong) => {
    const sup = await start(newTree());
    await expect(sup.terminateChild(wrong as never)).rejects.toMatchObject({ option: 'child' });
  });

  test('blocks the supervisor: a start waits for its end (DYN-022)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const slow = await sup.startChild(tree.worker('a', { trapExit: true, cleanup: 100 }));
    const terminated = sup.terminateChild(slow);
    const started = sup.startChild(tree.worker('b'));
    await tree.clock.advance(99);
    expect(tree.attempts('b')).toBe(0);
    await tree.clock.advance(1);
    await Promise.all([terminated, started]);
    expect(tree.attempts('b')).toBe(1);
  });
});

describe('stopping', () => {
  test('stops all children at the same time (DYN-023)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    for (const id of 'abc') await sup.startChild(tree.worker(id, { trapExit: true, cleanup: 60 }));
    await tree.take();
    const stopped = tree.runtime.stop('sup');
    await tree.clock.advance(60);
    await stopped;
    const lines = await tree.take();
    expect(lines.slice(0, 3).every((line) => line.startsWith('terminate'))).toBe(true);
    expect(lines.at(-1)).toBe('exit sup: normal');
  });

  test('each child has its own limit, counted from the start; the last one decides (DYN-024)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const hangs = { trapExit: true, cleanup: 'hang' } as const;
    const plans: Record<string, WorkerPlan> = {
      a: { ...hangs, shutdownMs: 'brutal_kill' },
      b: { trapExit: true, shutdownMs: 1000 },
      c: { trapExit: true, cleanup: 2000, shutdownMs: 'infinity' },
      d: { ...hangs, shutdownMs: 1 },
      e: {},
    };
    for (const [id, plan] of Object.entries(plans)) await sup.startChild(tree.worker(id, plan));
    await tree.take();
    const stopped = tree.runtime.stop('sup');
    const exits = async () => (await tree.take()).filter((line) => line.startsWith('exit'));
    expect(await exits()).toEqual(['exit a: killed', 'exit e: shutdown', 'exit b: shutdown']);
    await tree.clock.advance(1);
    expect(await exits()).toEqual(['exit d: killed']);
    await tree.clock.advance(1998);
    expect(await exits()).toEqual([]);
    await tree.clock.advance(1);
    await stopped;
    expect(await exits()).toEqual(['exit c: shutdown', 'exit sup: normal']);
  });

  test('children may end otherwise: it goes on and ends as asked (DYN-025, DYN-030)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    await sup.startChild(tree.worker('a', { trapExit: true, cleanup: 'throw' }));
    await sup.startChild(tree.worker('b'));
    const exited = tree.runtime.exited('sup');
    await tree.runtime.stop('sup', ExitReason.shutdownWith('deploy'));
    expect(await exited).toEqual(ExitReason.shutdownWith('deploy'));
    expect(await tree.take()).toContain('exit a: Error: cleanup failed');
  });

  test('whichChildren and countChildren tell who runs (DYN-026, DYN-027)', async () => {
    const tree = newTree();
    const sup = await start(tree);
    const refs = [
      await sup.startChild(tree.worker('a')),
      await sup.startChild(tree.worker('b', { restart: 'transient' })),
    ];
    const views = await sup.whichChildren();
    expect(views.map(({ pid }) => pid)).toEqual(refs.map(({ pid }) => pid));
    expect(views.map(({ restart }) => restart)).toEqual(['permanent', 'transient']);
    expect(await sup.countChildren()).toEqual({ specs: 2, active: 2, supervisors: 0, workers: 2 });
  });

  test('there is neither restartChild nor deleteChild: who is stopped is forgotten (DYN-028)', async () => {
    const sup = await start(newTree());
    expect('restartChild' in sup || 'deleteChild' in sup).toBe(false);
  });

  test('a crash while the others stop restarts nobody', async () => {
    const tree = newTree();
    const sup = await start(tree);
    await sup.startChild(tree.worker('a', { trapExit: true, cleanup: 100 }));
    await tree.take();
    const stopped = tree.runtime.stop('sup', boom);
    await tree.clock.advance(50);
    tree.runtime.kill('a');
    await stopped;
    expect(await tree.take()).toEqual(['terminate a: shutdown', 'exit a: killed', 'exit sup: Error: boom']);
  });
});
