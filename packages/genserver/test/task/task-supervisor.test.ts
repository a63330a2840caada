import { describe, expect, test } from '@jest/globals';
import {
  asyncStream,
  ChildError,
  Down,
  exit,
  ExitReason,
  InvalidOptionError,
  NoProcessError,
  partitionSupervisor,
  type Pid,
  Task,
  task,
  type TaskContext,
  TaskExitedError,
  TaskReply,
  taskSupervisor,
  type TaskSupervisorOptions,
  type TaskSupervisorRef,
  viaPartition,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from '../gen-server/probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';
import { within } from './within.js';

const newRuntime = useRuntimes();

async function start(options?: TaskSupervisorOptions): Promise<TestRuntime & { readonly tasks: TaskSupervisorRef }> {
  const world = newRuntime();
  return { ...world, tasks: await world.runtime.start(taskSupervisor({ name: 'tasks', ...options })) };
}

const pidsOf = ({ callers }: TaskContext): readonly Pid[] => callers.map(({ pid }) => pid);
const forever = (): Promise<never> => new Promise<never>(() => undefined);
/** Traps exits, and goes on whatever comes. */
const stubborn = ({ self }: TaskContext): Promise<never> => {
  self.trapExit(true);
  return forever();
};

async function collect<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

test('starts empty; its specification has the name as id and the type supervisor (TSUP-001)', async () => {
  const { runtime, tasks } = await start();
  expect(await tasks.children()).toEqual([]);
  expect(await tasks.countChildren()).toEqual({ specs: 0, active: 0, supervisors: 0, workers: 0 });
  expect(taskSupervisor({ name: 'tasks' })).toMatchObject({ id: 'tasks', type: 'supervisor', restart: 'permanent' });
  expect(runtime.tree()).toMatchObject([{ name: 'tasks', kind: 'dynamic_supervisor' }]);
  expect(runtime.taskSupervisor('tasks').pid).toBe(tasks.pid);
});

test('as a child of a supervisor it is found by name again after a restart (TSUP-001)', async () => {
  const { runtime, clock } = newRuntime();
  await runtime.startSupervisor({ strategy: 'one_for_one', children: [taskSupervisor({ name: 'tasks' })] });
  const tasks = runtime.taskSupervisor('tasks');
  runtime.kill(tasks);
  expect(() => tasks.async(runtime, () => 1)).toThrow(NoProcessError);
  await clock.advance(0);
  expect(await tasks.async(runtime, () => 1).await()).toBe(1);
});

describe('async', () => {
  test('is a child of the supervisor, and linked with its owner (TSUP-002)', async () => {
    const { runtime, clock, tasks } = await start();
    const owner = await runtime.start(Probe);
    const [running, value] = await within(owner, async (self) => {
      const quick = await tasks.async(self, () => 5).await();
      return [tasks.async(self, forever), quick] as const;
    });
    expect(value).toBe(5);
    await clock.advance(0);
    expect(await tasks.children()).toEqual([running.pid]);
    runtime.kill(owner);
    await clock.advance(0);
    expect(running.isAlive).toBe(false);
    expect(await tasks.children()).toEqual([]);
    expect(tasks.isAlive).toBe(true);
  });

  test('its crash ends its owner, not the supervisor or other tasks, and nothing is restarted (TSUP-003)', async () => {
    const { runtime, clock, tasks, events } = await start();
    const owner = await runtime.start(Probe);
    const other = tasks.async(runtime, forever);
    const ended = runtime.exited(owner);
    owner.cast.run(({ self }) => void tasks.async(self, () => raise('boom')));
    await clock.advance(0);
    expect(await ended).toEqual(ExitReason.error('boom'));
    expect([tasks.isAlive, other.isAlive]).toEqual([true, true]);
    expect(events.map(({ kind }) => kind)).not.toContain('child_restarted');
  });

  test('tells its callers, and its supervisor is its ancestor (TSUP-019)', async () => {
    const { runtime, clock, tasks, events } = await start();
    const owner = await runtime.start(Probe, { args: [{ trapExit: true }] });
    expect(await within(owner, (self) => tasks.async(self, pidsOf).await())).toEqual([owner.pid]);
    await within(owner, (self) => tasks.async(self, () => raise('boom')).pid);
    await clock.advance(0);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'process_crashed', ancestors: ['tasks'] }));
    const seen: (readonly Pid[])[] = [];
    await within(owner, () => void tasks.startChild((context) => void seen.push(pidsOf(context))));
    await clock.advance(0);
    expect(seen).toEqual([[owner.pid]]);
  });
});

