import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { ExitReason, GenServer, type Pid, type Runtime, type TreeNode } from '@rookery/genserver';
import {
  closures,
  type Engine,
  PoolFailedError,
  PoolOptionError,
  PoolStoppedError,
  TaskKilledError,
  WorkerPool,
} from '../src/index.js';
import type { EngineHost } from '../src/engine.js';
import { errorOf, Gate, gates, outcome, settle, useRuntimes } from './support/pools.js';

const makeRuntime = useRuntimes();

/** A pool called `jobs` under a supervisor. */
async function startTree(
  options: Parameters<typeof WorkerPool.childSpec>[0] = {},
): Promise<ReturnType<typeof makeRuntime>> {
  const made = makeRuntime();
  await made.runtime.startSupervisor({
    name: 'app',
    strategy: 'one_for_one',
    children: [WorkerPool.childSpec({ name: 'jobs', ...options })],
  });
  return made;
}

const MODES = ['supervised', 'direct'] as const;

describe.each(MODES)('a pool under a supervisor, its tasks %s', (tasks) => {
  test('runs tasks through a ref by name, in the async context of the caller', async () => {
    const { runtime } = await startTree({ tasks });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const storage = new AsyncLocalStorage<string>();
    const seen = storage.run('mine', () => jobs.executeTask(async () => storage.getStore()));
    expect(await seen).toBe('mine');
    expect(await errorOf(jobs.executeTask(() => Promise.reject(new TypeError('no'))))).toEqual(new TypeError('no'));
    expect(jobs.getStats()).toMatchObject({ total: 5, busy: 0, completed: 1, failed: 1 });
  });

  test('tells all that wait or run when its process is killed; the ref finds the next one', async () => {
    const { runtime, clock } = await startTree({ tasks, size: 1 });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const { a, b } = gates('a', 'b');
    const [running, waiting] = [jobs.executeTask(a.task), jobs.executeTask(b.task)];
    const ended = Promise.all([errorOf(running), errorOf(waiting)]);
    await settle();
    expect([a.begun, b.begun]).toEqual([1, 0]);
    runtime.kill('jobs');
    expect(jobs.isAlive).toBe(false);
    const between = await errorOf(jobs.executeTask(() => 1));
    expect(between).toBeInstanceOf(PoolStoppedError);
    expect(jobs.getStats()).toMatchObject({ total: 0, completed: 0 });
    const [first, second] = await ended;
    expect(first).toBeInstanceOf(PoolStoppedError);
    expect([first, second]).toMatchObject([{ hasBegun: true }, { hasBegun: false }]);
    expect(a.signal?.aborted).toBe(true);
    await clock.advance(0);
    expect(await jobs.executeTask(() => 'again')).toBe('again');
    a.open();
    await settle();
    expect(b.begun).toBe(0);
  });

  test('drains when it is told to stop: what has begun and what waits gets its answer, nothing new is taken', async () => {
    const { runtime } = await startTree({ tasks, size: 1 });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const { a, b } = gates('a', 'b');
    const done = Promise.all([jobs.executeTask(a.task), jobs.executeTask(b.task)]);
    await settle();
    const stopped = runtime.stop('app');
    await settle();
    expect(await errorOf(jobs.executeTask(() => 1))).toBeInstanceOf(PoolStoppedError);
    a.open();
    await settle();
    expect(b.begun).toBe(1);
    b.open();
    await done;
    await stopped;
    expect(runtime.stats().processes).toBe(0);
  });

  test('aborts what is left after drainMs, within its shutdown time', async () => {
    const { runtime, clock } = await startTree({ tasks, size: 1, timeoutMs: Infinity, shutdownMs: 1000 });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const { a, b } = gates('a', 'b');
    const errors = Promise.all([errorOf(jobs.executeTask(a.task)), errorOf(jobs.executeTask(b.task))]);
    const stopped = runtime.stop('app');
    await clock.advance(800);
    expect(await errors).toMatchObject([{ hasBegun: true }, { hasBegun: false }]);
    await stopped;
    expect(a.signal?.aborted).toBe(true);
    a.open();
  });

  test('its time limits go by the clock of the runtime, also while it drains', async () => {
    const { runtime, clock } = await startTree({ tasks });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const { a, b } = gates('a', 'b');
    const first = outcome(jobs.executeTask(a.task, { timeoutMs: 100 }));
    await clock.advance(100);
    expect(await first).toMatchObject({ error: { code: 'ERR_WORKER_POOL_TIMEOUT', hasBegun: true } });
    const second = outcome(jobs.executeTask(b.task, { timeoutMs: 100 }));
    await settle();
    const stopped = runtime.stop('app');
    await clock.advance(100);
    expect(await second).toMatchObject({ error: { code: 'ERR_WORKER_POOL_TIMEOUT' } });
    await stopped;
    a.open();
    b.open();
  });
});

