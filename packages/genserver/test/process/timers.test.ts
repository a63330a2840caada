import { describe, expect, test } from '@jest/globals';
import type { InfoTimer, ServerRef } from '../../src/index.js';
import { Probe } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

async function sendAfter(probe: ServerRef<Probe>, delayMs: number, message: unknown = delayMs): Promise<InfoTimer> {
  return (await probe.call.run(({ self }) => self.sendAfter(delayMs, message))) as InfoTimer;
}

describe('sendAfter', () => {
  test('sends its message once, and not early (TIM-001)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    await sendAfter(probe, 100, 'ring');
    await clock.advance(99);
    expect(await probe.call.received()).toEqual([]);
    await clock.advance(1);
    expect(await probe.call.received()).toEqual(['ring']);
    await clock.advance(1000);
    expect(await probe.call.received()).toEqual(['ring']);
  });

  test('can be read and cancelled, by anyone, and tells the milliseconds left (TIM-002, TIM-004, TIM-014)', async () => {
    const { runtime, clock } = newRuntime();
    const [probe, other] = [await runtime.start(Probe), await runtime.start(Probe)];
    const timer = await sendAfter(probe, 100);
    await clock.advance(40);
    expect([timer.read(), await other.call.run(() => timer.cancel())]).toEqual([60, 60]);
    await clock.advance(100);
    expect(await probe.call.received()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('that has fired or was cancelled gives false, and takes nothing back (TIM-003, TIM-016)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const [fired, cancelled] = [await sendAfter(probe, 10), await sendAfter(probe, 20)];
    await clock.advance(10);
    cancelled.cancel();
    expect([fired.read(), fired.cancel(), cancelled.read(), cancelled.cancel()]).toEqual([false, false, false, false]);
    expect(await probe.call.received()).toEqual([10]);
  });

  test('fires in the order of the times (TIM-005)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    for (const delayMs of [200, 0, 300, 100]) await sendAfter(probe, delayMs);
    await clock.advance(300);
    expect(await probe.call.received()).toEqual([0, 100, 200, 300]);
  });

  test('of 0 ms comes after what is sent directly (TIM-006)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    await probe.call.run(({ self }) => {
      self.sendAfter(0, 'timer');
      probe.send('direct');
    });
    await clock.advance(0);
    expect(await probe.call.received()).toEqual(['direct', 'timer']);
  });

  test.each([-1, NaN, Infinity, '5', undefined])('refuses %p as a time (TIM-007)', async (delayMs) => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    await expect(sendAfter(probe, delayMs as number, 'never')).rejects.toMatchObject({
      cause: { code: 'ERR_GENSERVER_INVALID_OPTION', option: 'delayMs' },
    });
    expect(clock.pendingTimers).toBe(0);
  });

  test.each(['stops', 'is killed'])('ends with its process, which %s (TIM-009)', async (how) => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const timers = [await sendAfter(probe, 100), await sendAfter(probe, 200)];
    if (how === 'stops') await runtime.stop(probe);
    else runtime.kill(probe);
    expect(timers.map((timer) => timer.read())).toEqual([false, false]);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(200);
    expect(runtime.stats().dropped.dead_letter).toBe(0);
  });

  test('can be of more than 2^31 ms (TIM-013)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const timer = await sendAfter(probe, 2 ** 32, 'late');
    await clock.advance(2 ** 32 - 1);
    expect([timer.read(), await probe.call.received()]).toEqual([1, []]);
    await clock.advance(1);
    expect(await probe.call.received()).toEqual(['late']);
  });

  test('that repeats itself ends with its process, and does not drift (TIM-015)', async () => {
    const { runtime, clock } = newRuntime();
    class Ticker extends Probe {
      override init(): void {
        this.self.sendAfter(10, 'tick');
      }
      override handleInfo(): void {
        this.seen.push(clock.now());
        this.self.sendAfter(10, 'tick');
      }
    }
    const ticker = await runtime.start(Ticker);
    await clock.advance(45);
    expect(await ticker.call.received()).toEqual([10, 20, 30, 40]);
    runtime.kill(ticker);
    expect(clock.pendingTimers).toBe(0);
  });
});
