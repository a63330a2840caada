import { describe, expect, test } from '@jest/globals';
import { child, ExitReason, formatReason, GenServer, supervisor } from '../../src/index.js';
import { isCleanStop } from '../../src/supervisor/shutdown.js';
import { boom, useTrees, type WorkerPlan } from './support.js';

const newTree = useTrees();
const hangs = { trapExit: true, cleanup: 'hang' } as const;

describe('stopping one child', () => {
  /** Stops `a` by terminateChild, lets `waitMs` pass, and gives its reason, or undefined while it is still there. */
  async function stop(plan: WorkerPlan, waitMs: number) {
    const tree = newTree();
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [tree.worker('a', plan)] });
    await tree.take();
    const terminated = root.terminateChild('a');
    await tree.clock.advance(waitMs);
    const lines = await tree.take();
    tree.runtime.kill('a');
    await terminated;
    return lines;
  }
  const terminate = 'terminate a: shutdown';

  test.each<[string, WorkerPlan, number, readonly string[]]>([
    ['one that does not trap exits is gone at once (SUP-063)', { shutdownMs: 1000 }, 0, ['exit a: shutdown']],
    ['one that traps has its last words (SUP-063)', { trapExit: true }, 0, [terminate, 'exit a: shutdown']],
    ['one within its limit is waited for (SUP-063)', { ...hangs, shutdownMs: 1000 }, 999, [terminate]],
    ['one over its limit is killed (SUP-063)', { ...hangs, shutdownMs: 1000 }, 1000, [terminate, 'exit a: killed']],
    ['the default limit is 5 s: before (SUP-064)', hangs, 4999, [terminate]],
    ['the default limit is 5 s: then (SUP-064)', hangs, 5000, [terminate, 'exit a: killed']],
    ['limit 0, not trapping: the first signal wins (SUP-065)', { shutdownMs: 0 }, 0, ['exit a: shutdown']],
    ['limit 0, trapping: killed (SUP-065)', { shutdownMs: 0, trapExit: true }, 0, ['exit a: killed']],
    ['infinity: as long as it takes (SUP-066)', { ...hangs, shutdownMs: 'infinity' }, 1e9, [terminate]],
    [
      'brutal_kill: killed without last words (SUP-067)',
      { shutdownMs: 'brutal_kill', trapExit: true },
      0,
      ['exit a: killed'],
    ],
    [
      'one that fails in its cleanup (SUP-068)',
      { trapExit: true, cleanup: 'throw' },
      0,
      [terminate, 'exit a: Error: cleanup failed'],
    ],
  ])('%s', async (_, plan, waitMs, expected) => {
    expect(await stop(plan, waitMs)).toEqual(expected);
  });

  test('leaves no timer behind (SUP-063)', async () => {
    const tree = newTree();
    const children = tree.workers('ab', { trapExit: true, cleanup: 10, shutdownMs: 1000 });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    const stopped = tree.runtime.stop('root');
    await tree.clock.advance(20);
    await stopped;
    expect(tree.clock.pendingTimers).toBe(0);
  });

  test('a busy handler is not waited for, and its caller hears at once', async () => {
    const tree = newTree();
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [tree.worker('a')] });
    const hanging = tree.ref('a').call.hang();
    hanging.catch(() => {});
    await root.terminateChild('a');
    await expect(hanging).rejects.toMatchObject({ reason: ExitReason.shutdown });
  });
});

