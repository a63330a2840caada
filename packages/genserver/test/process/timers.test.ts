import { describe, expect, test } from '@jest/globals';
import {
  type Clock,
  type ClockTimer,
  ExitReason,
  GenServer,
  type InfoTimer,
  Runtime,
  type ServerRef,
  Timeout,
} from '../../src/index.js';
import { gate, Probe, raise, within } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

async function sendAfter(probe: ServerRef<Probe>, delayMs: number, message: unknown = delayMs): Promise<InfoTimer> {
  return within(probe, ({ self }) => self.sendAfter(delayMs, message));
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
    expect([timer.read(), await within(other, () => timer.cancel())]).toEqual([60, 60]);
    await clock.advance(100);
    expect(await probe.call.received()).toEqual([]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('cancelled when its message waits already gives false, and the message comes (TIM-016)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    const cancelled = within(probe, async ({ self }) => {
      const timer = self.sendAfter(10, 'stale');
      await opened;
      return timer.cancel();
    });
    await clock.advance(10);
    open();
    expect(await cancelled).toBe(false);
    expect(await probe.call.received()).toEqual(['stale']);
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
    await within(probe, ({ self }) => {
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

  test('to a name looks it up when it fires; nobody there: a dead letter, and no error (TIM-008)', async () => {
    const { runtime, clock, events } = newRuntime();
    const sender = await runtime.start(Probe);
    await within(sender, ({ self }) => self.sendAfter(10, 'early', { to: 'late' }));
    await within(sender, ({ self }) => self.sendAfter(20, 'by ref', { to: runtime.ref(Probe, 'late') }));
    await clock.advance(10);
    expect(events).toContainEqual({
      kind: 'message_dropped',
      drop: 'dead_letter',
      process: 'late',
      message: 'timer',
      detail: 'early',
      sender: undefined,
    });
    const late = await runtime.start(Probe, { name: 'late' });
    await clock.advance(10);
    expect(await late.call.received()).toEqual(['by ref']);
  });

  test('to any ref by name looks it up when it fires (TIM-008)', async () => {
    const { runtime, clock } = newRuntime();
    const refs = [runtime.agent('n'), runtime.registry('n'), runtime.supervisor('n'), runtime.taskSupervisor('n')];
    for (const ref of refs) runtime.sendAfter(ref, 10, 'x');
    const late = await runtime.start(Probe, { name: 'n' });
    await clock.advance(10);
    expect(await late.call.received()).toEqual(['x', 'x', 'x', 'x']);
  });

  test('to a name outlives who started it and who held the name, but not the runtime (TIM-009)', async () => {
    const { runtime, clock } = newRuntime();
    const [sender] = [await runtime.start(Probe), await runtime.start(Probe, { name: 'n' })];
    const send = (delayMs: number): Promise<InfoTimer> =>
      within(sender, ({ self }) => self.sendAfter(delayMs, delayMs, { to: 'n' }));
    const timers = [await send(10), await send(1000)];
    for (const one of ['n', sender] as const) runtime.kill(one);
    const next = await runtime.start(Probe, { name: 'n' });
    await clock.advance(10);
    expect(await next.call.received()).toEqual([10]);
    await runtime.shutdown();
    expect([clock.pendingTimers, timers[1]?.read()]).toEqual([0, false]);
  });

  test.each(['pid', 'ref'])(
    'to the %s of a process ends with that process, not with its sender (TIM-009)',
    async (what) => {
      const { runtime, clock } = newRuntime();
      const [sender, target] = [await runtime.start(Probe), await runtime.start(Probe)];
      const to = what === 'ref' ? target : (target.pid ?? 'nobody');
      const send = (delayMs: number): Promise<InfoTimer> =>
        within(sender, ({ self }) => self.sendAfter(delayMs, delayMs, { to }));
      const timers = [await send(10), await send(20)];
      runtime.kill(sender);
      await clock.advance(10);
      expect(await target.call.received()).toEqual([10]);
      runtime.kill(target);
      expect([clock.pendingTimers, ...timers.map((timer) => timer.read())]).toEqual([0, false, false]);
    },
  );

  test('to somebody who has ended, or by a process that has, never fires (TIM-009)', async () => {
    const { runtime, clock } = newRuntime();
    const [sender, target] = [await runtime.start(Probe), await runtime.start(Probe, { name: 'n' })];
    const { pid } = target;
    await runtime.stop(target);
    const timer = await within(sender, ({ self }) => self.sendAfter(10, 'x', { to: pid ?? 'nobody' }));
    const self = await within(sender, (probe) => probe.self);
    runtime.kill(sender);
    expect([timer.read(), self.sendAfter(10, 'x', { to: 'n' }).read(), clock.pendingTimers]).toEqual([false, false, 0]);
  });

  test('can be told a moment on the clock; one in the past fires at once (TIM-012)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    await clock.advance(100);
    const timer = await within(probe, ({ self }) => {
      self.sendAfter(50, 'past', { abs: true });
      return self.sendAfter(self.now() + 10, 'soon', { abs: true });
    });
    expect([timer.read(), runtime.now()]).toEqual([10, 100]);
    await clock.advance(9);
    expect(await probe.call.received()).toEqual(['past']);
    await clock.advance(1);
    expect(await probe.call.received()).toEqual(['past', 'soon']);
  });

  test('can be started from outside, to a process or to a name (TIM-008, TIM-009)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    runtime.sendAfter(probe, 10, 'to the process');
    runtime.sendAfter('n', 10, 'to the name');
    runtime.sendAfter(probe, runtime.now() + 10, 'abs', { abs: true });
    const late = runtime.sendAfter(probe, 20, 'never');
    const named = await runtime.start(Probe, { name: 'n' });
    await clock.advance(10);
    expect(await probe.call.received()).toEqual(['to the process', 'abs']);
    expect(await named.call.received()).toEqual(['to the name']);
    runtime.kill(probe);
    expect(late.read()).toBe(false);
    expect(() => runtime.sendAfter(named, -1, 'x')).toThrow('Expected `delayMs`');
    expect(() => runtime.sendAfter('', 1, 'x')).toThrow('Expected `name`');
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

describe('startTimer', () => {
  test('wraps the message, so that it can be told from that of a timer cancelled too late (TIM-010, TIM-016)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const [first, second] = await within(probe, ({ self }) => [self.startTimer(10, 'a'), self.startTimer(10, 'a')]);
    await clock.advance(10);
    expect(await probe.call.received()).toEqual([new Timeout(first, 'a'), new Timeout(second, 'a')]);
    const [one, two] = (await probe.call.received()) as readonly Timeout[];
    expect([one?.timer === first, two?.timer === second, one?.timer === second]).toEqual([true, true, false]);
  });
});

describe('sendInterval', () => {
  test('sends again and again, without drift, until it is cancelled (TIM-015)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const timer = await within(probe, ({ self }) => self.sendInterval(10, 'tick'));
    await clock.advance(35);
    expect([await probe.call.received(), timer.read()]).toEqual([['tick', 'tick', 'tick'], 5]);
    expect([timer.cancel(), timer.cancel()]).toEqual([5, false]);
    await clock.advance(100);
    expect([(await probe.call.received()).length, clock.pendingTimers]).toEqual([3, 0]);
  });

  test('does not drift on a clock whose timers are late, and sends all that were due (TIM-015)', async () => {
    const late = new LateClock();
    const runtime = new Runtime({ clock: late });
    const probe = await runtime.start(Probe);
    await within(probe, ({ self }) => self.sendInterval(10, 'tick'));
    for (const now of [13, 24, 39, 47]) late.fire(now);
    expect(late.delays).toEqual([10, 7, 6, 1, 3]);
    late.fire(95);
    while ((late.delays.at(-1) ?? 0) === 0) late.fire(95);
    expect([(await probe.call.received()).length, late.delays.at(-1)]).toEqual([9, 5]);
    await runtime.shutdown();
  });

  test.each(['its process', 'the process it is for'])('ends with %s (TIM-015)', async (who) => {
    const { runtime, clock } = newRuntime();
    const [probe, other] = [await runtime.start(Probe), await runtime.start(Probe)];
    const to = who === 'its process' ? probe : other;
    await within(probe, ({ self }) => self.sendInterval(10, 'tick', { to }));
    await clock.advance(20);
    expect(await to.call.received()).toEqual(['tick', 'tick']);
    runtime.kill(to);
    expect(clock.pendingTimers).toBe(0);
  });

  test.each([0, -1, NaN, Infinity])('refuses %p as a time (TIM-007)', async (intervalMs) => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const refused = await within(probe, ({ self }) => thrownBy(() => self.sendInterval(intervalMs, 'never')));
    expect(refused).toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION', option: 'intervalMs' });
  });
});

