import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, test } from '@jest/globals';
import { Down, Exit, exit, ExitReason, GenServer, Task, type TaskContext, TaskReply } from '../../src/index.js';
import { gate, Probe, raise, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { within } from './within.js';

const newRuntime = useRuntimes();

/** Traps exits, and goes on whatever comes. */
const stubborn = ({ self }: TaskContext): Promise<unknown> => {
  self.trapExit(true);
  return gate<unknown>().opened;
};

describe('async', () => {
  test('starts a process that is linked with its owner and a root for nobody else (TASK-001)', async () => {
    const { runtime, clock, events } = newRuntime();
    const owner = await runtime.start(Probe);
    const [task] = await within(owner, (self) => [Task.async(self, () => gate().opened)] as const);
    expect(task.isAlive).toBe(true);
    expect(runtime.whereis(task)).toBe(task.pid);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'process_started', pid: task.pid, parent: owner.pid }),
    );
    const ended = runtime.exited(owner);
    runtime.exit(task, ExitReason.error('cut'));
    await clock.advance(0);
    expect(await ended).toEqual(ExitReason.error('cut'));
    expect(task.pid).toBeUndefined();
  });

  test('runs the function later, never on the stack of who starts it, in its async context', async () => {
    const { runtime } = newRuntime();
    const context = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const task = context.run('ada', () =>
      Task.async(runtime, async () => {
        seen.push(context.getStore());
        await new Promise((resolve) => setImmediate(resolve));
        seen.push(context.getStore());
      }),
    );
    expect(seen).toEqual([]);
    await task.await();
    expect(seen).toEqual(['ada', 'ada']);
  });

  test('from a runtime: linked with nobody', async () => {
    const { runtime } = newRuntime();
    const bystander = await runtime.start(Probe);
    await bystander.call.run(() => rejection(Task.async(runtime, () => raise('boom')).await()));
    expect(bystander.isAlive).toBe(true);
  });

  test('by a server that has ended: refused', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const self = await within(owner, (own) => own);
    await runtime.stop(owner);
    expect(() => Task.async(self, () => 1)).toThrow(expect.objectContaining({ code: 'ERR_GENSERVER_NO_PROCESS' }));
  });

  test.each([
    ['normal', ExitReason.normal, true],
    ['shutdown', ExitReason.shutdown, false],
    ['an error', ExitReason.error('boom'), false],
  ])(
    'the owner ends with %s: the task lives: %#; else it dies with that reason (TASK-028)',
    async (_, reason, lives) => {
      const { runtime, clock } = newRuntime();
      const owner = await runtime.start(Probe);
      const { opened, open } = gate();
      const [task] = await within(owner, (self) => [Task.async(self, () => opened)] as const);
      const ended = runtime.exited(task);
      await runtime.stop(owner, reason);
      await clock.advance(0);
      expect(task.isAlive).toBe(lives);
      open();
      expect(await ended).toEqual(lives ? ExitReason.normal : reason);
    },
  );

  test('a trapping owner hears of each end by an Exit (TASK-003)', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const pids = await within(owner, (self) => [
      Task.async(self, () => 1).pid,
      Task.async(self, () => raise('boom')).pid,
    ]);
    await clock.advance(0);
    expect(await owner.call.received()).toEqual([
      new Exit(pids[0], ExitReason.normal),
      new Exit(pids[1], ExitReason.error('boom')),
    ]);
  });
});

