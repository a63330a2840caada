import { describe, expect, test } from '@jest/globals';
import {
  exit,
  ExitReason,
  InvalidOptionError,
  Task,
  TaskExitedError,
  TaskTimeoutError,
  TaskUsedError,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { within } from './within.js';

const newRuntime = useRuntimes();

describe('awaitMany', () => {
  test('gives the values in the order of the tasks, in whatever order they finish (TASK-010)', async () => {
    const { runtime, clock } = newRuntime();
    const gates = [gate<number>(), gate<number>(), gate<number>()];
    const values = Task.awaitMany(gates.map(({ opened }) => Task.async(runtime, () => opened)));
    for (const index of [2, 0, 1]) {
      gates[index]?.open(index);
      await clock.advance(0);
    }
    expect(await values).toEqual([0, 1, 2]);
    expect(await Task.awaitMany([])).toEqual([]);
  });

  test('gives the value of a task in each place where it stands (TASK-010)', async () => {
    const { runtime } = newRuntime();
    const [one, two] = [Task.async(runtime, () => 1), Task.async(runtime, () => 2)];
    expect(await Task.awaitMany([one, two, one])).toEqual([1, 2, 1]);
  });

  test.each([
    ['exits', () => exit(ExitReason.shutdown), 'shutdown'],
    ['exits with normal', () => exit(ExitReason.normal), 'normal'],
    ['throws', () => raise('boom'), 'error'],
    ['rejects', () => Promise.reject(new Error('boom')), 'error'],
  ] as const)('rejects at once when one %s; all are used up (TASK-011)', async (_, fn, kind) => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const { opened, open } = gate<number>();
    await within(owner, async (self) => {
      const [slow, failing] = [Task.async(self, () => opened), Task.async(self, fn)];
      const error = await rejection(Task.awaitMany([slow, failing]));
      expect(error).toBeInstanceOf(TaskExitedError);
      expect(error).toMatchObject({ reason: { kind } });
      expect(slow.isAlive).toBe(true);
      expect(await rejection(slow.await())).toMatchObject({ use: 'given_up' });
    });
    open(1);
    await clock.advance(0);
    expect(runtime.stats().dropped.late_reply).toBe(1);
    expect(runtime.stats().processes).toBe(1);
  });

  test('has one time limit for all, 5000 ms (TASK-012)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate<number>();
    const tasks = [Task.async(runtime, () => opened), Task.async(runtime, () => gate().opened)];
    const error = rejection(Task.awaitMany(tasks));
    await clock.advance(4999);
    open(1);
    await clock.advance(0);
    expect(tasks.map(({ isAlive }) => isAlive)).toEqual([false, true]);
    await clock.advance(1);
    expect(await error).toBeInstanceOf(TaskTimeoutError);
    expect(tasks.map(({ isAlive }) => isAlive)).toEqual([false, false]);
  });

  test('leaves other messages where they are (TASK-013)', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    await within(owner, async (self) => {
      owner.send('before');
      const other = Task.async(self, () => owner.send('from a task'));
      expect(await Task.awaitMany([Task.async(self, () => 1), other])).toEqual([1, true]);
      owner.send('after');
    });
    expect(await owner.call.received()).toEqual(['before', 'from a task', 'after']);
  });

  test('refuses a task that is used up, and then uses none of them', async () => {
    const used = Task.completed(1);
    await used.await();
    const fresh = Task.completed(2);
    expect(await rejection(Task.awaitMany([fresh, used]))).toBeInstanceOf(TaskUsedError);
    expect(await fresh.await()).toBe(2);
  });
});