describe('asyncNolink', () => {
  test('its crash is told to who awaits or yields, and hurts nobody (TSUP-004)', async () => {
    const { runtime, tasks } = await start();
    const owner = await runtime.start(Probe);
    const [error, result] = await within(owner, async (self) => [
      await rejection(tasks.asyncNolink(self, () => raise('boom')).await()),
      await tasks.asyncNolink(self, () => raise('boom')).yield(),
    ]);
    expect(error).toBeInstanceOf(TaskExitedError);
    expect(result).toEqual({ kind: 'exit', reason: ExitReason.error('boom') });
    expect(owner.isAlive).toBe(true);
  });

  test.each<[string, () => unknown, (ref: Down['ref'], pid: Pid | undefined) => readonly unknown[]]>([
    ['a value', () => 7, (ref, pid) => [new TaskReply(ref, 7), new Down(ref, pid, ExitReason.normal)]],
    ['a crash', () => raise('boom'), (ref, pid) => [new Down(ref, pid, ExitReason.error('boom'))]],
    ['an exit', () => exit(ExitReason.shutdown), (ref, pid) => [new Down(ref, pid, ExitReason.shutdown)]],
  ])('asMessage: %s comes to handleInfo, the news of the end last (TSUP-005, PROC-022)', async (_, fn, expected) => {
    const { runtime, clock, tasks } = await start();
    const owner = await runtime.start(Probe);
    const started = await within(owner, (self) => {
      const own = tasks.asyncNolink(self, fn, { asMessage: true });
      return { ref: own.ref as Down['ref'], pid: own.pid };
    });
    await clock.advance(0);
    expect(await owner.call.received()).toEqual(expected(started.ref, started.pid));
  });

  test('the end of its owner does not stop it; its value goes nowhere (TSUP-006)', async () => {
    const { runtime, clock, tasks } = await start();
    const owner = await runtime.start(Probe);
    const { opened, open } = gate();
    const running = await within(owner, (self) => tasks.asyncNolink(self, () => opened));
    runtime.kill(owner);
    await clock.advance(0);
    expect(running.isAlive).toBe(true);
    const ended = runtime.exited(running);
    open();
    expect(await ended).toEqual(ExitReason.normal);
  });
});

describe('startChild', () => {
  test('is fire and forget, not linked, temporary (TSUP-008)', async () => {
    const { runtime, clock, tasks } = await start();
    const owner = await runtime.start(Probe);
    let runs = 0;
    const ended = await within(owner, () => [runtime.exited(tasks.startChild(() => (runs++, raise('boom'))))]);
    await clock.advance(0);
    expect([await ended[0], owner.isAlive, runs]).toEqual([ExitReason.error('boom'), true, 1]);
    expect(await tasks.children()).toEqual([]);
  });

  test.each<['transient' | 'permanent', readonly (() => unknown)[], number]>([
    ['transient', [() => raise('boom'), () => raise('boom'), () => 1], 3],
    ['transient', [() => exit(ExitReason.shutdown)], 1],
    ['permanent', [() => 1, () => raise('boom'), () => 1], 4],
  ])(
    '%s: run again after ends that deserve it, %#, counted against maxRestarts (TSUP-009)',
    async (restart, ends, runs) => {
      const { clock, tasks, runtime } = await start({ maxRestarts: 3 });
      const owner = await runtime.start(Probe);
      const seen: (readonly Pid[])[] = [];
      const fn = (context: TaskContext): unknown => {
        const end = ends[seen.length];
        seen.push(pidsOf(context));
        return end === undefined ? forever() : end();
      };
      await within(owner, () => void tasks.startChild(fn, { restart }));
      await clock.advance(0);
      expect(seen).toEqual(Array.from({ length: runs }, () => [owner.pid]));
      expect((await tasks.children()).length).toBe(restart === 'permanent' ? 1 : 0);
    },
  );

  test('restarted too often, the supervisor gives up (TSUP-009)', async () => {
    const { runtime, clock, tasks } = await start({ maxRestarts: 2 });
    const ended = runtime.exited(tasks);
    tasks.startChild(() => raise('boom'), { restart: 'permanent' });
    await clock.advance(0);
    expect(await ended).toEqual(ExitReason.shutdown);
  });
});