describe('the result as a message', () => {
  class Loader extends GenServer {
    readonly log: unknown[] = [];
    task: Task<number> | undefined;

    load(fn: () => number | Promise<number>): void {
      this.self.trapExit(true);
      this.task = Task.async(this.self, fn, { asMessage: true });
    }
    override handleInfo(message: unknown): void {
      if (this.task?.isReply(message) === true) this.log.push(`value ${message.value + 1}`);
      else if (message instanceof Down && message.ref === this.task?.ref) this.log.push(`down ${message.reason.kind}`);
      else if (message instanceof Exit) this.log.push(`exit ${message.reason.kind}`);
      else this.log.push(message);
    }
    forget(): unknown {
      return this.task?.ignore();
    }
    read(): readonly unknown[] {
      return this.log;
    }
  }

  test.each<[string, () => number | Promise<number>, readonly string[]]>([
    ['a value', () => 1, ['value 2', 'down normal', 'exit normal']],
    ['a later value', () => Promise.resolve(1), ['value 2', 'down normal', 'exit normal']],
    ['a failure: no value, only Down', () => raise('boom'), ['down error', 'exit error']],
  ])('%s comes before the news of the end (TASK-002, TASK-003, PROC-022)', async (_, fn, expected) => {
    const { runtime, clock } = newRuntime();
    const loader = await runtime.start(Loader);
    await loader.call.load(fn);
    await clock.advance(0);
    expect(await loader.call.read()).toEqual(expected);
  });

  test('cannot be awaited as well; ignored, no message comes (TASK-024)', async () => {
    const { runtime, clock } = newRuntime();
    const loader = await runtime.start(Loader);
    const { opened, open } = gate<number>();
    await loader.call.load(() => opened);
    await loader.call.forget();
    open(1);
    await clock.advance(0);
    expect(await loader.call.read()).toEqual([]);
    const owner = await runtime.start(Probe);
    const seen = await within(owner, (self) => rejection(Task.async(self, () => 1, { asMessage: true }).await()));
    expect(seen).toMatchObject({ code: 'ERR_GENSERVER_TASK_USED', use: 'message' });
    await clock.advance(0);
    expect((await owner.call.received())[0]).toBeInstanceOf(TaskReply);
  });
});

describe('shutdown', () => {
  const sleeper = (): Promise<unknown> => gate<unknown>().opened;

  /** What shutdown gives, in an owner that does not trap exits, and whether that lived. */
  async function shutDown(
    fn: (context: TaskContext) => unknown,
    limit: number | 'brutal_kill' | 'infinity',
    beforeMs = 0,
  ): Promise<unknown> {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const asked = within(owner, async (self) => {
      const task = Task.async(self, fn);
      await new Promise((resolve) => setImmediate(resolve));
      await new Promise((resolve) => setImmediate(resolve));
      self.trapExit(false);
      const result = await task.shutdown(limit);
      return { result, isAlive: task.isAlive, again: await task.shutdown(limit) };
    });
    await clock.advance(beforeMs);
    await clock.advance(0);
    const { result, isAlive, again } = await asked;
    expect(isAlive).toBe(false);
    expect(again).toEqual({ kind: 'exit', reason: ExitReason.noproc });
    expect(owner.isAlive).toBe(true);
    expect((await owner.call.received()).filter((message) => !(message instanceof Exit))).toEqual([]);
    return result;
  }

  test.each([5000, 0, 'brutal_kill', 'infinity'] as const)(
    'with %s stops a running task, without hurting the owner; the next one finds nothing (TASK-018, TASK-022)',
    async (limit) => {
      expect(await shutDown(sleeper, limit)).toBeUndefined();
    },
  );

  test('gives the value that is there already (TASK-019)', async () => {
    expect(await shutDown(() => 5, 5000)).toEqual({ kind: 'ok', value: 5 });
    expect(await shutDown(() => 5, 'brutal_kill')).toEqual({ kind: 'ok', value: 5 });
  });

  test('gives the value of a task that traps exits and returns when its signal fires (TASK-019)', async () => {
    const graceful = async ({ self, signal }: TaskContext): Promise<string> => {
      self.trapExit(true);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      return 'saved';
    };
    expect(await shutDown(graceful, 5000)).toEqual({ kind: 'ok', value: 'saved' });
  });

  test.each([
    [ExitReason.normal, 5000, true],
    [ExitReason.shutdown, 5000, false],
    [ExitReason.shutdownWith('moved'), 5000, true],
    [ExitReason.killed, 5000, true],
    [ExitReason.error('boom'), 5000, true],
    [ExitReason.normal, 'brutal_kill', true],
    [ExitReason.shutdown, 'brutal_kill', true],
    [ExitReason.killed, 'brutal_kill', false],
    [ExitReason.error('boom'), 'brutal_kill', true],
  ] as const)('of a task that ended with $kind, with %s (TASK-020)', async (reason, limit, isTold) => {
    const result = await shutDown(() => exit(reason), limit);
    expect(result).toEqual(isTold ? { kind: 'exit', reason } : undefined);
  });

  test('kills a trapping task that goes on: with a time limit that is its result, brutally it is as told (TASK-021)', async () => {
    expect(await shutDown(stubborn, 1, 1)).toEqual({ kind: 'exit', reason: ExitReason.killed });
    expect(await shutDown(stubborn, 0)).toEqual({ kind: 'exit', reason: ExitReason.killed });
    expect(await shutDown(stubborn, 'brutal_kill')).toBeUndefined();
  });

  test('of a task without a process gives its value (TASK-023)', async () => {
    expect(await Task.completed(7).shutdown()).toEqual({ kind: 'ok', value: 7 });
  });

  test('is refused with what is no time limit', async () => {
    expect(await rejection(Task.completed(7).shutdown('soon' as never))).toMatchObject({ option: 'shutdownMs' });
  });
});

