import { describe, expect, test } from '@jest/globals';
import {
  CallCycleError,
  exit,
  ExitReason,
  InvalidOptionError,
  Task,
  TaskAbortedError,
  TaskExitedError,
  TaskOwnerError,
  TaskTimeoutError,
  TaskUsedError,
} from '../../src/index.js';
import { gate, Probe, raise, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { within } from './within.js';

const newRuntime = useRuntimes();

describe('await', () => {
  test.each([
    ['a synchronous function', () => 7],
    ['an asynchronous function', async () => Promise.resolve(7)],
    ['a function that waits', async () => (await new Promise((resolve) => setImmediate(resolve)), 7)],
  ])('gives the value of %s and leaves nothing in the mailbox (TASK-004)', async (_, fn) => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const value = await within(owner, (self) => Task.async(self, fn).await());
    expect(value).toBe(7);
    expect(await owner.call.received()).toEqual([]);
  });

  test('gives the value also when the task is over before anybody asks', async () => {
    const { runtime, clock } = newRuntime();
    const task = Task.async(runtime, () => 'early');
    await clock.advance(0);
    expect(task.isAlive).toBe(false);
    expect(await task.await()).toBe('early');
  });

  test.each([
    ['throws an Error', () => raise(new RangeError('boom')), 'error'],
    ['rejects', () => Promise.reject(new RangeError('boom')), 'error'],
    ['throws what is no Error', () => raise('boom'), 'error'],
    ['calls exit(normal) (TASK-033)', () => exit(ExitReason.normal), 'normal'],
    ['calls exit(shutdown)', () => exit(ExitReason.shutdown), 'shutdown'],
  ] as const)('rejects with the reason of a task that %s (TASK-005)', async (_, fn, kind) => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const error = await within(owner, (self) => rejection(Task.async(self, fn).await()));
    expect(error).toBeInstanceOf(TaskExitedError);
    expect((error as TaskExitedError).reason.kind).toBe(kind);
    expect(owner.isAlive).toBe(true);
  });

  test('keeps what the task threw as the cause (TASK-005)', async () => {
    const { runtime } = newRuntime();
    const cause = new RangeError('boom');
    const error = await rejection(Task.async(runtime, () => raise(cause)).await());
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_TASK_EXITED', cause });
  });

  test('an owner that does not trap exits dies with the reason itself (TASK-006)', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const ended = runtime.exited(owner);
    const error = await rejection(within(owner, (self) => Task.async(self, () => raise('boom')).await()));
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED', reason: ExitReason.error('boom') });
    expect(await ended).toEqual(ExitReason.error('boom'));
  });

  test('a task gives its result once: the second time says what happened to it (TASK-008)', async () => {
    const { runtime } = newRuntime();
    const task = Task.async(runtime, () => 1);
    await task.await();
    expect(await rejection(task.await())).toBeInstanceOf(TaskUsedError);
    expect(await rejection(task.await())).toMatchObject({ code: 'ERR_GENSERVER_TASK_USED', use: 'awaited' });
    expect(await rejection(task.yield())).toMatchObject({ request: 'yield', use: 'awaited' });
  });

  test('an abort ends the waiting, and a task that belongs to nobody', async () => {
    const { runtime, clock } = newRuntime();
    const [controller, { opened, open }] = [new AbortController(), gate()];
    const task = Task.async(runtime, () => opened);
    const error = rejection(task.await({ signal: controller.signal }));
    await clock.advance(0);
    controller.abort('enough');
    expect(await error).toBeInstanceOf(TaskAbortedError);
    expect(await error).toMatchObject({ code: 'ERR_GENSERVER_TASK_ABORTED', cause: 'enough' });
    expect(task.isAlive).toBe(false);
    const late = Task.async(runtime, () => opened);
    expect(await rejection(late.await({ signal: controller.signal }))).toBeInstanceOf(TaskAbortedError);
    open();
  });

  test.each([
    [{ timeoutMs: -1 }, 'timeoutMs'],
    [{ timeoutMs: Number.NaN }, 'timeoutMs'],
    [{ signal: 5 as unknown as AbortSignal }, 'signal'],
  ])('refuses %j', async (options, option) => {
    const task = Task.completed(1);
    expect(await rejection(task.await(options))).toMatchObject({ option });
    expect(await task.await()).toBe(1); // a refused question uses nothing up
  });

  test('async refuses what is no function, and a message to nobody', () => {
    const { runtime } = newRuntime();
    expect(() => Task.async(runtime, 7 as never)).toThrow(InvalidOptionError);
    expect(() => Task.async(runtime, () => 7, { asMessage: true })).toThrow(InvalidOptionError);
    expect(runtime.stats().processes).toBe(0);
  });
});