describe('how a child ended that was told to stop', () => {
  test.each([
    ['that does not trap exits', {}, 0, undefined],
    ['that ends in time', { trapExit: true }, 0, undefined],
    ['that is killed as it should be', { shutdownMs: 'brutal_kill' }, 0, undefined],
    ['that is killed because its time is up', { trapExit: true, cleanup: 'hang', shutdownMs: 10 }, 10, 'killed'],
    ['that fails in its cleanup', { trapExit: true, cleanup: 'throw' }, 0, 'Error: cleanup failed'],
  ] as const)(
    'one %s is reported as child_shutdown_failed: %p %i %p (SUP-068, SUP-109)',
    async (_, plan, waitMs, reason) => {
      const tree = newTree();
      await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [tree.worker('a', plan)] });
      const stopped = tree.runtime.stop('root');
      await tree.clock.advance(waitMs);
      await stopped;
      const told = tree.events.flatMap((event) => (event.kind === 'child_shutdown_failed' ? [event] : []));
      expect(told.map(({ supervisor: by, child: id, reason: why }) => [by, id, formatReason(why)])).toEqual(
        reason === undefined ? [] : [['root', 'a', reason]],
      );
    },
  );

  class Plain extends GenServer {}

  test.each([
    ['permanent', ExitReason.normal, false],
    ['transient', ExitReason.normal, true],
    ['temporary', ExitReason.shutdownWith('bye'), true],
    ['permanent', ExitReason.shutdownWith('bye'), false],
    ['permanent', ExitReason.shutdown, true],
    ['transient', ExitReason.killed, false],
  ] as const)('a %s child with %p: clean %p (SUP-068, DYN-025)', (restart, reason, clean) => {
    expect(isCleanStop(child(Plain, { restart }), reason)).toBe(clean);
  });
});

describe('stopping a supervisor', () => {
  test('goes on after a child that ends with another reason; its own reason stays (SUP-068)', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('b', { trapExit: true, cleanup: 'throw' }), tree.worker('c')];
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await tree.take();
    await tree.runtime.stop('root', ExitReason.shutdown);
    const ends = ['exit c: shutdown', 'terminate b: shutdown', 'exit b: Error: cleanup failed', 'exit a: shutdown'];
    expect(await tree.take()).toEqual([...ends, 'exit root: shutdown']);
  });

  test('finds children that have ended meanwhile, and restarts nobody (SUP-069)', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('b', { trapExit: true, cleanup: 10 })];
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_all', children });
    await tree.take();
    const stopped = tree.runtime.stop('root');
    await tree.crash('a');
    await tree.clock.advance(10);
    await stopped;
    expect(await tree.takeStarts()).toBe('');
  });

  class Loner extends GenServer {
    loosen(): void {
      this.self.unlink('root');
    }
  }

  test('does not notice the end of a child that has removed its link: not restarted, not active (SUP-071)', async () => {
    const { runtime, clock } = newTree();
    const children = [child(Loner, { name: 'loner' })];
    const root = await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await runtime.ref(Loner, 'loner').call.loosen();
    runtime.kill('loner');
    await clock.advance(0);
    expect(await root.countChildren()).toMatchObject({ specs: 1, active: 0 });
    await expect(root.restartChild('loner')).rejects.toMatchObject({ kind: 'running' });
    await root.terminateChild('loner');
    expect(await root.restartChild('loner')).toBe(runtime.whereis('loner'));
  });

  test('stops a child that has removed its link, too (SUP-070)', async () => {
    const { runtime } = newTree();
    const children = [child(Loner, { name: 'loner' })];
    const root = await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await runtime.ref(Loner, 'loner').call.loosen();
    await root.terminateChild('loner');
    expect(runtime.whereis('loner')).toBeUndefined();
    await root.restartChild('loner');
    await runtime.ref(Loner, 'loner').call.loosen();
    await runtime.stop('root');
    expect(runtime.stats().processes).toBe(0);
  });

  test.each([
    ['normal', ExitReason.normal],
    ['shutdown with a detail', ExitReason.shutdownWith('deploy')],
    ['an error', boom],
  ])('with %s: the children end with shutdown, it ends with that (SUP-072)', async (_, reason) => {
    const tree = newTree();
    const children = tree.workers('ab', { trapExit: true });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    const exited = tree.runtime.exited('root');
    await tree.runtime.stop('root', reason);
    expect(await exited).toBe(reason);
    expect(await tree.take()).toContain('terminate a: shutdown');
  });

  test('a nested supervisor stops its children before its older siblings are asked (SUP-002, SUP-073)', async () => {
    const tree = newTree();
    const inner = supervisor({ name: 'sub', strategy: 'one_for_one', children: tree.workers('bc') });
    const children = [tree.worker('a'), inner, tree.worker('d')];
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await tree.take();
    await tree.runtime.stop('root', ExitReason.shutdown);
    const ended = (await tree.take()).map((line) => line.replace(/^exit (\w+): shutdown$/, '$1'));
    expect(ended).toEqual(['d', 'c', 'b', 'sub', 'a', 'root']);
  });

  test.each(['normal', 'shutdown', 'an error'] as const)(
    'the end of its parent ends it, with that reason: %s (SUP-073)',
    async (name) => {
      const tree = newTree();
      const reason = { normal: ExitReason.normal, shutdown: ExitReason.shutdown, 'an error': boom }[name];
      const inner = supervisor({
        name: 'sub',
        strategy: 'one_for_one',
        children: tree.workers('a', { trapExit: true }),
      });
      await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [inner] });
      await tree.take();
      const exited = tree.runtime.exited('sub');
      await tree.runtime.stop('root', reason);
      expect(await exited).toEqual(ExitReason.shutdown); // its supervisor asks it with shutdown, whatever its own reason
      expect(await tree.take()).toContain('terminate a: shutdown');
    },
  );
});

