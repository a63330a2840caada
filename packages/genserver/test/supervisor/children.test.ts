import { describe, expect, test } from '@jest/globals';
import {
  child,
  type ChildView,
  ExitReason,
  formatReason,
  GenServer,
  type Runtime,
  supervisor,
  type SupervisorRef,
} from '../../src/index.js';
import { type TestTree, useTrees, Worker } from './support.js';

const newTree = useTrees();

/** `root` with a and b, both permanent. */
async function start(tree: TestTree): Promise<SupervisorRef> {
  const options = { name: 'root', strategy: 'one_for_all', maxRestarts: 0 } as const;
  const root = await tree.runtime.startSupervisor({ ...options, children: tree.workers('ab') });
  await tree.take();
  return root;
}

const ids = async (root: SupervisorRef) => (await root.whichChildren()).map(({ id }) => id);
const pid = (runtime: Runtime, name: string) => runtime.whereis(name);

class Holder extends GenServer {
  override init(..._what: readonly string[]): void {}
}

describe('startChild', () => {
  test('adds the child at the end, starts it and gives a ref to it (SUP-077)', async () => {
    const tree = newTree();
    const root = await start(tree);
    const ref = await root.startChild(tree.worker('c'));
    expect(await ref.call.ping()).toBe('pong');
    expect(await ids(root)).toEqual(['a', 'b', 'c']);
  });

  test('gives a supervisor ref for a supervisor (SUP-077)', async () => {
    const tree = newTree();
    const root = await start(tree);
    const sub = await root.startChild(supervisor({ id: 'sub', strategy: 'one_for_one', children: tree.workers('x') }));
    expect(await sub.countChildren()).toMatchObject({ active: 1 });
  });

  test('of an id that runs is refused, with the pid in the way (SUP-078)', async () => {
    const tree = newTree();
    const root = await start(tree);
    const second = root.startChild(tree.worker('a', { named: false }));
    await expect(second).rejects.toMatchObject({ kind: 'already_started', pid: pid(tree.runtime, 'a') });
    expect(tree.attempts('a')).toBe(1);
  });

  test.each([
    ['was stopped', {}],
    ['ended cleanly', { restart: 'transient' }],
    ['ignored', { attempts: ['ignore'] }],
  ] as const)('of an id that is known and %s is refused (SUP-079)', async (_, plan) => {
    const tree = newTree();
    const root = await start(tree);
    await root.startChild(tree.worker('c', plan));
    if ('restart' in plan) await tree.end('c', ExitReason.normal);
    else await root.terminateChild('c');
    await expect(root.startChild(tree.worker('c'))).rejects.toMatchObject({ kind: 'already_present' });
  });

  test('whose start fails tells why, keeps nothing and counts nothing (SUP-080)', async () => {
    const tree = newTree();
    const root = await start(tree);
    const failing = root.startChild(tree.worker('c', { attempts: ['fail'] }));
    await expect(failing).rejects.toMatchObject({ code: 'ERR_GENSERVER_START_FAILED', cause: 'c does not start' });
    expect(await ids(root)).toEqual(['a', 'b']);
    await root.startChild(tree.worker('c'));
  });

  test('of a name that a process elsewhere holds is refused with who (SUP-081)', async () => {
    const tree = newTree();
    const root = await start(tree);
    const other = await tree.runtime.start(Worker, { args: [tree, 'x', {}], name: 'taken' });
    const taken = root.startChild(child(Worker, { args: [tree, 'y', {}], name: 'taken' }));
    const holder = pid(tree.runtime, 'taken');
    await expect(taken).rejects.toMatchObject({ code: 'ERR_GENSERVER_ALREADY_STARTED', pid: holder });
    expect(other?.pid).toBe(holder);
    expect(await ids(root)).toEqual(['a', 'b']);
  });

  test.each([
    ['permanent', ['a', 'b', 'c']],
    ['temporary', ['a', 'b']],
  ] as const)('that ignores gives undefined; %s: kept %p (SUP-082)', async (restart, kept) => {
    const tree = newTree();
    const root = await start(tree);
    expect(await root.startChild(tree.worker('c', { attempts: ['ignore'], restart }))).toBeUndefined();
    expect(await ids(root)).toEqual(kept);
  });

  test('twice at the same time with one id starts one (SUP-078)', async () => {
    const tree = newTree();
    const root = await start(tree);
    const both = await Promise.allSettled([root.startChild(tree.worker('c')), root.startChild(tree.worker('c'))]);
    expect(both.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(tree.attempts('c')).toBe(1);
  });

  test('refuses what is no specification (SUP-012)', async () => {
    const root = await start(newTree());
    await expect(root.startChild({ id: 'x' } as never)).rejects.toMatchObject({ option: 'spec' });
  });
});

describe('terminateChild', () => {
  test('stops the child, waits for it, keeps its specification, and counts nothing (SUP-083, SUP-086)', async () => {
    const tree = newTree();
    const root = await start(tree);
    await root.terminateChild('a');
    expect(await tree.take()).toEqual(['exit a: shutdown']);
    expect(await root.whichChildren()).toMatchObject([{ id: 'a', pid: undefined, state: 'stopped' }, { id: 'b' }]);
  });

  test('of a supervisor stops its children first (SUP-083)', async () => {
    const tree = newTree();
    const root = await start(tree);
    await root.startChild(supervisor({ name: 'sub', strategy: 'one_for_one', children: tree.workers('x') }));
    await tree.take();
    await root.terminateChild('sub');
    expect(await tree.take()).toEqual(['exit x: shutdown', 'exit sub: shutdown']);
  });

  test('of a child that does not run is no error (SUP-084)', async () => {
    const root = await start(newTree());
    await root.terminateChild('a');
    await expect(root.terminateChild('a')).resolves.toBeUndefined();
  });

  test('of nobody is refused (SUP-085)', async () => {
    const root = await start(newTree());
    await expect(root.terminateChild('x')).rejects.toMatchObject({ kind: 'not_found', child: 'x', supervisor: 'root' });
  });

  test('of a child that dies before its turn: not restarted, its exit is old news (SUP-040)', async () => {
    const tree = newTree();
    const root = await start(tree); // gives up at the first restart
    const terminated = root.terminateChild('a');
    tree.runtime.kill('a');
    await terminated;
    expect(await tree.take()).toEqual(['exit a: killed']);
    expect(root.isAlive).toBe(true);
  });
});

describe('restartChild', () => {
  test('starts a child that does not run, in its old place (SUP-087)', async () => {
    const tree = newTree();
    const root = await start(tree);
    await root.terminateChild('a');
    expect(await root.restartChild('a')).toBe(pid(tree.runtime, 'a'));
    expect(await ids(root)).toEqual(['a', 'b']);
  });

  test.each([
    ['ignores', { attempts: ['ok', 'ignore'] }, undefined],
    ['fails', { attempts: ['ok', 'fail', 'ok'] }, 'ERR_GENSERVER_START_FAILED'],
  ] as const)(
    'of one that %s: it stays without a process and is not retried (SUP-087, SUP-088)',
    async (_, plan, code) => {
      const tree = newTree();
      const root = await start(tree);
      await root.startChild(tree.worker('c', plan));
      await root.terminateChild('c');
      const outcome = await root.restartChild('c').catch((error: { code: string }) => error.code);
      expect(outcome).toBe(code);
      expect([tree.attempts('c'), (await root.whichChildren()).at(-1)?.state]).toEqual([2, 'stopped']);
    },
  );

  test.each([
    ['a', 'running'],
    ['x', 'not_found'],
  ] as const)('of %s is refused: %s (SUP-089)', async (id, kind) => {
    const root = await start(newTree());
    await expect(root.restartChild(id)).rejects.toMatchObject({ kind });
  });
});

describe('deleteChild', () => {
  test('forgets a child that does not run; its id is free (SUP-090)', async () => {
    const tree = newTree();
    const root = await start(tree);
    await root.terminateChild('a');
    await root.deleteChild('a');
    expect(await ids(root)).toEqual(['b']);
    await root.startChild(tree.worker('a'));
    expect(await ids(root)).toEqual(['b', 'a']);
  });

  test.each([
    ['a', 'running'],
    ['x', 'not_found'],
  ] as const)('of %s is refused: %s (SUP-090)', async (id, kind) => {
    const root = await start(newTree());
    await expect(root.deleteChild(id)).rejects.toMatchObject({ kind });
  });
});

describe('looking', () => {
  test('whichChildren shows all in start order, countChildren counts by type (SUP-091, SUP-093)', async () => {
    const tree = newTree();
    const root = await start(tree);
    const sub = await root.startChild(supervisor({ id: 'sub', strategy: 'one_for_one', children: [] }));
    await root.terminateChild('b');
    const common = {
      restart: 'permanent',
      restarts: 0,
      restartInMs: undefined,
      restartHistory: [],
      significant: false,
    };
    expect(await root.whichChildren()).toEqual([
      { ...common, id: 'a', type: 'worker', state: 'running', pid: pid(tree.runtime, 'a') },
      { ...common, id: 'b', type: 'worker', state: 'stopped', pid: undefined },
      { ...common, id: 'sub', type: 'supervisor', state: 'running', pid: sub.pid },
    ]);
    expect(await root.countChildren()).toEqual({ specs: 3, active: 2, supervisors: 1, workers: 2 });
  });

  test('whichChild and getChildSpec tell of one child, or not_found (SUP-092)', async () => {
    const tree = newTree();
    const root = await start(tree);
    expect(await root.whichChild('b')).toEqual((await root.whichChildren())[1]);
    expect(await root.getChildSpec('b')).toMatchObject({
      id: 'b',
      type: 'worker',
      shutdownMs: 5000,
      significant: false,
    });
    await expect(root.whichChild('nobody')).rejects.toMatchObject({ kind: 'not_found', child: 'nobody' });
    await expect(root.getChildSpec('nobody')).rejects.toMatchObject({ kind: 'not_found', child: 'nobody' });
  });

  test.each([
    ['temporary', undefined],
    ['transient', ['a', 'b']],
  ] as const)('what a %s child was started with is kept as %p (SUP-030)', async (restart, args) => {
    const tree = newTree();
    const root = await start(tree);
    await root.startChild(child(Holder, { id: 'h', restart, args: ['a', 'b'] }));
    expect((await root.getChildSpec('h')).start.args).toEqual(args);
  });

  test('the last ten crashes and failed starts that led to a restart are kept, with time and reason', async () => {
    const tree = newTree();
    const plan = { attempts: ['ok', 'fail', 'ok'] } as const;
    const options = {
      strategy: 'one_for_all',
      maxRestarts: 100,
      children: [tree.worker('a', plan), tree.worker('b')],
    } as const;
    const root = await tree.runtime.startSupervisor(options);
    await tree.clock.advance(10);
    await tree.crash('a');
    const story = (view: ChildView) => view.restartHistory.map(({ atMs, reason }) => `${atMs} ${formatReason(reason)}`);
    expect(story(await root.whichChild('a'))).toEqual(['10 Error: boom', '10 a does not start']);
    const reported = () =>
      tree.events.flatMap((event) => (event.kind === 'process_crashed' ? [event.restartHistory] : []));
    await tree.crash('a');
    expect(reported().map(({ length }) => length)).toEqual([0, 1, 2]); // what was before it, not itself
    expect(story(await root.whichChild('b'))).toEqual([]); // it came back because of its sibling
    for (let n = 1; n <= 10; n++) {
      await tree.clock.advance(1);
      tree.runtime.kill('a');
    }
    await tree.clock.advance(0);
    expect(story(await root.whichChild('a'))).toEqual(Array.from({ length: 10 }, (_, n) => `${11 + n} killed`));
  });

  test('a supervisor that is gone: a NoProcessError; one that ends meanwhile: its reason (SUP-094)', async () => {
    const tree = newTree();
    const root = await start(tree);
    await root.startChild(tree.worker('c', { trapExit: true, cleanup: 10 }));
    const stopped = tree.runtime.stop('root', ExitReason.shutdown);
    const refused = [root.startChild(tree.worker('d')), root.countChildren(), root.terminateChild('a')];
    const outcomes = Promise.allSettled(refused);
    await tree.clock.advance(10);
    await stopped;
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { reason: ExitReason.shutdown } });
    await expect(root.whichChildren()).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
    expect(tree.attempts('d')).toBe(0);
  });

  test('requests wait without a limit (SUP-095)', async () => {
    const tree = newTree();
    const root = await start(tree);
    await root.startChild(tree.worker('c', { trapExit: true, cleanup: 1_000_000, shutdownMs: 'infinity' }));
    const terminated = root.terminateChild('c').then(() => root.countChildren());
    await tree.clock.advance(1_000_000);
    expect(await terminated).toMatchObject({ specs: 3, active: 2 });
  });

  test('a ref by name to something else says so', async () => {
    const tree = newTree();
    await start(tree);
    const wrong = { code: 'ERR_GENSERVER_INVALID_OPTION', option: 'supervisor' };
    await expect(tree.runtime.supervisor('a').whichChildren()).rejects.toMatchObject(wrong);
    await expect(tree.runtime.supervisor('a').startChild(tree.worker('c'))).rejects.toMatchObject(wrong);
    await expect(tree.runtime.dynamicSupervisor('root').countChildren()).rejects.toMatchObject(wrong);
  });
});