describe('the signal of a task', () => {
  test('fires when the task is ended, and what its function then throws hurts nobody', async () => {
    const { runtime, clock } = newRuntime();
    const task = Task.async(runtime, ({ signal }) => {
      return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
    });
    await clock.advance(0);
    runtime.kill(task);
    await clock.advance(0);
    expect(runtime.stats().dropped.late_failure).toBe(1);
  });

  test('does not fire when the function has returned: what it returned may still be in use', async () => {
    const { runtime } = newRuntime();
    const signal = await Task.async(runtime, (context) => [context.signal] as const).await();
    expect(signal[0].aborted).toBe(false);
  });

  test('of a trapping task: fires when it is asked to end, not when a process it is linked with ends', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    const seen: boolean[] = [];
    const task = Task.async(runtime, async ({ self, signal }) => {
      self.trapExit(true);
      await rejection(Task.async(self, () => raise('boom')).await());
      await Task.async(self, () => 1).await();
      seen.push(signal.aborted);
      await opened;
      seen.push(signal.aborted);
      return 'done';
    });
    await clock.advance(0);
    runtime.exit(task, ExitReason.shutdown);
    open();
    expect(await task.await()).toBe('done');
    expect(seen).toEqual([false, true]);
  });

  test('a runtime that shuts down ends tasks that belong to nobody, and lets one that traps exits finish', async () => {
    const { runtime, clock } = newRuntime();
    const finished: string[] = [];
    Task.start(runtime, () => gate().opened);
    Task.start(runtime, async ({ self, signal }) => {
      self.trapExit(true);
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
      finished.push('saved');
    });
    await clock.advance(0);
    expect(await runtime.shutdown()).toEqual({ killed: [] });
    expect(finished).toEqual(['saved']);
  });
});

describe('ignore', () => {
  test('lets a task run on, unlinked: its crash does not hurt its owner (TASK-024)', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    const { opened, fail } = gate();
    const [task, result] = await within(owner, (self) => {
      const started = Task.async(self, () => opened);
      return [started, started.ignore()] as const;
    });
    expect(result).toBeUndefined();
    expect(task.isAlive).toBe(true);
    fail(new Error('boom'));
    await clock.advance(0);
    expect([task.isAlive, owner.isAlive]).toEqual([false, true]);
    expect(task.ignore()).toBeUndefined();
    expect(await rejection(task.await())).toMatchObject({ use: 'ignored' });
  });

  test('gives the result of a task that is over (TASK-024)', async () => {
    const { runtime, clock } = newRuntime();
    const [done, failed] = [Task.async(runtime, () => 1), Task.async(runtime, () => raise('boom'))];
    await clock.advance(0);
    expect(done.ignore()).toEqual({ kind: 'ok', value: 1 });
    expect(failed.ignore()).toEqual({ kind: 'exit', reason: ExitReason.error('boom') });
  });
});

