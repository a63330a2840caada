import { describe, expect, test } from '@jest/globals';
import {
  agent,
  child,
  dynamicSupervisor,
  ExitReason,
  formatReason,
  GenServer,
  GenStateMachine,
  InvalidOptionError,
  registry,
  Runtime,
  supervisor,
  type StateWatcher,
  via,
} from '../../src/index.js';
import { raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const oops = new Error('oops');

class Counter extends GenServer<number> {
  begun: (() => void) | undefined;
  go: (() => void) | undefined;

  override init(initial = 0): number {
    return initial;
  }
  add(by: number): number {
    return (this.state += by);
  }
  async slowly(by: number): Promise<void> {
    this.state += 1000; // not seen: between two messages it is another
    await Promise.resolve();
    this.state += by - 1000;
  }
  crash(): never {
    return raise(oops);
  }
  stop(): void {
    this.self.stop(ExitReason.normal);
  }
}

/** What a watcher is told: states, and how it ended. */
function recorder(): { readonly told: unknown[]; readonly watcher: StateWatcher } {
  const told: unknown[] = [];
  const ended = (reason: ExitReason): void => void told.push(formatReason(reason));
  return { told, watcher: { state: (state) => void told.push(state), ended } };
}

/** A tree with one counter. */
async function supervised(restart: 'permanent' | 'transient' | 'temporary' = 'permanent', maxRestarts = 3) {
  const { runtime, clock } = newRuntime();
  const children = [child(Counter, { args: [1], name: 'counter', restart })];
  const tree = await runtime.startSupervisor({ name: 'root', strategy: 'one_for_one', maxRestarts, children });
  return { runtime, clock, tree, counter: runtime.ref(Counter, 'counter'), ...recorder() };
}

describe('a watcher is told', () => {
  test('the state at once, and after each message', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter, { args: [1] });
    const { told, watcher } = recorder();
    const stop = counter.watch(watcher);
    expect(told).toEqual([1]);
    await counter.call.add(1);
    counter.cast.add(1);
    await counter.call.slowly(1);
    expect(told).toEqual([1, 2, 3, 4]);
    stop();
    await counter.call.add(1);
    expect(told).toEqual([1, 2, 3, 4]);
  });

  test('not of a state in the middle of a handler', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    const done = counter.call.slowly(1);
    await Promise.resolve(); // it has begun
    const { told, watcher } = recorder();
    counter.watch(watcher);
    await done;
    expect(told).toEqual([1]);
  });

  test('what sys puts in its place, and the state of an instance that takes over', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    const { told, watcher } = recorder();
    counter.watch(watcher);
    await runtime.sys.replaceState(counter, () => 7);
    await runtime.sys.restartWithState(counter);
    await counter.call.add(1);
    expect(told).toEqual([0, 7, 7, 8]);
  });

  test('each of several, until it stops; sys.trace beside them', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    const [first, second] = [recorder(), recorder()];
    const traced: string[] = [];
    const stopFirst = counter.watch(first.watcher);
    const stopTrace = runtime.sys.trace(counter, ({ kind }) => void traced.push(kind));
    counter.watch(second.watcher);
    await counter.call.add(1);
    stopFirst();
    stopFirst();
    await counter.call.add(1);
    stopTrace();
    await counter.call.add(1);
    expect([first.told, second.told]).toEqual([
      [0, 1],
      [0, 1, 2, 3],
    ]);
    expect(traced).toEqual(['in', 'out', 'state', 'in', 'out', 'state']);
  });

  test('the states of an agent and of a state machine', async () => {
    class Door extends GenStateMachine<{ kind: 'open' } | { kind: 'shut' }> {
      override init() {
        return { kind: 'shut' as const };
      }
      open(): void {
        this.state = { kind: 'open' };
      }
    }
    const { runtime } = newRuntime();
    const door = await runtime.start(Door);
    const basket = await runtime.start(agent({ initial: () => ['pen'] }));
    const { told, watcher } = recorder();
    door.watch(watcher);
    basket.watch(watcher);
    await door.call.open();
    await basket.update((items) => [...items, 'book']);
    expect(told).toEqual([{ kind: 'shut' }, ['pen'], { kind: 'open' }, ['pen', 'book']]);
  });

  test('while the server does not notice that it throws', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    const seen: unknown[] = [];
    const queue = globalThis.queueMicrotask;
    const failures: unknown[] = [];
    globalThis.queueMicrotask = (action) => {
      try {
        action();
      } catch (error) {
        failures.push(error);
      }
    };
    try {
      counter.watch({ state: () => raise(oops) });
      counter.watch({ state: (state) => void seen.push(state) });
      expect(await counter.call.add(1)).toBe(1);
    } finally {
      globalThis.queueMicrotask = queue;
    }
    expect(seen).toEqual([0, 1]);
    expect(failures).toEqual([oops, oops]);
  });
});