describe('yield', () => {
  test('waits without failing, and may be asked again; after a result the task is used up (TASK-014)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate<number>();
    const task = Task.async(runtime, () => opened);
    const first = task.yield(10);
    await clock.advance(10);
    expect(await first).toBeUndefined();
    const second = task.yield();
    open(1);
    expect(await second).toEqual({ kind: 'ok', value: 1 });
    expect(await rejection(task.yield())).toMatchObject({ use: 'taken' });
  });

  test.each([
    ['throws', () => raise('boom'), ExitReason.error('boom')],
    ['exits with normal', () => exit(ExitReason.normal), ExitReason.normal],
  ] as const)('tells how a task ended that %s (TASK-014)', async (_, fn, reason) => {
    const { runtime } = newRuntime();
    expect(await Task.async(runtime, fn).yield()).toEqual({ kind: 'exit', reason });
  });

  test('waits 5000 ms (TASK-014)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    const task = Task.async(runtime, () => opened);
    let answers = 0;
    const asked = task.yield().then(() => answers++);
    await clock.advance(4999);
    expect(answers).toBe(0);
    await clock.advance(1);
    expect(await asked).toBe(0);
    open();
    await clock.advance(0);
    expect(task.ignore()).toEqual({ kind: 'ok', value: undefined });
  });

  test('a value wins over how the process ended (TASK-015)', async () => {
    const { runtime, clock } = newRuntime();
    const task = Task.async(runtime, ({ self }) => {
      self.stop(ExitReason.error('afterwards'));
      return 1;
    });
    const reason = runtime.exited(task);
    await clock.advance(0);
    expect(await reason).toEqual(ExitReason.error('afterwards'));
    expect(await task.yield()).toEqual({ kind: 'ok', value: 1 });
  });

  test('refuses what is no time', async () => {
    expect(await rejection(Task.completed(1).yield(-1))).toBeInstanceOf(InvalidOptionError);
  });
});

describe('yieldMany', () => {
  const tasksIn = (where: Parameters<typeof Task.async>[0]): readonly Task<number>[] => [
    Task.async(where, () => gate<number>().opened),
    Task.async(where, () => 1),
    Task.async<number>(where, () => raise('boom')),
  ];
  const resultsOf = (pairs: readonly (readonly [unknown, unknown])[]): unknown[] => pairs.map(([, result]) => result);
  const FAILED = { kind: 'exit', reason: ExitReason.error('boom') };

  test('gives what each has, in their order, when time is up (TASK-016)', async () => {
    const { runtime, clock } = newRuntime();
    const tasks = tasksIn(runtime);
    const pairs = Task.yieldMany(tasks);
    await clock.advance(5000);
    expect((await pairs).map(([task]) => task)).toEqual(tasks);
    expect(resultsOf(await pairs)).toEqual([undefined, { kind: 'ok', value: 1 }, FAILED]);
    expect(tasks[0]?.isAlive).toBe(true);
    expect(await rejection(Task.yieldMany(tasks))).toBeInstanceOf(TaskUsedError);
    await tasks[0]?.shutdown();
  });

  test('returns as soon as all are done (TASK-016)', async () => {
    const { runtime } = newRuntime();
    expect(resultsOf(await Task.yieldMany(tasksIn(runtime).slice(1)))).toEqual([{ kind: 'ok', value: 1 }, FAILED]);
  });

  test.each([
    ['nothing', true, undefined],
    ['ignore', true, 'ignored'],
    ['kill_task', false, 'shut_down'],
  ] as const)('onTimeout %s (TASK-017)', async (onTimeout, lives, use) => {
    const { runtime, clock } = newRuntime();
    const tasks = tasksIn(runtime);
    const pairs = Task.yieldMany(tasks, { timeoutMs: 20, onTimeout });
    await clock.advance(20);
    expect(resultsOf(await pairs)).toEqual([undefined, { kind: 'ok', value: 1 }, FAILED]);
    expect(tasks[0]?.isAlive).toBe(lives);
    const again = rejection(tasks[0]?.yield(0) as Promise<unknown>).catch(() => ({ use: undefined }));
    await clock.advance(0);
    expect(await again).toMatchObject({ use });
    await tasks[0]?.shutdown();
  });

  test('with a limit, returns as soon as so many have answered, without the onTimeout action (TASK-017)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate<number>();
    const tasks = [tasksIn(runtime)[0], Task.async(runtime, () => opened)] as [Task<number>, Task<number>];
    const pairs = Task.yieldMany(tasks, { limit: 1, onTimeout: 'kill_task', timeoutMs: Infinity });
    await clock.advance(1000);
    open(2);
    expect(resultsOf(await pairs)).toEqual([undefined, { kind: 'ok', value: 2 }]);
    expect(tasks[0].isAlive).toBe(true);
    expect(await tasks[0].shutdown()).toBeUndefined();
  });

  test.each([
    [{ limit: 0 }, 'limit'],
    [{ onTimeout: 'exit' }, 'onTimeout'],
    [{ timeoutMs: -1 }, 'timeoutMs'],
  ])('refuses %j', async (options, option) => {
    expect(await rejection(Task.yieldMany([], options as never))).toMatchObject({ option });
  });
});