describe('a killed supervisor', () => {
  test('has no time to stop its children: they get the kill as an exit signal, its parent starts it anew (SUP-074)', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('b', { trapExit: true })];
    const sub = supervisor({ name: 'sub', strategy: 'one_for_one', children });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [sub] });
    await tree.take();
    tree.runtime.kill('sub');
    const lines = await tree.take();
    for (const line of ['exit a: killed', 'terminate b: killed', 'exit b: killed', 'start a', 'start b'])
      expect(lines).toContain(line);
    expect(await tree.runtime.supervisor('sub').countChildren()).toMatchObject({ active: 2 });
  });

  test('takes a whole tree with it: nested supervisors stop theirs with shutdown and end with killed (SUP-074)', async () => {
    const tree = newTree();
    const deep = supervisor({ name: 'sub', strategy: 'one_for_one', children: tree.workers('a', { trapExit: true }) });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children: [deep] });
    await tree.take();
    tree.runtime.kill('root');
    expect(await tree.take()).toEqual([
      'exit root: killed',
      'terminate a: shutdown',
      'exit a: shutdown',
      'exit sub: killed',
    ]);
    expect(tree.runtime.stats().processes).toBe(0);
  });
});

describe('failure travels upwards', () => {
  test('a nested supervisor is restarted with its original children only (SUP-075)', async () => {
    const tree = newTree();
    const children = [tree.worker('a'), tree.worker('t', { restart: 'transient' })];
    const sub = supervisor({ name: 'sub', strategy: 'one_for_one', children, maxRestarts: 0 });
    await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [sub] });
    await tree.runtime.supervisor('sub').startChild(tree.worker('x'));
    await tree.end('t', ExitReason.normal);
    await tree.take();
    await tree.crash('x');
    expect(await tree.takeStarts()).toBe('at');
  });

  test('from supervisor to supervisor, until the root gives up with shutdown (SUP-076)', async () => {
    const tree = newTree();
    const sub = supervisor({ name: 'sub', strategy: 'one_for_one', children: tree.workers('w'), maxRestarts: 1 });
    const options = { name: 'root', strategy: 'one_for_one', maxRestarts: 1 } as const;
    const root = await tree.runtime.startSupervisor({ ...options, children: [sub, tree.worker('z')] });
    const exited = tree.runtime.exited('root');
    const waiting = tree.ref('z').call.hang();
    waiting.catch(() => {});
    for (let crash = 1; crash <= 4; crash++) {
      expect(root.isAlive).toBe(true);
      await tree.crash('w');
    }
    expect(await exited).toEqual(ExitReason.shutdown);
    await expect(waiting).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    const gaveUp = tree.events.flatMap((event) => (event.kind === 'supervisor_gave_up' ? [event.supervisor] : []));
    expect(gaveUp).toEqual(['sub', 'sub', 'root']);
    expect(tree.attempts('w')).toBe(4);
    expect(tree.runtime.stats().processes).toBe(0);
  });
});