describe('sleep', () => {
  test('blocks only the process that sleeps (PROC-038)', async () => {
    const { runtime, clock } = newRuntime();
    const [sleeper, other] = [await runtime.start(Probe), await runtime.start(Probe)];
    sleeper.cast.run(async (probe) => {
      await probe.self.sleep(100);
      probe.seen.push('awake');
    });
    sleeper.send('waits');
    await clock.advance(99);
    expect(await other.call.ping()).toBe('pong');
    const received = sleeper.call.received();
    await clock.advance(1);
    expect(await received).toEqual(['awake', 'waits']);
  });

  test('of 0 ms returns at once, and of 2^32 ms does not (PROC-038)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    await within(probe, ({ self }) => self.sleep(0));
    const long = probe.with({ timeoutMs: Infinity }).call.run(({ self }) => self.sleep(2 ** 32).then(() => 'slept'));
    await clock.advance(2 ** 32 - 1);
    expect(clock.pendingTimers).toBe(1);
    await clock.advance(1);
    expect(await long).toBe('slept');
  });

  test.each([1000, Infinity])(
    'of %p ms rejects as soon as its process ends, and nothing is left (PROC-038)',
    async (delayMs) => {
      const { runtime, clock } = newRuntime();
      const probe = await runtime.start(Probe);
      const ends: unknown[] = [];
      const self = await within(probe, (one) => one.self);
      probe.cast.run(async (one) => {
        void one.self.sleep(delayMs); // that nobody awaits it is no unhandled rejection
        await one.self.sleep(delayMs).catch((error: unknown) => (ends.push(error), raise(error)));
        ends.push('goes on');
      });
      await clock.advance(0);
      runtime.exit(probe, ExitReason.shutdown);
      await clock.advance(0);
      expect(ends).toMatchObject([{ code: 'ERR_GENSERVER_EXIT', reason: ExitReason.shutdown }]);
      expect([clock.pendingTimers, runtime.stats().dropped.late_failure]).toEqual([0, 0]);
      await expect(self.sleep(0)).rejects.toMatchObject({ code: 'ERR_GENSERVER_EXIT' });
    },
  );

  test.each([-1, NaN, '5'])('refuses %p as a time (TIM-007)', async (delayMs) => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const refused = await within(probe, ({ self }) => thrownBy(() => void self.sleep(delayMs as number)));
    expect(refused).toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION', option: 'delayMs' });
  });
});