test('a closure is a task under the task supervisor of the pool, and gone when it has ended', async () => {
  const { runtime } = await startTree();
  const jobs = WorkerPool.ref(runtime, 'jobs');
  const gate = new Gate();
  const done = jobs.executeTask(gate.task);
  await settle();
  expect(treeOf(runtime)).toMatch(/jobs[^]*TaskSupervisor[^]*Task\(/);
  gate.open();
  await done;
  await settle();
  expect(treeOf(runtime)).not.toMatch(/Task\(/);
});

test('a task that is ended in the tree fails its caller; as nothing stops a function, it keeps its slot until it is done', async () => {
  const { runtime } = await startTree({ size: 1 });
  const jobs = WorkerPool.ref(runtime, 'jobs');
  const { a, b } = gates('a', 'b');
  const failed = errorOf(jobs.executeTask(a.task));
  const next = jobs.executeTask(b.task);
  await settle();
  runtime.kill(pidOf(runtime, 'Task('));
  const error = await failed;
  expect(error).toBeInstanceOf(TaskKilledError);
  expect(error.cause).toMatchObject({ code: 'ERR_GENSERVER_TASK_EXITED', reason: ExitReason.killed });
  expect(a.signal?.aborted).toBe(true);
  expect(jobs.getStats()).toMatchObject({ failed: 1, overdue: 1, busy: 1 });
  expect(b.begun).toBe(0);
  a.open();
  await settle();
  expect(b.begun).toBe(1);
  b.open();
  await next;
});

test('without its task supervisor a pool cannot go on: it is started anew, and all it had are told', async () => {
  const { runtime } = await startTree();
  const jobs = WorkerPool.ref(runtime, 'jobs');
  const pid = jobs.pid;
  const gate = new Gate();
  const failed = errorOf(jobs.executeTask(gate.task));
  await settle();
  runtime.kill(pidOf(runtime, 'TaskSupervisor'));
  expect(await failed).toMatchObject({ name: expect.stringMatching(/TaskKilledError|PoolStoppedError/) });
  await settle();
  expect(jobs.isAlive).toBe(true);
  expect(jobs.pid).not.toBe(pid);
  gate.open();
});

test('a handler may give a task to the pool, and hears when that is ended in the tree', async () => {
  class Caller extends GenServer {
    async work(): Promise<string> {
      return WorkerPool.ref(runtime, 'jobs')
        .executeTask(gate.task)
        .then(() => 'done')
        .catch((error: unknown) => (error as Error).name);
    }
  }
  const gate = new Gate();
  const { runtime } = await startTree();
  const caller = await runtime.start(Caller);
  const told = caller.call.work();
  await settle();
  runtime.kill(pidOf(runtime, 'Task('));
  expect(await told).toBe('TaskKilledError');
  gate.open();
});

test('a process that is told a task failed lives on', async () => {
  class Caller extends GenServer {
    async work(): Promise<string> {
      return WorkerPool.ref(runtime, 'jobs')
        .executeTask(() => Promise.reject(new Error('no')))
        .catch((error: unknown) => (error as Error).message);
    }
  }
  const { runtime } = await startTree();
  const caller = await runtime.start(Caller);
  expect(await caller.call.work()).toBe('no');
});

describe('an engine that cannot go on', () => {
  /** Runs closures, and fails when the test says so. */
  function failing(ready?: Promise<void>): { readonly engine: Engine; readonly hosts: EngineHost[] } {
    const hosts: EngineHost[] = [];
    const real = closures();
    const engine: Engine = {
      ...real,
      start: (host) => {
        hosts.push(host);
        const { run, cancel, stop } = bound(real.start(host));
        return { ready, run, cancel, stop };
      },
    };
    return { engine, hosts };
  }

  test('lets the pool exit, so that its supervisor decides; all tasks are told why', async () => {
    const { engine, hosts } = failing();
    const { runtime } = await startTree({ engine, size: 1 });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const { a, b } = gates('a', 'b');
    const errors = Promise.all([errorOf(jobs.executeTask(a.task)), errorOf(jobs.executeTask(b.task))]);
    await settle();
    const pid = jobs.pid;
    const cause = new Error('threads crash again and again');
    hosts[0]?.fail(cause);
    const [first, second] = await errors;
    expect(first).toBeInstanceOf(PoolFailedError);
    expect([first, second]).toMatchObject([
      { hasBegun: true, cause },
      { hasBegun: false, cause },
    ]);
    await settle();
    expect(jobs.pid).not.toBe(pid);
    expect(hosts).toHaveLength(2);
    expect(await jobs.executeTask(() => 'again')).toBe('again');
    a.open();
  });

  test('from the beginning, lets the start fail', async () => {
    const cause = new Error('no such module');
    const { engine } = failing(Promise.reject(cause));
    const { runtime } = makeRuntime();
    const error = await errorOf(runtime.start(WorkerPool.childSpec({ engine })));
    expect(error.cause).toBe(cause);
  });
});

test('a ref says nothing of a pool that is not there', async () => {
  const { runtime } = makeRuntime();
  const nobody = WorkerPool.ref(runtime, 'nobody');
  expect([nobody.isAlive, nobody.pid]).toEqual([false, undefined]);
  expect(nobody.getStats()).toMatchObject({ total: 0, available: 0 });
  expect(await errorOf(nobody.executeTask(() => 1))).toBeInstanceOf(PoolStoppedError);
  expect(await nobody.drain()).toEqual({ finished: 0, aborted: [], overdue: 0 });
  await nobody.idle();
  expect(await errorOf(nobody.map([1], (item) => item).next())).toBeInstanceOf(PoolStoppedError);
});

describe('detach, with tasks that are processes', () => {
  test('one that was aborted before it began does not count', async () => {
    const { runtime } = await startTree({ size: 1, engine: closures({ detach: 1 }) });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const gate = new Gate();
    for (const task of [() => 1, gate.task]) {
      const abort = new AbortController();
      const error = errorOf(jobs.executeTask<unknown>(task, { signal: abort.signal }));
      if (task === gate.task) await settle();
      abort.abort();
      await error;
      await settle();
    }
    expect(gate.begun).toBe(1);
    expect(jobs.getStats()).toMatchObject({ busy: 0, available: 1, overdue: 1 });
    gate.open();
  });

  test('one whose process was ended gives its slot back, too', async () => {
    const { runtime } = await startTree({ size: 1, engine: closures({ detach: 1 }) });
    const jobs = WorkerPool.ref(runtime, 'jobs');
    const { a, b } = gates('a', 'b');
    const killed = errorOf(jobs.executeTask(a.task));
    await settle();
    runtime.kill(pidOf(runtime, 'Task('));
    expect(await killed).toBeInstanceOf(TaskKilledError);
    expect(jobs.getStats()).toMatchObject({ busy: 0, overdue: 1 });
    const next = jobs.executeTask(b.task);
    await settle();
    expect(b.begun).toBe(1);
    a.open();
    b.open();
    await next;
    expect(jobs.getStats()).toMatchObject({ busy: 0, overdue: 0, lateResults: 1, completed: 1 });
  });
});

test('a ref by the name of another kind of server says so', async () => {
  const { runtime } = makeRuntime();
  class Other extends GenServer {}
  await runtime.start(Other, { name: 'other' });
  expect(await errorOf(WorkerPool.ref(runtime, 'other').executeTask(() => 1))).toMatchObject({
    code: 'ERR_GENSERVER_INVALID_OPTION',
  });
});

test('a drain through the ref lets the process be: it refuses tasks until it is started anew', async () => {
  const { runtime } = await startTree();
  const jobs = WorkerPool.ref(runtime, 'jobs');
  const gate = new Gate();
  const done = jobs.executeTask(gate.task);
  const drained = jobs.drain();
  gate.open();
  await done;
  expect(await drained).toEqual({ finished: 1, aborted: [], overdue: 0 });
  expect(jobs.isAlive).toBe(false);
  expect(jobs.pid).toBeDefined();
});

test('options that make no sense are refused where they are written', () => {
  expect(() => WorkerPool.childSpec({ size: 0 })).toThrow(PoolOptionError);
  expect(() => WorkerPool.childSpec({ drainMs: -1 })).toThrow(PoolOptionError);
  expect(() => WorkerPool.childSpec({ tasks: 'loose' as 'direct' })).toThrow(PoolOptionError);
});

test('a pool by runtime.start ends with runtime.stop, and its helpers with it', async () => {
  const { runtime } = makeRuntime();
  const jobs = await runtime.start(WorkerPool.childSpec());
  expect(await jobs.executeTask(() => 1)).toBe(1);
  if (jobs.pid !== undefined) await runtime.stop(jobs.pid);
  await settle();
  expect(runtime.stats().processes).toBe(0);
});

function bound<T extends object>(workers: T): T {
  return new Proxy(workers, {
    get: (target, key) => {
      const value: unknown = Reflect.get(target, key);
      return typeof value === 'function' ? (value.bind(target) as unknown) : value;
    },
  });
}

function treeOf(runtime: Runtime): string {
  return JSON.stringify(runtime.tree());
}

/** Of the process whose name begins so. */
function pidOf(runtime: Runtime, name: string): Pid {
  const all = (nodes: readonly TreeNode[]): readonly TreeNode[] =>
    nodes.flatMap((node) => [node, ...all(node.children)]);
  const pid = all(runtime.tree()).find((node) => node.name.startsWith(name))?.pid;
  if (pid === undefined) throw new Error(`No ${name} in ${treeOf(runtime)}`);
  return pid;
}