describe('a ref by name', () => {
  test('goes on after a restart, with the state of the new process', async () => {
    const { clock, counter, told, watcher } = await supervised();
    counter.watch(watcher);
    await counter.call.add(5);
    await rejection(counter.call.crash());
    await clock.advance(0);
    await counter.call.add(1);
    expect(told).toEqual([1, 6, 1, 2]);
  });

  test('goes on after a restart that a sibling or a supervisor above had', async () => {
    const { runtime, clock } = newRuntime();
    const inner = supervisor({
      name: 'inner',
      strategy: 'one_for_all',
      maxRestarts: 1,
      children: [child(Counter, { name: 'a', restart: 'transient' }), child(Counter, { name: 'b' })],
    });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [inner] });
    const { told, watcher } = recorder();
    runtime.ref(Counter, 'a').watch(watcher);
    for (const count of [2, 3, 4]) {
      await rejection(runtime.ref(Counter, 'b').call.crash());
      await clock.advance(0);
      expect(told).toHaveLength(count);
    }
    expect(told).toEqual([0, 0, 0, 0]);
  });

  test('waits for one that is to come, until time is up', async () => {
    const { runtime, clock } = newRuntime();
    const { told, watcher } = recorder();
    runtime.ref(Counter, 'late').watch(watcher, { downMs: 100 });
    await clock.advance(99);
    await runtime.start(Counter, { name: 'late', args: [3] });
    await clock.advance(100);
    expect(told).toEqual([3]);
  });

  test.each([
    [{}, 5000],
    [{ downMs: 100 }, 100],
    [{ downMs: 0 }, 0],
  ] as const)('ends with noproc when nobody has come: %j', async (options, ms) => {
    const { runtime, clock } = newRuntime();
    const { told, watcher } = recorder();
    runtime.ref(Counter, 'nobody').watch(watcher, options);
    if (ms > 0) await clock.advance(ms - 1);
    expect(told).toEqual([]);
    await clock.advance(1);
    expect(told).toEqual(['noproc']);
  });

  test('finds one that is given the name later, and one that registers the key itself', async () => {
    const { runtime } = newRuntime();
    class Joiner extends GenServer<string> {
      override init(): string {
        runtime.registry('rooms').register(this.self, 'blue');
        return 'joined';
      }
    }
    await runtime.start(registry({ name: 'rooms', keys: 'unique' }));
    const { told, watcher } = recorder();
    runtime.ref(Counter, 'nick').watch(watcher);
    runtime.ref(Counter, via('rooms', 'red')).watch(watcher);
    runtime.ref(Joiner, via('rooms', 'blue')).watch(watcher);
    runtime.register('nick', await runtime.start(Counter, { args: [1] }));
    await runtime.start(Counter, { args: [2], name: via('rooms', 'red') });
    await runtime.start(Joiner);
    expect(told).toEqual([1, 2, 'joined']);
  });

  test.each([
    ['temporary', 'crash', 'Error: oops'],
    ['temporary', 'stop', 'normal'],
    ['transient', 'stop', 'normal'],
  ] as const)('ends at once with a %s child that does not come back: %s', async (restart, how, reason) => {
    const { clock, counter, told, watcher } = await supervised(restart);
    counter.watch(watcher);
    counter.cast[how]();
    await clock.advance(0);
    expect(told.at(-1)).toBe(reason);
  });

  test('ends at once with a process that nobody supervises', async () => {
    const { runtime, clock } = newRuntime();
    const counter = await runtime.start(Counter, { name: 'alone' });
    const { told, watcher } = recorder();
    counter.watch(watcher);
    runtime.kill(counter);
    await clock.advance(0);
    expect(told).toEqual([0, 'killed']);
  });

  test('ends with the last reason when its supervisor has given up', async () => {
    const { clock, counter, told, watcher } = await supervised('permanent', 0);
    counter.watch(watcher);
    await rejection(counter.call.crash());
    await clock.advance(4999);
    expect(told).toEqual([1]);
    await clock.advance(1);
    expect(told).toEqual([1, 'Error: oops']);
  });

  test('ends with a dynamic supervisor whose children do not come back', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [dynamicSupervisor({ name: 'rooms' })] });
    const rooms = runtime.dynamicSupervisor<Counter>('rooms');
    const room = await rooms.startChild(child(Counter, { name: 'room' }));
    const { told, watcher } = recorder();
    room.watch(watcher, { downMs: 50 });
    await rooms.terminateChild(room.pid ?? raise(oops));
    await clock.advance(50);
    expect(told).toEqual([0, 'shutdown']);
  });

  test.each([Infinity, 5000])('ends with the runtime, and keeps no timer: %d', async (downMs) => {
    const { runtime, counter, told, watcher } = await supervised();
    const other = recorder();
    counter.watch(watcher, { downMs });
    runtime.ref(Counter, 'nobody').watch(other.watcher, { downMs });
    await runtime.shutdown();
    expect([told, other.told]).toEqual([[1, 'shutdown'], ['noproc']]);
  });

  test.each(['running', 'down'] as const)('is left alone by who has stopped: %s', async (when) => {
    const { runtime, clock, counter, told, watcher } = await supervised('permanent', 0);
    const stop = counter.watch(watcher);
    if (when === 'down') {
      await rejection(counter.call.crash());
      await clock.advance(0);
    }
    stop();
    if (when === 'down') await runtime.start(Counter, { name: 'counter' });
    await counter.call.add(1);
    await clock.advance(5000);
    expect(told).toEqual([1]);
  });
});

