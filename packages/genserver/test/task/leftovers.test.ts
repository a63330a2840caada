import { AsyncLocalStorage } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { describe, expect, test } from '@jest/globals';
import { asyncStream, GenServer, Task, type TaskContext, TaskReply, taskSupervisor } from '../../src/index.js';
import { gate, Probe, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { within } from './within.js';

// What is left when a task, or the waiting for one, is over; and what must not be.
const newRuntime = useRuntimes();

describe('the waiting for a task', () => {
  test('that is over is none: the task can call who had waited, while that is still at work', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    const [asking, working] = [gate(), gate()];
    const result = within(owner, async (self) => {
      const task = Task.async(self, async () => {
        await asking.opened;
        return owner.call.ping();
      });
      const late = await task.yield(10);
      asking.open();
      await working.opened;
      return [late, task] as const;
    });
    await clock.advance(10);
    await clock.advance(0);
    working.open();
    const [late, task] = await result;
    expect(late).toBeUndefined();
    expect(await task.await()).toBe('pong');
  });

  test('lets go of the AbortSignal', async () => {
    const { runtime } = newRuntime();
    const { signal } = new AbortController();
    const { opened, open } = gate();
    const awaited = Task.async(runtime, () => opened).await({ signal });
    expect(getEventListeners(signal, 'abort')).toHaveLength(1);
    open();
    await awaited;
    expect(getEventListeners(signal, 'abort')).toEqual([]);
  });

  test('by shutdown is not cut short by the deadline of the call that is being handled', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    const { opened, open } = gate<string>();
    const slow = ({ self }: TaskContext): Promise<string> => {
      self.trapExit(true);
      return opened;
    };
    const results: unknown[] = [];
    const call = async ({ self }: Probe): Promise<void> => {
      const task = Task.async(self, slow);
      await Promise.resolve();
      await task.yield(1);
      results.push(await task.shutdown(5000));
    };
    const timedOut = rejection(owner.with({ timeoutMs: 100 }).call.run(call));
    await clock.advance(4000);
    expect(await timedOut).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
    open('saved');
    await clock.advance(0);
    expect(results).toEqual([{ kind: 'ok', value: 'saved' }]);
  });
});

describe('the signal of a task', () => {
  test('of a trapping task under a supervisor fires when its owner ends', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.start(taskSupervisor({ name: 'tasks' }));
    const owner = await runtime.start(Probe);
    const seen: string[] = [];
    await within(owner, (self) => {
      runtime.taskSupervisor('tasks').async(self, async ({ self: own, signal }) => {
        own.trapExit(true);
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        seen.push('told');
      });
    });
    await clock.advance(0);
    runtime.kill(owner);
    await clock.advance(0);
    expect(seen).toEqual(['told']);
    expect(await runtime.taskSupervisor('tasks').children()).toEqual([]);
  });

  test('has fired when it is first looked at after the end', async () => {
    const { runtime, clock } = newRuntime();
    const [{ opened, open }, seen] = [gate(), [] as boolean[]];
    const task = Task.async(runtime, async (context) => {
      await opened;
      seen.push(context.signal.aborted);
    });
    await clock.advance(0);
    runtime.kill(task);
    open();
    await clock.advance(0);
    expect(seen).toEqual([true]);
  });
});

test('the result that comes as a message is handled in the async context of who started the task (TASK-002)', async () => {
  const { runtime, clock } = newRuntime();
  const user = new AsyncLocalStorage<string>();
  const seen: unknown[] = [];
  class Owner extends GenServer {
    begin(fn: () => unknown): void {
      Task.async(this.self, fn, { asMessage: true });
    }
    override handleInfo(message: unknown): void {
      if (message instanceof TaskReply) seen.push(user.getStore());
    }
  }
  const owner = await runtime.start(Owner);
  for (const fn of [() => 1, () => Promise.resolve(2)]) await user.run('ada', () => owner.call.begin(fn));
  await clock.advance(0);
  expect(seen).toEqual(['ada', 'ada']);
});

describe('the inputs of a stream whose loop is over', () => {
  test('that still come start no task, and are not waited for', async () => {
    const { runtime, clock } = newRuntime();
    const late = gate<IteratorResult<number, undefined>>();
    let pulls = 0;
    const inputs: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => (pulls++ === 0 ? Promise.resolve({ done: false, value: 0 }) : late.opened),
        return: () => late.opened, // like a generator: first it waits for what it is at
      }),
    };
    const ran: number[] = [];
    for await (const _ of asyncStream(runtime, inputs, (input) => ran.push(input), { maxConcurrency: 2 })) break;
    expect(pulls).toBe(2);
    late.open({ done: false, value: 1 });
    await clock.advance(0);
    expect(ran).toEqual([0]);
  });

  test('by the normal end of the server that runs it: its tasks are told to shut down (TSUP-018)', async () => {
    const { runtime, clock, events } = newRuntime();
    const owner = await runtime.start(Probe);
    const iterator = await within(owner, async (self) => {
      const own = asyncStream(self, [1, 2], (input) => (input === 1 ? undefined : gate().opened), {
        maxConcurrency: 2,
      });
      const loop = own[Symbol.asyncIterator]();
      await loop.next();
      return { loop };
    });
    await runtime.stop(owner);
    await clock.advance(0);
    await expect(iterator.loop.next()).rejects.toMatchObject({ code: 'ERR_GENSERVER_TASK_ABORTED' });
    const ends = events.flatMap((event) => (event.kind === 'process_exited' ? [event.reason.kind] : []));
    expect(ends).toEqual(['normal', 'normal', 'shutdown']); // the first task, the server, the other task
  });
});