test.each([
  ['brutal_kill', 0, 'killed'],
  [30, 30, 'killed'],
  [undefined, 5000, 'killed'],
] as const)(
  'stopped, it ends a task that goes on as its shutdownMs %s says (TSUP-010)',
  async (shutdownMs, afterMs, kind) => {
    for (const how of ['async', 'asyncNolink', 'startChild'] as const) {
      const { runtime, clock, tasks } = await start();
      const options = shutdownMs === undefined ? {} : { shutdownMs };
      const child = how === 'startChild' ? tasks.startChild(stubborn, options) : tasks[how](runtime, stubborn, options);
      await clock.advance(0);
      const [ended, stopped] = [runtime.exited(child), runtime.stop(tasks)];
      await clock.advance(Math.max(0, afterMs - 1));
      expect(child.isAlive).toBe(afterMs > 0);
      await clock.advance(1);
      expect(await ended).toMatchObject({ kind });
      await stopped;
    }
  },
);

test('stopped, it tells a task that traps exits, and waits for it (TSUP-010)', async () => {
  const { runtime, clock, tasks } = await start();
  const saving = tasks.asyncNolink(runtime, async ({ self, signal }) => {
    self.trapExit(true);
    await new Promise((resolve) => signal.addEventListener('abort', resolve));
    return 'saved';
  });
  await clock.advance(0);
  await runtime.stop(tasks);
  expect(await saving.await()).toBe('saved');
});

test('stopped, it ends the owners of linked tasks, too (TSUP-011)', async () => {
  const { runtime, clock, tasks } = await start();
  const owner = await runtime.start(Probe);
  await within(owner, (self) => void tasks.async(self, forever));
  const ended = runtime.exited(owner);
  await runtime.stop(tasks);
  await clock.advance(0);
  expect(await ended).toEqual(ExitReason.shutdown);
});

describe('maxChildren', () => {
  test('is the most that run; one more is refused (TSUP-012)', async () => {
    const { runtime, tasks } = await start({ maxChildren: 1 });
    tasks.startChild(forever);
    const tries = [
      () => tasks.startChild(forever),
      () => tasks.async(runtime, forever),
      () => tasks.asyncNolink(runtime, forever),
    ];
    for (const attempt of tries) {
      expect(attempt).toThrow(ChildError);
      expect(attempt).toThrow(expect.objectContaining({ code: 'ERR_GENSERVER_MAX_CHILDREN', kind: 'max_children' }));
    }
    expect(await tasks.children()).toHaveLength(1);
  });

  test('of a stream with more concurrency: its tasks are stopped, the loop is told (TSUP-012)', async () => {
    const { runtime, tasks } = await start({ maxChildren: 2 });
    const loop = collect(tasks.asyncStream(runtime, [1, 2, 3], forever, { maxConcurrency: 3 }));
    expect(await rejection(loop)).toMatchObject({ kind: 'max_children' });
    expect(await tasks.children()).toEqual([]);
  });
});

test('children and terminateChild: ok, then not_found (TSUP-013)', async () => {
  const { runtime, tasks } = await start();
  const running = [tasks.startChild(forever), tasks.asyncNolink(runtime, forever)];
  const pids = running.map(({ pid }) => pid as Pid);
  expect(await tasks.children()).toEqual(pids);
  await tasks.terminateChild(pids[0] as Pid);
  expect(await tasks.children()).toEqual([pids[1]]);
  expect(await rejection(tasks.terminateChild(pids[0] as Pid))).toMatchObject({ kind: 'not_found' });
});

