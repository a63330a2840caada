import { expect, test } from '@jest/globals';
import { GenServer, type InfoTimer } from '../../src/index.js';
import { useRuntimes } from '../support/test-runtime.js';

class Ticker extends GenServer {
  readonly ticks: unknown[] = [];

  after(delayMs: number): InfoTimer {
    return this.self.sendAfter(delayMs, 'once').unref();
  }

  every(intervalMs: number): InfoTimer {
    return this.self.sendInterval(intervalMs, 'again').unref();
  }

  seen(): readonly unknown[] {
    return this.ticks;
  }

  override handleInfo(message: unknown): void {
    this.ticks.push(message);
  }
}

const newRuntime = useRuntimes();

test.each(['after', 'every'] as const)(
  'an unref-ed timer does not keep Node running, and fires (%s, TIM-017)',
  async (kind) => {
    const { runtime, clock } = newRuntime();
    const ticker = await runtime.start(Ticker);
    const timer = await ticker.call[kind](10);
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(10);
    expect(await ticker.call.seen()).toHaveLength(1);
    expect(clock.pendingTimers).toBe(0); // nor does the next of an interval
    timer.cancel();
  },
);

test('unref of a timer that has fired or was cancelled does nothing', async () => {
  const { runtime, clock } = newRuntime();
  const ticker = await runtime.start(Ticker);
  const timer = await ticker.call.after(10);
  timer.cancel();
  expect(timer.unref()).toBe(timer);
  await clock.advance(20);
  expect(await ticker.call.seen()).toEqual([]);
});
