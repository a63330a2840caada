import { describe, expect, test } from '@jest/globals';
import { ExitReason, GenServer, type Pid, Task, TaskExitedError } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';
import { type LastWords, Probe, rejection } from './probe.js';

const newRuntime = useRuntimes();

class Counter extends GenServer<number> {
  override init(first: number): number {
    return first;
  }
  add(by: number): number {
    return (this.state += by);
  }
}

const BOXES = [
  ['unbounded', {}],
  ['bounded', { mailbox: { limit: 2, overflow: 'reject' } }],
] as const;

describe.each(BOXES)('with an %s mailbox', (_, options) => {
  test('an urgent request that comes before init has begun waits for init (GS-001, GS-081)', async () => {
    const { runtime } = newRuntime();
    const starting = runtime.start(Counter, { ...options, args: [1], name: 'counter' });
    const suspended = runtime.sys.suspend('counter', { urgent: true });
    const state = runtime.sys.getState('counter', { urgent: true });
    const resumed = runtime.sys.resume('counter', { urgent: true });
    const counter = await starting;
    expect(await Promise.all([suspended, state, resumed])).toEqual([undefined, 1, undefined]);
    expect(await counter.call.add(1)).toBe(2);
  });

  test('an urgent stop that comes before init has begun lets it start, and then stops it (GS-001, GS-074)', async () => {
    const { runtime } = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    const starting = runtime.start(Probe, { ...options, args: [{ lastWords }], name: 'probe' });
    const stopped = runtime.stop('probe', ExitReason.shutdown, { urgent: true });
    await Promise.all([starting, stopped]);
    expect(lastWords.reasons).toEqual([ExitReason.shutdown]);
  });

  test.each([true, false])('what a listener sends to a new process comes after init (urgent: %s)', async (urgent) => {
    const { runtime } = newRuntime();
    const asked: Promise<unknown>[] = [];
    const unsubscribe = runtime.subscribe((event) => {
      if (event.kind !== 'process_started') return;
      runtime.ref(Counter, event.pid).cast.add(10);
      asked.push(runtime.sys.getState(event.pid, { urgent }));
    });
    const counter = await runtime.start(Counter, { ...options, args: [1] });
    unsubscribe();
    expect(await Promise.all(asked)).toEqual([urgent ? 1 : 11]);
    expect(await counter.call.add(1)).toBe(12);
  });
});

test('a task that a listener ends as soon as it hears of it ends like any other, and hurts nobody (LINK-015, TASK-005)', async () => {
  const { runtime } = newRuntime();
  const owner = await runtime.start(Probe, { args: [{ trapExit: true }] });
  const pids: Pid[] = [];
  const unsubscribe = runtime.subscribe((event) => {
    if (event.kind !== 'process_started') return;
    pids.push(event.pid);
    runtime.kill(event.pid);
  });
  const error = await owner.call.run(async ({ self }) => rejection(Task.async(self, () => 1).await()));
  const alone = await rejection(Task.async(runtime, () => 1).await());
  unsubscribe();
  expect([error, alone].every((each) => each instanceof TaskExitedError)).toBe(true);
  expect([error, alone]).toMatchObject([{ reason: ExitReason.killed }, { reason: ExitReason.killed }]);
  expect(runtime.info(owner.pid as Pid)?.links).toEqual([]);
  expect(pids).toHaveLength(2);
});