test('a hundred temporary tasks that crash do not count (TSUP-014)', async () => {
  const { clock, tasks } = await start();
  for (let count = 0; count < 100; count++) tasks.startChild(() => raise('boom'));
  await clock.advance(0);
  expect(tasks.isAlive).toBe(true);
  expect(await tasks.children()).toEqual([]);
});

describe('asyncStream', () => {
  test('its tasks are children of the supervisor and linked with the consumer (TSUP-015)', async () => {
    const { runtime, clock, tasks } = await start();
    const owner = await runtime.start(Probe);
    const results = await within(owner, (self) => collect(tasks.asyncStream(self, [1, 2], (input) => input + 1)));
    expect(results).toEqual([2, 3].map((value) => ({ kind: 'ok', value })));
    owner.cast.run(({ self }) => collect(tasks.asyncStream(self, [1, 2], forever, { maxConcurrency: 2 })));
    await clock.advance(0);
    expect(await tasks.children()).toHaveLength(2);
    runtime.kill(owner);
    await clock.advance(0);
    expect(await tasks.children()).toEqual([]);
    expect(() => tasks.asyncStream(runtime, [], forever, { shutdownMs: 'soon' as never })).toThrow(InvalidOptionError);
  });

  test('nolink: failures are results, the consumer lives (TSUP-016)', async () => {
    const { runtime, tasks } = await start();
    const owner = await runtime.start(Probe);
    const fn = (input: number): number => (input === 2 ? raise('boom') : input);
    const results = await within(owner, (self) => collect(tasks.asyncStreamNolink(self, [1, 2, 3], fn)));
    expect(results.map(({ kind }) => kind)).toEqual(['ok', 'exit', 'ok']);
    expect(await owner.call.received()).toEqual([]);
  });

  test.each(['break', 'throw'])('nolink: %s ends all tasks that run (TSUP-017)', async (how) => {
    const { runtime, clock, tasks } = await start();
    const loop = async (): Promise<void> => {
      const fn = (input: number): number | Promise<number> => (input === 0 ? 0 : forever());
      for await (const _ of tasks.asyncStreamNolink(runtime, [0, 1, 2, 3], fn, { maxConcurrency: 4 })) {
        if (how === 'throw') raise('enough');
        break;
      }
    };
    await loop().catch(() => undefined);
    expect(runtime.stats().processes).toBe(1);
    await clock.advance(0);
    expect(await tasks.children()).toEqual([]);
  });

  test.each([true, false])(
    'the consumer is killed, linked: %s: linked tasks end with its reason, others run to their end (TSUP-018)',
    async (isLinked) => {
      const { runtime, clock, tasks } = await start();
      const owner = await runtime.start(Probe);
      const { opened, open } = gate();
      const started: Promise<ExitReason>[] = [];
      owner.cast.run(({ self }) => {
        const fn = (_: number, { self: { pid } }: TaskContext): Promise<void> => {
          started.push(runtime.exited(pid));
          return opened;
        };
        return collect(
          isLinked ? tasks.asyncStream(self, [1, 2], fn) : tasks.asyncStreamNolink(self, [1, 2], fn, { timeoutMs: 10 }),
        );
      });
      await clock.advance(0);
      runtime.kill(owner);
      await clock.advance(20);
      expect(await tasks.children()).toHaveLength(isLinked ? 0 : 2);
      open();
      expect(await Promise.all(started)).toEqual([1, 2].map(() => (isLinked ? ExitReason.killed : ExitReason.normal)));
    },
  );
});

test('several as partitions of one: the one for a key is found by it (TSUP-020)', async () => {
  const { runtime } = newRuntime();
  await runtime.start(partitionSupervisor({ name: 'pools', partitions: 3, child: taskSupervisor() }));
  const values = await Task.awaitMany(
    [0, 1, 2].map((key) => runtime.taskSupervisor(viaPartition('pools', key)).async(runtime, () => key)),
  );
  expect(values).toEqual([0, 1, 2]);
});

