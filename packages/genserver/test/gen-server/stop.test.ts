import { describe, expect, test } from '@jest/globals';
import { type Address, ExitReason, NoProcessError } from '../../src/index.js';
import { gate, type LastWords, Probe, raise, rejection } from './probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');

describe('runtime.stop', () => {
  test.each([undefined, ExitReason.normal, ExitReason.shutdown, ExitReason.shutdownWith(1), ExitReason.error(boom)])(
    'with the reason %j runs terminate and resolves when the process is gone; an error that was asked for is no failure (GS-051, GS-073, GS-080)',
    async (reason) => {
      const { runtime, events } = newRuntime();
      const lastWords: LastWords = { reasons: [] };
      await runtime.start(Probe, { name: 'n', args: [{ lastWords }] });
      const exited = runtime.exited('n');
      await runtime.stop('n', reason);
      expect(runtime.whereis('n')).toBeUndefined();
      expect([await exited, ...lastWords.reasons]).toEqual([reason ?? ExitReason.normal, reason ?? ExitReason.normal]);
      expect(events.some(({ kind }) => kind === 'process_crashed')).toBe(reason?.kind === 'error');
    },
  );

  test('comes after the messages before it, and before those after it (GS-074)', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    const handled: number[] = [];
    probe.cast.run(() => opened);
    probe.cast.run(() => void handled.push(1));
    const stopped = runtime.stop(probe);
    probe.cast.run(() => void handled.push(2));
    await clock.advance(0);
    open();
    await stopped;
    expect(handled).toEqual([1]);
    expect(runtime.stats().dropped.dead_letter).toBe(1);
  });

  test('of a dead process or an unknown name rejects with NoProcessError (GS-075)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    await runtime.stop(probe);
    for (const address of [probe, 'nobody']) {
      await expect(runtime.stop(address)).rejects.toBeInstanceOf(NoProcessError);
    }
  });

  test.each([null, undefined, {}, true])('of %p, which is no address, is refused (GS-075)', async (address) => {
    const { runtime } = newRuntime();
    await expect(runtime.stop(address as Address)).rejects.toMatchObject({
      code: 'ERR_GENSERVER_INVALID_OPTION',
    });
  });

  test.each(['while terminate runs', 'while it waits its turn'])(
    'with a time limit gives up %s; the server ends all the same (GS-077)',
    async (when) => {
      const { runtime, clock } = newRuntime();
      const { opened, open } = gate();
      class Slow extends Probe {
        override terminate(): Promise<void> {
          return opened;
        }
      }
      const slow = await runtime.start(Slow);
      const exited = runtime.exited(slow);
      if (when === 'while it waits its turn') slow.cast.run(() => opened);
      const error = rejection(runtime.stop(slow, ExitReason.shutdown, { timeoutMs: 30 }));
      await clock.advance(30);
      expect(await error).toMatchObject({ code: 'ERR_GENSERVER_STOP_TIMEOUT', timeoutMs: 30 });
      expect(slow.isAlive).toBe(true);
      open();
      expect(await exited).toEqual(ExitReason.shutdown);
    },
  );

  test.each([
    ['a time limit that is no number', ExitReason.normal, 'x'],
    ['a negative time limit', ExitReason.normal, -1],
    ['a reason that is none', 'normal', 5],
  ])('with %s is refused, and the server lives (GS-078)', async (_, reason, timeoutMs) => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const stop = runtime.stop(probe, reason as ExitReason, { timeoutMs: timeoutMs as number });
    await expect(stop).rejects.toMatchObject({ code: 'ERR_GENSERVER_INVALID_OPTION' });
    expect(await probe.call.ping()).toBe('pong');
  });

  test('rejects with the real reason when the process ends differently (GS-079)', async () => {
    const { runtime, clock } = newRuntime();
    class Bad extends Probe {
      override terminate(): void {
        raise(boom);
      }
    }
    const [bad, busy] = [await runtime.start(Bad), await runtime.start(Probe)];
    expect(await rejection(runtime.stop(bad))).toMatchObject({ code: 'ERR_GENSERVER_STOP_FAILED', cause: boom });
    const { opened, open } = gate();
    busy.cast.run(() => opened);
    await clock.advance(0);
    const stopped = rejection(runtime.stop(busy));
    runtime.kill(busy);
    expect(await stopped).toMatchObject({ reason: ExitReason.killed });
    open();
  });

  test('twice at the same time: both learn that it is gone', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    await Promise.all([runtime.stop(probe), runtime.stop(probe)]);
    expect(probe.isAlive).toBe(false);
  });

  test.each([
    ['succeeds', () => undefined, 'fulfilled'],
    ['fails', () => raise(boom), 'rejected'],
  ])('during init that %s waits for it', async (_, end, status) => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    class Slow extends Probe {
      override async init(): Promise<void> {
        await opened;
        end();
      }
    }
    const start = Promise.allSettled([runtime.start(Slow, { name: 'slow' })]);
    const stop = Promise.allSettled([runtime.stop('slow')]);
    await clock.advance(0);
    open();
    expect([(await start)[0].status, (await stop)[0].status]).toEqual([status, status]);
    expect(runtime.whereis('slow')).toBeUndefined();
  });
});
