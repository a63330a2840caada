import { describe, expect, test } from '@jest/globals';
import { Runtime } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('a manual clock', () => {
  test('stands still until it is moved, and refuses to go back', async () => {
    const clock = new ManualClock();
    expect(clock.now()).toBe(0);
    await clock.advance(5);
    await clock.advance(0);
    expect(clock.now()).toBe(5);
    for (const byMs of [-1, Number.NaN, Infinity, 'x' as unknown as number]) {
      await expect(clock.advance(byMs)).rejects.toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION', option: 'byMs' });
    }
  });

  test('fires timers in the order of their times, equal ones in the order in which they were set, each at its own time', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    for (const [name, delayMs] of [
      ['c', 30],
      ['a', 10],
      ['b', 20],
      ['a2', 10],
    ] as const) {
      clock.setTimer(delayMs, () => fired.push(`${name} at ${clock.now()}`));
    }
    await clock.advance(25);
    expect([...fired, clock.now()]).toEqual(['a at 10', 'a2 at 10', 'b at 20', 25]);
    await clock.advance(5);
    expect(fired.at(-1)).toBe('c at 30');
  });

  test('fires what a timer sets, if it is due; and not what it cancels', async () => {
    const clock = new ManualClock();
    const fired: string[] = [];
    const doomed = clock.setTimer(15, () => fired.push('never'));
    clock.setTimer(10, () => {
      doomed.cancel();
      clock.setTimer(5, () => fired.push(`inner at ${clock.now()}`));
      clock.setTimer(50, () => fired.push('too late'));
    });
    await clock.advance(20);
    expect([...fired, clock.now(), clock.pendingTimers]).toEqual(['inner at 15', 20, 1]);
  });

  test('moved by two at the same time is where the farther one wanted it', async () => {
    const clock = new ManualClock();
    await Promise.all([clock.advance(10), clock.advance(5)]);
    expect(clock.now()).toBe(10);
  });

  test('moved by two at the same time, or by a timer, never goes back and fires nothing twice', async () => {
    const clock = new ManualClock();
    const fired: number[] = [];
    for (const delayMs of [3, 6, 9]) clock.setTimer(delayMs, () => fired.push(delayMs));
    clock.setTimer(4, () => void clock.advance(20));
    await Promise.all([clock.advance(10), clock.advance(5)]);
    await clock.advance(0);
    expect(fired).toEqual([3, 6, 9]);
    expect(clock.now()).toBeGreaterThanOrEqual(10);
  });

  test('counts all timers that wait, and of them those that would keep Node alive', async () => {
    const clock = new ManualClock();
    const timer = clock.setTimer(10, () => undefined);
    const counts = [[clock.allTimers, clock.pendingTimers]];
    const count = (): void => void counts.push([clock.allTimers, clock.pendingTimers]);
    timer.unref();
    count();
    timer.ref();
    count();
    timer.cancel();
    timer.cancel();
    count();
    clock.setTimer(5, () => undefined).unref();
    count();
    await clock.advance(5);
    count();
    expect(counts).toEqual([
      [1, 1],
      [1, 0],
      [1, 1],
      [0, 0],
      [1, 0],
      [0, 0],
    ]);
  });

  test('lets all mailboxes of its runtimes run dry before, between and after its timers', async () => {
    const { runtime, clock } = newRuntime();
    const other = new Runtime({ clock });
    const [first, second] = [await runtime.start(Probe), await other.start(Probe)];
    const trace: string[] = [];
    clock.setTimer(10, () => trace.push('timer'));
    clock.setTimer(10, () => trace.push('next timer'));
    first.cast.run(() => second.cast.run(async () => (await Promise.resolve(), trace.push('before'))));
    clock.setTimer(5, () => second.cast.run(() => first.cast.run(() => void trace.push('between'))));
    await clock.advance(10);
    expect(trace).toEqual(['before', 'between', 'timer', 'next timer']);
    await other.shutdown();
  });

  test('moved by a handler deadlocks nothing', async () => {
    const { runtime, clock } = newRuntime();
    const [mover, sleeper] = [await runtime.start(Probe), await runtime.start(Probe)];
    await sleeper.call.run(({ self }) => void self.sendAfter(10, 'ring'));
    mover.cast.run(() => void clock.advance(10));
    await clock.advance(0);
    await clock.advance(0);
    expect(await sleeper.call.received()).toEqual(['ring']);
  });
});