test('completed makes a finished task without a process (TASK-025)', async () => {
  const task = Task.completed('there');
  expect([task.pid, task.isAlive]).toEqual([undefined, false]);
  expect(await task.yield()).toEqual({ kind: 'ok', value: 'there' });
  expect(Task.completed(1).ignore()).toEqual({ kind: 'ok', value: 1 });
  expect(await Task.awaitMany([Task.completed(1), Task.completed('2')])).toEqual([1, '2']);
});

test('start and startLink are fire and forget: unlinked, linked (TASK-026)', async () => {
  const { runtime, clock } = newRuntime();
  const owner = await runtime.start(Probe);
  await within(owner, (self) => Task.start(self, () => raise('boom')).pid);
  await clock.advance(0);
  expect(owner.isAlive).toBe(true);
  void rejection(within(owner, (self) => Task.startLink(self, () => raise('boom')).pid));
  await clock.advance(0);
  expect(owner.isAlive).toBe(false);
});

test('a task knows its callers: who started it, and theirs if that is a task (TASK-030, GS-091)', async () => {
  const { runtime } = newRuntime();
  const server = await runtime.start(Probe, { name: 'server' });
  const first = { pid: server.pid, process: 'server' };
  const [b, c, unowned, own] = await within(server, (self) =>
    Task.async(self, async (outer) => {
      const inner = Task.async(outer.self, ({ callers }) => callers);
      const other = Task.async(runtime, ({ callers }) => callers); // it belongs to nobody, and still was asked for
      const { pid, name } = outer.self;
      return [outer.callers, await inner.await(), await other.await(), { pid, process: name }] as const;
    }).await(),
  );
  expect(b).toEqual([first]);
  expect(c).toEqual([own, first]);
  expect(unowned).toEqual([own, first]);
  expect(await Task.async(runtime, ({ callers }) => callers).await()).toEqual([]);
});

test('the process of a task can have a label, ancestors, and linked servers of its own', async () => {
  const { runtime, clock } = newRuntime();
  const { opened, open } = gate();
  const task = Task.async(runtime, async ({ self }) => {
    self.setLabel('import of march');
    const linked = await self.startLink(Probe);
    const ancestors = await linked.call.run((probe) => probe.self.ancestors);
    await opened;
    return [ancestors, self.name];
  });
  await clock.advance(0);
  expect(runtime.info(task)).toMatchObject({ label: 'import of march' });
  const { pid } = task;
  open();
  expect(await task.await()).toEqual([[{ pid, process: `Task<${pid}>` }], `Task<${pid}>`]);
});

test('without the async context of senders tasks do all the same', async () => {
  const { runtime, clock } = newRuntime({ asyncContext: false });
  const owner = await runtime.start(Probe);
  await within(owner, () => undefined); // from then on it is known that this handler may wait
  const seen = await within(owner, async (self) => {
    const [sync, later] = [Task.async(self, () => 1), Task.async(self, async () => (await Promise.resolve(), 2))];
    const values = await Task.awaitMany([sync, later]);
    const cycle = await Task.async(self, async () => (await Promise.resolve(), rejection(owner.call.ping()))).await();
    const [callers] = await Task.async(self, ({ callers: [first] }) => [first?.pid]).await();
    Task.async(self, () => 3, { asMessage: true });
    return { values, code: (cycle as { readonly code: string }).code, callers };
  });
  expect(seen).toEqual({ values: [1, 2], code: 'ERR_GENSERVER_CALL_CYCLE', callers: owner.pid });
  await clock.advance(0);
  expect(await owner.call.received()).toEqual([expect.any(TaskReply), expect.any(Down)]);
  const other = await runtime.start(Probe);
  const foreign = await within(owner, (self) => Task.async(self, () => 4));
  expect(await within(other, () => rejection(foreign.await()))).toMatchObject({ code: 'ERR_GENSERVER_TASK_OWNER' });
});
