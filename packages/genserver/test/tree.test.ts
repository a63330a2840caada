import { describe, expect, test } from '@jest/globals';
import {
  child,
  type ChildSpec,
  dynamicSupervisor,
  formatTree,
  GenServer,
  type ServerRef,
  supervisor,
  type TreeNode,
} from '../src/index.js';
import { useRuntimes } from './support/test-runtime.js';

const newRuntime = useRuntimes();

class Worker extends GenServer {
  crash(): never {
    throw new Error('boom');
  }
}

class Chained extends GenServer {
  next(): Promise<ServerRef<Chained>> {
    return this.self.startLink(Chained);
  }
}

class Stubborn extends GenServer {
  override init(): void {
    this.self.trapExit(true);
  }
  override terminate(): Promise<void> {
    return new Promise(() => {});
  }
}

const tree = {
  name: 'app',
  strategy: 'rest_for_one',
  children: [
    child(Worker, { name: 'lobby' }),
    supervisor({
      name: 'jobs',
      strategy: 'one_for_one',
      children: [child(Worker, { id: 'job', restart: 'transient' })],
    }),
    dynamicSupervisor({ name: 'sessions' }),
  ],
} as const;

describe('runtime.tree', () => {
  test('an empty runtime has none', () => {
    const { runtime } = newRuntime();
    expect([runtime.tree(), formatTree(runtime.tree())]).toEqual([[], '']);
  });

  test('shows who is below whom, in start order, as plain data', async () => {
    const { runtime } = newRuntime();
    await runtime.startSupervisor(tree);
    await runtime.dynamicSupervisor('sessions').startChild(child(Worker, { name: 'session 1' }));
    const worker = { kind: 'worker', state: 'running', restarts: 0, children: [] };
    const expected = [
      {
        name: 'app',
        pid: 1,
        kind: 'supervisor',
        strategy: 'rest_for_one',
        state: 'running',
        restarts: 0,
        children: [
          { ...worker, name: 'lobby', pid: 2 },
          {
            name: 'jobs',
            pid: 3,
            kind: 'supervisor',
            strategy: 'one_for_one',
            state: 'running',
            restarts: 0,
            children: [{ ...worker, name: 'Worker<4>', pid: 4 }],
          },
          {
            name: 'sessions',
            pid: 5,
            kind: 'dynamic_supervisor',
            strategy: 'one_for_one',
            state: 'running',
            restarts: 0,
            children: [{ ...worker, name: 'session 1', pid: 6 }],
          },
        ],
      },
    ];
    expect(runtime.tree()).toEqual(expected);
    expect(JSON.parse(JSON.stringify(runtime.tree()))).toEqual(expected);
  });

  test('counts restarts, and keeps a place for who does not run', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor(tree);
    runtime.ref(Worker, 'lobby').cast.crash();
    await clock.advance(0);
    await runtime.supervisor('jobs').terminateChild('job');
    expect(runtime.tree()).toMatchObject([
      {
        children: [
          { name: 'lobby', restarts: 1 },
          { name: 'jobs', restarts: 1, children: [{ name: 'job', pid: undefined, state: 'stopped' }] },
          { restarts: 1 },
        ],
      },
    ]);
  });

  test('servers that nobody supervises are roots, in start order', async () => {
    const { runtime } = newRuntime();
    for (const name of ['one', 'two']) await runtime.start(Worker, { name });
    await runtime.startSupervisor(tree);
    expect(runtime.tree().map(({ name }) => name)).toEqual(['one', 'two', 'app']);
  });

  test('who outlives a killed supervisor is seen as a root', async () => {
    const { runtime } = newRuntime();
    const children = [child(Stubborn, { name: 'stubborn' })];
    await runtime.startSupervisor({ name: 'app', strategy: 'one_for_one', children });
    runtime.kill('app');
    expect(runtime.tree()).toMatchObject([{ name: 'stubborn', kind: 'worker' }]);
    runtime.kill('stubborn');
  });
});

describe('formatTree', () => {
  test('draws the tree, with strategy, state and restarts where they say something', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor(tree);
    await runtime.start(Worker, { name: 'alone' });
    await runtime.dynamicSupervisor('sessions').startChild(child(Worker, { name: 'session 1' }));
    await runtime.supervisor('jobs').terminateChild('job');
    for (let crash = 0; crash < 2; crash++) {
      await runtime.dynamicSupervisor('sessions').countChildren();
      runtime.kill('session 1');
      await clock.advance(0);
    }
    expect(formatTree(runtime.tree())).toBe(
      [
        '├─ app (rest_for_one)',
        '│  ├─ lobby',
        '│  ├─ jobs (one_for_one)',
        '│  │  └─ job (stopped)',
        '│  └─ sessions (dynamic)',
        '│     └─ session 1 (2 restarts)',
        '└─ alone',
      ].join('\n'),
    );
  });
});

test('a chain of servers, and one of supervisors, is shown however long it is', async () => {
  const { runtime } = newRuntime();
  const depth = 10_000;
  let chain: ChildSpec = child(Worker);
  for (let level = 0; level < depth; level++) {
    chain = supervisor({ id: 'next', strategy: 'one_for_one', children: [chain] });
  }
  await runtime.start(chain);
  let found = 0;
  for (let [node] = runtime.tree(); node !== undefined; node = node.children[0]) found++;
  expect(found).toBe(depth + 1);
  let last: ServerRef<Chained> = await runtime.start(Chained);
  for (let level = 1; level < depth; level++) last = await last.call.next();
  found = 0;
  for (let node = runtime.tree().at(-1); node !== undefined; node = node.children[0]) found++;
  expect(found).toBe(depth);
  runtime.kill(last);
});

test('a long chain of servers is drawn', () => {
  let nodes: readonly TreeNode[] = [];
  for (let level = 0; level < 5000; level++) {
    nodes = [{ name: 'n', pid: undefined, kind: 'worker', state: 'running', restarts: 0, children: nodes }];
  }
  expect(formatTree(nodes).split('\n').length).toBe(5000);
});
