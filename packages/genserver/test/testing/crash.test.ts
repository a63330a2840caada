import { describe, expect, test } from '@jest/globals';
import {
  agent,
  child,
  dynamicSupervisor,
  type ExitReason,
  GenServer,
  GenStateMachine,
  registry,
  type Runtime,
  supervisor,
  Task,
  via,
} from '../../src/index.js';
import { crash, CrashedByTestError, type CrashOutcome } from '../../src/testing.js';
import { gate, Probe, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

class Counter extends GenServer<number> {
  override init(): number {
    return 0;
  }
  add(): number {
    return ++this.state;
  }
}

class Door extends GenStateMachine<{ readonly kind: 'open' } | { readonly kind: 'closed' }> {
  override init() {
    return { kind: 'closed' } as const;
  }
  isOpen(): boolean {
    return this.state.kind === 'open';
  }
}

describe('crash', () => {
  test('resolves when a fresh one answers, and says how often that has been', async () => {
    const { runtime } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Counter, { name: 'counter' })] });
    const counter = runtime.ref(Counter, 'counter');
    expect([await counter.call.add(), await counter.call.add()]).toEqual([1, 2]);
    const outcome = await crash(runtime, 'counter');
    expect(outcome).toEqual({ kind: 'restarted', pid: counter.pid, restarts: 1 });
    expect(await counter.call.add()).toBe(1);
    expect(await crash(runtime, counter)).toMatchObject({ restarts: 2 });
  });

  test('is a crash like any other: terminate runs, it is reported with its error, and callers hear of it', async () => {
    const { runtime, events } = newRuntime();
    const lastWords = { reasons: [] as ExitReason[] };
    const probe = await runtime.start(Probe, { name: 'probe', args: [{ lastWords }] });
    const error = new Error('disk full');
    const crashed = crash(runtime, probe, error);
    const reason = { kind: 'error', error };
    await expect(probe.call.ping()).rejects.toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED', reason });
    expect(await crashed).toEqual({ kind: 'ended' });
    expect(lastWords.reasons).toEqual([reason]);
    expect(events).toContainEqual(expect.objectContaining({ kind: 'process_crashed', process: 'probe', reason }));
  });

  test('gives an error of its own where the test has none', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const exited = runtime.exited(probe);
    await crash(runtime, probe);
    expect(await exited).toEqual({ kind: 'error', error: expect.any(CrashedByTestError) });
  });

  test('of one whose handler is at work cuts that off', async () => {
    const { runtime } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Probe, { name: 'probe' })] });
    const probe = runtime.ref(Probe, 'probe');
    const { opened, open } = gate();
    const answer = rejection(probe.call.run(() => opened));
    await new Promise((resolve) => setImmediate(resolve)); // it has begun
    expect(await crash(runtime, probe)).toMatchObject({ kind: 'restarted' });
    expect(await answer).toMatchObject({ code: 'ERR_GENSERVER_PROCESS_EXITED' });
    open();
  });

  test('waits for an init that takes its time', async () => {
    const { runtime } = newRuntime();
    const { opened, open } = gate();
    let starts = 0;
    class Slow extends GenServer {
      override async init(): Promise<void> {
        if (starts++ > 0) await opened;
      }
    }
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Slow, { name: 'slow' })] });
    let isDone = false;
    const crashed = crash(runtime, 'slow').finally(() => (isDone = true));
    for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
    expect(isDone).toBe(false);
    open();
    expect(await crashed).toMatchObject({ kind: 'restarted' });
  });

  test('of one that is still in the init of a restart waits for the next one', async () => {
    const { runtime } = newRuntime();
    const started = gate();
    let starts = 0;
    class Slow extends GenServer {
      override async init(): Promise<void> {
        if (++starts !== 2) return;
        started.open();
        await new Promise(() => {}); // crashed meanwhile
      }
    }
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Slow, { name: 'slow' })] });
    const first = crash(runtime, 'slow');
    await started.opened;
    expect(await crash(runtime, 'slow')).toMatchObject({ kind: 'restarted' });
    expect(await first).toMatchObject({ kind: 'restarted' });
    expect(starts).toBe(3);
  });

  test('waits for the siblings that are restarted with it', async () => {
    const { runtime } = newRuntime();
    const children = ['a', 'b', 'c'].map((name) => child(Counter, { name }));
    await runtime.startSupervisor({ strategy: 'rest_for_one', children });
    const before = ['a', 'b', 'c'].map((name) => runtime.whereis(name));
    await crash(runtime, 'b');
    const after = ['a', 'b', 'c'].map((name) => runtime.whereis(name));
    expect(after.map((pid, index) => pid === before[index])).toEqual([true, false, false]);
    expect(after).not.toContain(undefined);
  });

  test('says how long a back-off puts the restart off', async () => {
    const { runtime, clock } = newRuntime();
    const backoff = { initialMs: 400, maxMs: 400, jitter: 'none' } as const;
    await runtime.startSupervisor({
      strategy: 'one_for_one',
      children: [child(Counter, { name: 'counter', backoff })],
    });
    expect(await crash(runtime, 'counter')).toEqual({ kind: 'restart_scheduled', delayMs: 400 });
    expect(runtime.whereis('counter')).toBeUndefined();
    await clock.advance(400);
    expect(runtime.whereis('counter')).toBeDefined();
  });

  test('waits for all tries to start it', async () => {
    const { runtime } = newRuntime();
    let starts = 0;
    class Shaky extends GenServer {
      override init(): void {
        if (++starts === 2) throw new Error('not yet');
      }
    }
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [child(Shaky, { name: 'shaky' })] });
    expect(await crash(runtime, 'shaky')).toMatchObject({ kind: 'restarted', restarts: 1 });
    expect(starts).toBe(3);
  });

  test.each([
    ['gives up for good', 0, ['inner', 'outer'], false],
    ['gives up, and the one above starts all of it again', 1, ['inner'], true],
  ])('says who gives up: a supervisor %s', async (_, maxRestarts, supervisors, isBack) => {
    const { runtime } = newRuntime();
    const children = [child(Counter, { name: 'counter' })];
    const inner = supervisor({ name: 'inner', strategy: 'one_for_one', maxRestarts: 0, children });
    await runtime.startSupervisor({ name: 'outer', strategy: 'one_for_one', maxRestarts, children: [inner] });
    const outcome = await crash(runtime, 'counter');
    expect(outcome).toEqual({ kind: 'gave_up', supervisors, pid: runtime.whereis('counter') });
    expect(runtime.whereis('counter') !== undefined).toBe(isBack);
  });

  test.each([
    ['is temporary', { restart: 'temporary' } as const],
    ['was the significant one', { restart: 'temporary', significant: true } as const],
  ])('has ended for good who %s', async (_, options) => {
    const { runtime } = newRuntime();
    const autoShutdown = 'significant' in options ? 'any_significant' : 'never';
    const children = [child(Counter, { name: 'counter', ...options })];
    await runtime.startSupervisor({ strategy: 'one_for_one', autoShutdown, children });
    expect(await crash(runtime, 'counter')).toEqual({ kind: 'ended' });
  });

  test('is for a child of a dynamic supervisor, too: by via, by ref without a name, by pid', async () => {
    const { runtime } = newRuntime();
    await runtime.start(registry({ name: 'names', keys: 'unique' }));
    const counters = await runtime.startDynamicSupervisor<Counter>({ maxRestarts: 9 });
    const named = await counters.startChild(child(Counter, { name: via('names', 'one') }));
    const unnamed = await counters.startChild(child(Counter));
    expect(await crash(runtime, via('names', 'one'))).toEqual({ kind: 'restarted', pid: named.pid, restarts: 1 });
    const outcome = await crash(runtime, unnamed);
    expect(outcome).toMatchObject({ kind: 'restarted', restarts: 1 });
    const { pid } = outcome as Extract<CrashOutcome, { readonly kind: 'restarted' }>;
    expect(await crash(runtime, pid)).toMatchObject({ restarts: 2 });
  });

  test.each<readonly [string, (runtime: Runtime) => Promise<unknown>]>([
    ['a state machine', (runtime) => runtime.start(Door, { name: 'it' })],
    ['an agent', (runtime) => runtime.start(agent({ initial: () => 1, name: 'it' }))],
    ['a supervisor', (runtime) => runtime.start(dynamicSupervisor({ name: 'it' }))],
  ])('is for %s, too', async (_, start) => {
    const { runtime } = newRuntime();
    await start(runtime);
    expect(await crash(runtime, 'it')).toEqual({ kind: 'ended' });
    expect(runtime.whereis('it')).toBeUndefined();
  });

  test('is for a task, too, whose function is at work', async () => {
    const { runtime } = newRuntime();
    const { opened } = gate();
    const task = Task.async(runtime, () => opened);
    const result = task.await().catch((error: unknown) => error);
    expect(await crash(runtime, runtime.tree()[0]?.pid ?? '')).toEqual({ kind: 'ended' });
    expect(await result).toMatchObject({ code: 'ERR_GENSERVER_TASK_EXITED' });
  });

  test('is refused where nobody is there', async () => {
    const { runtime } = newRuntime();
    await expect(crash(runtime, 'nobody')).rejects.toMatchObject({ code: 'ERR_GENSERVER_NO_PROCESS' });
  });
});