describe('task(fn) as a child of any supervisor', () => {
  test('has the id Task, is temporary, and the next child does not wait for it (TASK-027)', async () => {
    const { runtime, clock } = newRuntime();
    const order: string[] = [];
    const { opened, open } = gate();
    class After extends Probe {
      override init(): void {
        order.push('next child');
      }
    }
    const work = async (): Promise<void> => (order.push('task begins'), await opened, void order.push('task ends'));
    const spec = task(work);
    expect(spec).toMatchObject({ id: 'Task', type: 'worker', restart: 'temporary', shutdownMs: 5000 });
    const tree = await runtime.startSupervisor({ strategy: 'one_for_one', children: [spec, After] });
    open();
    await clock.advance(0);
    expect(order).toEqual(['task begins', 'next child', 'task ends']);
    expect(await tree.countChildren()).toMatchObject({ specs: 1 });
  });

  test.each([
    ['transient', 3],
    ['permanent', 4],
  ] as const)('can be %s (TASK-027)', async (restart, runs) => {
    const { runtime, clock } = newRuntime();
    let count = 0;
    const fn = (): unknown => (++count < 3 ? raise('boom') : count === 3 ? 'done' : forever());
    const children = [task(fn, { restart, id: 'work' })];
    const tree = await runtime.startSupervisor({ strategy: 'one_for_one', children });
    await clock.advance(0);
    expect(count).toBe(runs);
    expect((await tree.whichChildren()).map(({ id, state }) => [id, state])).toEqual([
      ['work', restart === 'permanent' ? 'running' : 'stopped'],
    ]);
  });

  test('is started by runtime.start, without waiting for it', async () => {
    const { runtime } = newRuntime();
    const { opened, open } = gate();
    const ref = await runtime.start(task(() => opened));
    expect(ref.isAlive).toBe(true);
    const ended = runtime.exited(ref);
    open();
    expect(await ended).toEqual(ExitReason.normal);
    expect(() => task(7 as never)).toThrow(InvalidOptionError);
    expect(() => task(forever, { restart: 'sometimes' as never })).toThrow(InvalidOptionError);
  });
});

describe('what is refused', () => {
  test('tasks under what is no task supervisor, or does not run, or is ending', async () => {
    const { runtime, clock, tasks } = await start();
    await runtime.startDynamicSupervisor({ name: 'others' });
    expect(() => runtime.taskSupervisor('others').startChild(forever)).toThrow(InvalidOptionError);
    expect(() => runtime.taskSupervisor('nobody').startChild(forever)).toThrow(NoProcessError);
    tasks.startChild(stubborn, { shutdownMs: 10 });
    await clock.advance(0);
    const stopped = runtime.stop(tasks);
    await clock.advance(0);
    expect(() => tasks.startChild(forever)).toThrow(NoProcessError);
    await clock.advance(10);
    await stopped;
  });

  test.each<[string, TaskSupervisorOptions]>([
    ['maxChildren', { maxChildren: -1 }],
    ['maxRestarts', { maxRestarts: -1 }],
    ['maxSeconds', { maxSeconds: 0 }],
  ])('a task supervisor with a bad %s', (option, options) => {
    expect(() => taskSupervisor(options)).toThrow(expect.objectContaining({ option }));
  });

  test('a stream of an owner that has ended', async () => {
    const { runtime, tasks } = await start();
    const owner = await runtime.start(Probe);
    const self = await within(owner, (own) => own);
    await runtime.stop(owner);
    expect(() => tasks.async(self, forever)).toThrow(NoProcessError);
    expect(await rejection(collect(asyncStream(self, [1], forever)))).toBeInstanceOf(NoProcessError);
    expect(await tasks.children()).toEqual([]);
  });
});

test('a supervisor keeps nothing of tasks that have ended', async () => {
  const { runtime, clock, tasks } = await start();
  await Task.awaitMany(Array.from({ length: 1000 }, (_, index) => tasks.async(runtime, () => index)));
  await clock.advance(0);
  expect(await tasks.countChildren()).toMatchObject({ specs: 0 });
  expect(runtime.stats().processes).toBe(1);
});