test('a timer that waits for a restart keeps no program alive, and goes with the watching', () => {
  const set: string[] = [];
  const timer = { cancel: () => set.push('cancel'), unref: () => set.push('unref'), ref: () => undefined };
  const runtime = new Runtime({ clock: { now: () => 0, setTimer: () => timer } });
  const stop = runtime.ref(Counter, 'nobody').watch({ state: () => undefined });
  expect(set).toEqual(['unref']);
  stop();
  expect(set).toEqual(['unref', 'cancel']);
});

describe('a ref by pid', () => {
  test('ends with its process, though another one takes its place', async () => {
    const { runtime, clock, counter, told, watcher } = await supervised();
    const { pid } = counter;
    runtime.ref(Counter, pid ?? raise(oops)).watch(watcher);
    await rejection(counter.call.crash());
    await clock.advance(0);
    await counter.call.add(1);
    expect(told).toEqual([1, 'Error: oops']);
  });

  test('of a process that has ended ends at once', async () => {
    const { runtime } = newRuntime();
    const counter = await runtime.start(Counter);
    await runtime.stop(counter);
    const { told, watcher } = recorder();
    counter.watch(watcher);
    expect(told).toEqual(['normal']);
  });
});

test.each([
  [undefined, {}, 'watcher.state'],
  [{}, {}, 'watcher.state'],
  [{ state: () => undefined, ended: 1 }, {}, 'watcher.ended'],
  [{ state: () => undefined }, { downMs: -1 }, 'downMs'],
  [{ state: () => undefined }, { downMs: NaN }, 'downMs'],
])('refuses %j with %j', async (watcher, options, option) => {
  const { runtime } = newRuntime();
  const counter = await runtime.start(Counter);
  const watch = (): unknown => counter.watch(watcher as StateWatcher, options);
  expect(watch).toThrow(InvalidOptionError);
  expect(watch).toThrow(`\`${option}\``);
});
