import { describe, expect, test } from '@jest/globals';
import { Runtime } from '../../src/index.js';
import { LeakDetector, LeakError, ManualClock, settle } from '../../src/testing.js';
import { gate, Probe, rejection } from '../gen-server/probe.js';

function newScope(): { readonly runtime: Runtime; readonly clock: ManualClock } {
  const clock = new ManualClock();
  return { clock, runtime: new Runtime({ clock }) };
}

// Unhandled rejections need a process of their own: see leaks.system.test.ts.
describe('a leak detector', () => {
  test('is content when nothing was left behind', async () => {
    const scope = newScope();
    const detector = new LeakDetector();
    await scope.runtime.start(Probe, { name: 'tidy' });
    await scope.runtime.shutdown();
    await expect(detector.assertNone(scope)).resolves.toBeUndefined();
  });

  test('finds a process, and draws its tree', async () => {
    const scope = newScope();
    const detector = new LeakDetector();
    await scope.runtime.start(Probe, { name: 'left' });
    const error = await rejection(detector.assertNone(scope));
    expect(error).toBeInstanceOf(LeakError);
    expect(error).toMatchObject({
      code: 'ERR_GENSERVER_LEAK',
      leaks: [expect.stringContaining('1 process(es)\n└─ left') as unknown],
    });
    await scope.runtime.shutdown();
  });

  test('finds a timer of the manual clock', async () => {
    const scope = newScope();
    const detector = new LeakDetector();
    const timer = scope.clock.setTimer(10, () => undefined);
    expect(await rejection(detector.assertNone(scope))).toMatchObject({ leaks: ['1 timer(s)'] });
    timer.cancel();
  });

  test('finds a listener of runtime events', async () => {
    const scope = newScope();
    const detector = new LeakDetector();
    const unsubscribe = scope.runtime.subscribe(() => undefined);
    expect(await rejection(detector.assertNone(scope))).toMatchObject({ leaks: ['1 listener(s) of runtime events'] });
    unsubscribe();
  });

  test('finds a listener of the Node process', async () => {
    const detector = new LeakDetector();
    const listener = (): void => undefined;
    process.on('SIGUSR2', listener);
    expect(await rejection(detector.assertNone())).toMatchObject({
      leaks: ['1 listener(s) for the process event "SIGUSR2"'],
    });
    process.off('SIGUSR2', listener);
  });

  test('tells all leaks of all scopes at once', async () => {
    const [one, two] = [newScope(), newScope()];
    const detector = new LeakDetector();
    await one.runtime.start(Probe, { name: 'left' });
    const timer = two.clock.setTimer(10, () => undefined);
    expect(((await rejection(detector.assertNone(one, two))) as LeakError).leaks).toHaveLength(2);
    timer.cancel();
    await one.runtime.shutdown();
  });
});

describe('a leak detector that watches', () => {
  test('says who started what is left, a process or a place in the code', async () => {
    const scope = newScope();
    const detector = new LeakDetector();
    detector.watch(scope);
    const starter = await scope.runtime.start(Probe, { name: 'starter' });
    await starter.call.run(async () => void (await scope.runtime.start(Probe, { name: 'orphan' })));
    const [text] = ((await rejection(detector.assertNone(scope))) as LeakError).leaks;
    expect(text).toMatch(/starter was started at .*leaks\.test\.ts:\d+/);
    expect(text).toMatch(/orphan was started by starter at .*leaks\.test\.ts:\d+/);
    expect(scope.runtime.listenerCount).toBe(0);
    await scope.runtime.shutdown();
  });

  test('says where a timer was set, and when it is due', async () => {
    const scope = newScope();
    const detector = new LeakDetector();
    detector.watch(scope);
    const timer = scope.clock.setTimer(10, () => undefined);
    scope.clock.setTimer(20, () => undefined).unref();
    const [text, ...others] = ((await rejection(detector.assertNone(scope))) as LeakError).leaks;
    expect(text).toMatch(/^1 timer\(s\)\ndue in 10 ms, set at .*leaks\.test\.ts:\d+/);
    expect(others).toEqual([]);
    timer.cancel();
  });

  test('is content when nothing was left behind, and listens to nothing any more', async () => {
    const scope = newScope();
    const detector = new LeakDetector();
    detector.watch(scope);
    detector.watch(scope);
    await scope.runtime.start(Probe);
    await scope.runtime.shutdown();
    await detector.assertNone(scope);
    expect(scope.runtime.listenerCount).toBe(0);
  });

  test('leaves unhandled rejections to the test runner, if it is told to', async () => {
    const before = process.listenerCount('unhandledRejection');
    const detector = new LeakDetector({ unhandledRejections: false });
    expect(process.listenerCount('unhandledRejection')).toBe(before);
    await detector.assertNone();
  });
});

describe('settle', () => {
  test('waits until what follows from a message is done, through several servers and awaits', async () => {
    const { runtime } = newScope();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    const trace: string[] = [];
    a.cast.run(async () => {
      await Promise.resolve();
      trace.push(await b.call.ping());
      b.cast.run(() => void trace.push('last'));
    });
    await settle(runtime);
    expect([trace, runtime.idle]).toEqual([['pong', 'last'], true]);
    await runtime.shutdown();
  });

  test('does not wait for a handler that waits for something else', async () => {
    const { runtime } = newScope();
    const a = await runtime.start(Probe);
    const { opened, open } = gate();
    a.cast.run(() => opened);
    await settle(runtime);
    expect(runtime.idle).toBe(true);
    open();
    await runtime.shutdown();
  });
});
