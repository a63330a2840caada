import { describe, expect, test } from '@jest/globals';
import { Exit, ExitReason, NoProcessError, ProcessExitedError } from '../../src/index.js';
import { gate, type LastWords, Probe, raise, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();

describe('kill', () => {
  test.each(['trapping', 'not trapping'])(
    'ends any process at once, without terminate; others see killed: %s (PROC-012)',
    async (kind) => {
      const { runtime } = newRuntime();
      const lastWords: LastWords = { reasons: [] };
      const probe = await runtime.start(Probe, { args: [{ trapExit: kind === 'trapping', lastWords }] });
      const exited = runtime.exited(probe);
      runtime.kill(probe);
      expect(probe.isAlive).toBe(false);
      expect(await exited).toEqual(ExitReason.killed);
      expect(lastWords.reasons).toEqual([]);
    },
  );

  test('takes linked processes down with killed, and they can trap it (PROC-013)', async () => {
    const { runtime } = newRuntime();
    const [a, b] = [await runtime.start(Probe), await runtime.start(Probe)];
    const c = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const { pid } = a;
    await a.call.run(({ self }) => [self.link(b), self.link(c)]);
    const exited = runtime.exited(b);
    runtime.kill(a);
    expect(await exited).toEqual(ExitReason.killed);
    expect(await c.call.received()).toEqual([new Exit(pid, ExitReason.killed)]);
  });

  test('of nobody is no error', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    runtime.kill(probe);
    runtime.kill(probe);
    runtime.kill('nobody');
    expect(runtime.stats().processes).toBe(0);
  });

  test('rejects the running and the waiting callers at once, and fires their signals (GS-032, GS-033)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    const signals: (AbortSignal | undefined)[] = [];
    const running = probe.call.run(({ self }) => {
      signals.push(self.signal, self.request?.signal);
      return opened;
    });
    const waiting = probe.call.ping();
    await clock.advance(0);
    runtime.kill(probe);
    for (const error of [await rejection(running), await rejection(waiting)]) {
      expect(error).toBeInstanceOf(ProcessExitedError);
      expect(error).toMatchObject({ reason: ExitReason.killed });
    }
    expect(signals.map((signal) => signal?.aborted)).toEqual([true, true]);
    open();
    await clock.advance(0);
    expect(runtime.stats().dropped.late_reply).toBe(1);
  });

  test('what the abandoned handler still does has no effect: messages, timers, links, monitors, its end', async () => {
    const { runtime, clock } = newRuntime();
    const other = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    const after = gate<readonly unknown[]>();
    probe.cast.run(async ({ self }) => {
      await opened;
      const timer = self.sendAfter(10, 'too late');
      self.link(other);
      self.monitor(other);
      self.unlink(other);
      self.idleTimeout(10);
      self.continue('too late');
      self.stop(ExitReason.error(new Error('too late')));
      after.open([timer.read(), timer.cancel(), self.request, self.signal.aborted, self.mailboxSize]);
      throw new Error('too late');
    });
    await clock.advance(0);
    const exited = runtime.exited(probe);
    runtime.kill(probe);
    open();
    expect(await after.opened).toEqual([false, false, undefined, true, 0]);
    await clock.advance(20);
    expect(await exited).toEqual(ExitReason.killed);
    expect(runtime.stats().dropped.late_failure).toBe(1);
    expect(clock.pendingTimers).toBe(0);
    runtime.kill(other);
    await clock.advance(0);
  });

  test('by its own handler: the handler runs on, its throw is counted, nothing else is handled', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const exited = runtime.exited(probe);
    const seen: string[] = [];
    const call = probe.call.run(() => {
      runtime.kill(probe);
      seen.push('after the kill');
      raise(new Error('nobody hears this'));
    });
    probe.cast.run(() => void seen.push('never'));
    await expect(call).rejects.toMatchObject({ reason: ExitReason.killed });
    expect(await exited).toEqual(ExitReason.killed);
    await clock.advance(0);
    expect(seen).toEqual(['after the kill']);
    expect(runtime.stats().dropped).toMatchObject({ late_failure: 1, dead_letter: 1 });
  });

  test('during init fails the start, frees the name, and what init still does is ignored', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    class Slow extends Probe {
      override async init(): Promise<void> {
        await opened;
        this.self.continue('never');
      }
    }
    const start = runtime.start(Slow, { name: 'slow' });
    await clock.advance(0);
    runtime.kill('slow');
    expect(await rejection(start)).toMatchObject({ code: 'ERR_GENSERVER_START_FAILED', reason: ExitReason.killed });
    expect(runtime.whereis('slow')).toBeUndefined();
    open();
    await clock.advance(0);
    expect(runtime.stats().processes).toBe(0);
  });

  test('while create is still making the instance: init never runs', async () => {
    const { runtime, clock } = newRuntime();
    const made = gate<Probe>();
    const start = runtime.start(Probe, { name: 'made', create: () => made.opened });
    await clock.advance(0);
    runtime.kill('made');
    await expect(start).rejects.toMatchObject({ reason: ExitReason.killed });
    const instance = new Probe();
    made.open(instance);
    await clock.advance(0);
    expect(() => instance.self).toThrow('is not running in a process');
  });

  test('a call after the end rejects with NoProcessError, and pid and isAlive say so (PROC-025, GS-031)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    runtime.kill(probe);
    expect([probe.pid, probe.isAlive, runtime.whereis(probe)]).toEqual([undefined, false, undefined]);
    await expect(probe.call.ping()).rejects.toBeInstanceOf(NoProcessError);
  });
});