describe('the time limit of await', () => {
  test('is 5000 ms; caught, the task of a server runs on, and its late result is dropped (TASK-007)', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    const { opened, open } = gate<string>();
    const asked = within(owner, async (self) => {
      const task = Task.async(self, () => opened);
      return { task, error: await rejection(task.await()) };
    });
    await clock.advance(4999);
    expect(runtime.stats().processes).toBe(2);
    await clock.advance(1);
    const { task, error } = await asked;
    expect(error).toBeInstanceOf(TaskTimeoutError);
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_TASK_TIMEOUT', timeoutMs: 5000 });
    expect(task.isAlive).toBe(true);
    open('late');
    await clock.advance(0);
    expect(task.isAlive).toBe(false);
    expect(runtime.stats().dropped.late_reply).toBe(1);
    expect(await owner.call.received()).toEqual([]);
  });

  test('uncaught, ends the owner, and the link takes the task with it (TASK-007)', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    owner.cast.run(({ self }) => Task.async(self, () => gate().opened).await({ timeoutMs: 50 }));
    await clock.advance(49);
    expect(runtime.stats().processes).toBe(2);
    await clock.advance(1);
    expect(runtime.stats().processes).toBe(0);
  });

  test('ends a task that belongs to nobody, as nobody’s exit could', async () => {
    const { runtime, clock } = newRuntime();
    const task = Task.async(runtime, () => gate().opened);
    const ended = runtime.exited(task);
    const error = rejection(task.await({ timeoutMs: 10 }));
    await clock.advance(10);
    expect(await error).toBeInstanceOf(TaskTimeoutError);
    expect(await ended).toEqual(ExitReason.shutdown);
  });

  test('is cut short by the deadline of the call that is being handled', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    const seen: unknown[] = [];
    const call = owner.with({ timeoutMs: 30 }).call.run(async ({ self }) => {
      const task = Task.async(self, () => gate().opened);
      seen.push(await rejection(task.await()));
      await task.shutdown();
    });
    const error = rejection(call);
    await clock.advance(30);
    await error;
    await clock.advance(0);
    expect(seen).toMatchObject([{ code: 'ERR_GENSERVER_TASK_TIMEOUT', timeoutMs: 30 }]);
  });
});

describe('who may ask', () => {
  test.each(['await', 'yield', 'shutdown', 'ignore'] as const)(
    '%s by another process than the owner is an error that names both (TASK-009)',
    async (request) => {
      const { runtime } = newRuntime();
      const [a, b] = [await runtime.start(Probe, { name: 'a' }), await runtime.start(Probe, { name: 'b' })];
      const { opened, open } = gate();
      const task = await within(a, (self) => [Task.async(self, () => opened)] as const);
      const error = await b.call.run(() => rejection((async (): Promise<unknown> => task[0][request]())()));
      expect(error).toBeInstanceOf(TaskOwnerError);
      expect(error).toMatchObject({ code: 'ERR_GENSERVER_TASK_OWNER', owner: 'a', caller: 'b' });
      open();
    },
  );

  test('code that runs in no process may (TASK-009)', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const [task] = await within(owner, (self) => [Task.async(self, () => 3)] as const);
    expect(await task.await()).toBe(3);
  });

  test('a task that calls the server which awaits it hears of the cycle instead of waiting in vain', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const seen = await within(owner, (self) =>
      Task.async(self, async () => {
        await Promise.resolve();
        return rejection(owner.call.ping());
      }).await(),
    );
    expect(seen).toBeInstanceOf(CallCycleError);
  });

  test('a server that awaits a task which already waits for it hears of the cycle', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const seen = await within(owner, async (self) => {
      const task = Task.async(self, () => owner.call.ping());
      await new Promise((resolve) => setImmediate(resolve));
      const error = await rejection(task.await());
      task.ignore();
      return error;
    });
    expect(seen).toBeInstanceOf(CallCycleError);
  });
});

test('a failed task that nobody awaits is reported as a crash, and is no unhandled rejection (TASK-029)', async () => {
  const { runtime, clock, events } = newRuntime();
  async function fetchProfile(): Promise<never> {
    await Promise.resolve();
    throw new Error('boom');
  }
  Task.async(runtime, fetchProfile);
  await clock.advance(0);
  const crash = events.find(({ kind }) => kind === 'process_crashed');
  expect(crash).toMatchObject({ process: 'Task(fetchProfile)<1>', lastMessage: 'fetchProfile' });
});

test.each([ExitReason.normal, ExitReason.shutdown, ExitReason.shutdownWith('moved')])(
  'an exit with $kind is no crash (TASK-029)',
  async (reason) => {
    const { runtime, clock, events } = newRuntime();
    const ended = runtime.exited(Task.start(runtime, () => exit(reason)));
    await clock.advance(0);
    expect(await ended).toEqual(reason);
    expect(events.map(({ kind }) => kind)).not.toContain('process_crashed');
  },
);

test('the name of the function is in the label of the task; bound arguments are given by a closure (TASK-031)', async () => {
  const { runtime } = newRuntime();
  const add = (a: number, b: number): number => a + b;
  const sum = add.bind(undefined, 1, 2);
  const task = Task.async(runtime, sum);
  expect(String(task)).toMatch(/^Task\(bound add\)<\d+>$/);
  expect(await task.await()).toBe(3);
});