/** A clock whose one timer fires when the test says so, at the time it says. */
class LateClock implements Clock {
  readonly delays: number[] = [];
  #now = 0;
  #callback: () => void = () => undefined;

  now(): number {
    return this.#now;
  }
  setTimer(delayMs: number, callback: () => void): ClockTimer {
    if (delayMs > 1000) return { cancel() {}, ref() {}, unref() {} }; // the time limit of a call
    this.delays.push(delayMs);
    this.#callback = callback;
    return { cancel() {}, ref() {}, unref() {} };
  }
  fire(now: number): void {
    this.#now = now;
    this.#callback();
  }
}

function thrownBy(action: () => void): unknown {
  try {
    action();
    return undefined;
  } catch (error) {
    return error;
  }
}

test('a server can take the clock and the chance of its runtime, and those of another are others', async () => {
  class Dice extends GenServer {
    parts() {
      return [this.self.clock, this.self.random] as const;
    }
  }
  const one = newRuntime({ random: () => 0.25 });
  const two = newRuntime({ random: () => 0.25 });
  const [clock, random] = await (await one.runtime.start(Dice)).call.parts();
  const [again] = await (await one.runtime.start(Dice)).call.parts();
  const [, other] = await (await two.runtime.start(Dice)).call.parts();
  expect([clock, again, random(), random === other]).toEqual([one.clock, one.clock, 0.25, false]);
});
