import { describe, expect, test } from '@jest/globals';
import { child, type FailedToStartChild, GenServer, Registry, StartError, supervisor, via } from '../../src/index.js';
import { useTrees } from './support.js';

const newTree = useTrees();

class Plain extends GenServer {}

describe('starting and stopping', () => {
  test('children start in the order given, one after another (SUP-001)', async () => {
    const tree = newTree();
    let open = (): void => {};
    class Gate extends GenServer {
      override init(): Promise<void> {
        return new Promise((resolve) => (open = resolve));
      }
    }
    const children = [tree.worker('a'), child(Gate), tree.worker('b')];
    const started = tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    expect(await tree.take()).toEqual(['start a']);
    open();
    await started;
    expect(await tree.take()).toEqual(['start b']);
  });

  test('children stop in the reverse order, each awaited, then the supervisor (SUP-002)', async () => {
    const tree = newTree();
    const children = tree.workers('abc', { trapExit: true, cleanup: 10 });
    await tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
    await tree.take();
    const stopped = tree.runtime.stop('root');
    await tree.clock.advance(30);
    await stopped;
    expect(await tree.take()).toEqual([
      'terminate c: shutdown',
      'exit c: shutdown',
      'terminate b: shutdown',
      'exit b: shutdown',
      'terminate a: shutdown',
      'exit a: shutdown',
      'exit root: normal',
    ]);
  });

  test('a supervisor traps exits: the end of a child does not end it (SUP-003)', async () => {
    const tree = newTree();
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [tree.worker('a')] });
    tree.runtime.kill('a');
    await tree.clock.advance(0);
    expect(root.isAlive).toBe(true);
  });

  test('a supervisor may have no children (SUP-004)', async () => {
    const { runtime } = newTree();
    const root = await runtime.startSupervisor({ strategy: 'one_for_all', children: [] });
    expect(await root.whichChildren()).toEqual([]);
    expect(await root.countChildren()).toEqual({ specs: 0, active: 0, supervisors: 0, workers: 0 });
  });
});

describe('a child that does not start', () => {
  test.each(['permanent', 'transient', 'temporary'] as const)(
    'takes the start of the supervisor with it, whatever its restart type: %s (SUP-018, SUP-020)',
    async (restart) => {
      const tree = newTree();
      const children = [...tree.workers('ab'), tree.worker('c', { attempts: ['fail'], restart }), tree.worker('d')];
      const started = tree.runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', children });
      await expect(started).rejects.toThrow(StartError);
      const rollback = ['exit b: shutdown', 'exit a: shutdown'];
      const lines = await tree.take();
      expect(lines.slice(0, -1)).toEqual(['start a', 'start b', 'fail c', ...rollback]);
      expect(lines.at(-1)).toContain('exit root: shutdown');
      expect(tree.runtime.stats().processes).toBe(0);
    },
  );

  test('the reason nests with the tree, and the error at its bottom is the cause (SUP-019)', async () => {
    const tree = newTree();
    const worker = tree.worker('w', { attempts: ['fail'] });
    const inner = supervisor({ id: 's', strategy: 'one_for_one', children: [worker] });
    const started = tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [inner] });
    const error = await started.catch((thrown: unknown) => thrown as StartError);
    const failed = (id: string, reason: unknown) => ({
      kind: 'shutdown',
      detail: { kind: 'failed_to_start_child', id, reason } as FailedToStartChild,
    });
    expect(error).toMatchObject({
      reason: failed('s', failed('w', { kind: 'error', error: 'w does not start' })),
      cause: 'w does not start',
    });
  });

  test.each([
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    ['rejects', () => Promise.reject(new Error('no'))],
    ['gives no server', () => ({}) as Plain],
    ['gives undefined', () => undefined as unknown as Plain],
  ])('fails the start when its create function %s (SUP-021)', async (_, create) => {
    const { runtime } = newTree();
    const started = runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Plain, { create })] });
    await expect(started).rejects.toMatchObject({ reason: { detail: { reason: { kind: 'error' } } } });
    expect(runtime.stats().processes).toBe(0);
  });

  test('one that ignores is no failure: it is kept without a process, unless it is temporary (SUP-023)', async () => {
    const tree = newTree();
    const ignores = { attempts: ['ignore', 'ok'] } as const;
    const children = [
      tree.worker('a', ignores),
      tree.worker('t', { ...ignores, restart: 'temporary' }),
      tree.worker('b'),
    ];
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children });
    expect(await tree.take()).toEqual(['ignore a', 'ignore t', 'start b']);
    expect(await root.whichChildren()).toMatchObject([{ id: 'a', pid: undefined, state: 'stopped' }, { id: 'b' }]);
    expect(await root.countChildren()).toEqual({ specs: 2, active: 1, supervisors: 0, workers: 2 });
    expect(await root.restartChild('a')).toBe(tree.runtime.whereis('a'));
  });

  test('a supervisor is busy while a child starts: requests and crashes wait (SUP-024)', async () => {
    const tree = newTree();
    const root = await tree.runtime.startSupervisor({ strategy: 'one_for_one', children: [tree.worker('a')] });
    let open = (): void => {};
    class Gate extends GenServer {
      override init(): Promise<void> {
        return new Promise((resolve) => (open = resolve));
      }
    }
    const order: string[] = [];
    const started = root.startChild(child(Gate)).then(() => order.push('started'));
    const asked = root.countChildren().then(({ active }) => order.push(`${active} active`));
    await tree.take();
    await tree.crash('a');
    expect([order, await tree.take()]).toEqual([[], ['terminate a: Error: boom', 'exit a: Error: boom']]);
    open();
    await Promise.all([started, asked]);
    expect([order, await tree.take()]).toEqual([['started', '1 active'], ['start a']]);
  });

  test('a taken name refuses the start of a supervisor and leaves nothing of it (SUP-025)', async () => {
    const tree = newTree();
    const options = { name: 'root', strategy: 'one_for_one', children: [] } as const;
    const { pid } = await tree.runtime.startSupervisor(options);
    const second = tree.runtime.startSupervisor({ ...options, children: [tree.worker('a')] });
    await expect(second).rejects.toMatchObject({ code: 'ERR_GENSERVER_ALREADY_STARTED', pid });
    expect(tree.attempts('a')).toBe(0);
  });

  test('a supervisor can have a via name (SUP-025)', async () => {
    const tree = newTree();
    const names = child(Registry, { args: [{ keys: 'unique' }], name: 'names' });
    await tree.runtime.startSupervisor({ strategy: 'one_for_all', children: [names] });
    const name = via('names', 'tree');
    const root = await tree.runtime.startSupervisor({ name, strategy: 'one_for_one', children: [tree.worker('a')] });
    expect(tree.runtime.whereis(name)).toBe(root.pid);
    expect(await tree.runtime.supervisor(name).countChildren()).toMatchObject({ active: 1 });
  });
});
