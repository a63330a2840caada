import { describe, expect, test } from '@jest/globals';
import { child, Exit, exit, ExitError, ExitReason, type StartError } from '../../src/index.js';
import { gate, Probe, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const crash = ExitReason.error(new Error('boom'));
const REASONS = [ExitReason.normal, ExitReason.shutdown, ExitReason.shutdownWith('deploy'), crash];

describe('exit(reason)', () => {
  test.each(REASONS)(
    'in a handler runs terminate and ends the process with exactly %j (PROC-004, GS-048)',
    async (reason) => {
      const { runtime, events } = newRuntime();
      const reasons: ExitReason[] = [];
      const probe = await runtime.start(Probe, { args: [{ lastWords: { reasons } }] });
      const exited = runtime.exited(probe);
      expect(await rejection(probe.call.run(() => exit(reason)))).toMatchObject({
        code: 'ERR_GENSERVER_PROCESS_EXITED',
        reason,
      });
      expect(await exited).toBe(reason);
      expect(reasons).toEqual([reason]);
      // A clean reason is no crash (PROC-033).
      expect(events.filter(({ kind }) => kind === 'process_crashed')).toHaveLength(reason === crash ? 1 : 0);
    },
  );

  test('ends the process from an async handler, too (PROC-004)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const exited = runtime.exited(probe);
    probe.cast.run(async () => {
      await Promise.resolve();
      exit(ExitReason.shutdown);
    });
    expect(await exited).toEqual(ExitReason.shutdown);
  });

  test('can be caught, and then the process goes on and nobody hears of it (PROC-005)', async () => {
    const { runtime, events } = newRuntime();
    const [probe, peer] = [await runtime.start(Probe), await runtime.start(Probe, { args: [{ trapExit: true }] })];
    await peer.call.run(({ self }) => self.link(probe));
    const caught = await probe.call.run(() => {
      try {
        return exit(crash);
      } catch (error) {
        return error;
      }
    });
    expect(caught).toBeInstanceOf(ExitError);
    expect(caught).toMatchObject({ code: 'ERR_GENSERVER_EXIT', reason: crash });
    expect([await probe.call.ping(), await peer.call.received()]).toEqual(['pong', []]);
    expect(events.filter(({ kind }) => kind !== 'process_started')).toEqual([]);
  });

  test('with `killed` is an ordinary reason: terminate runs, and a linked process can trap it (PROC-014)', async () => {
    const { runtime } = newRuntime();
    const reasons: ExitReason[] = [];
    const probe = await runtime.start(Probe, { args: [{ lastWords: { reasons } }] });
    const { pid } = probe;
    const trapping = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const linked = await runtime.start(Probe);
    for (const peer of [trapping, linked]) await peer.call.run(({ self }) => self.link(probe));
    const exited = runtime.exited(linked);
    probe.cast.run(() => exit(ExitReason.killed));
    expect(await exited).toEqual(ExitReason.killed);
    expect(await trapping.call.received()).toEqual([new Exit(pid, ExitReason.killed)]);
    expect(reasons).toEqual([ExitReason.killed]);
  });

  test.each(REASONS)('in init fails the start with %j, without terminate (PROC-004, GS-052)', async (reason) => {
    const { runtime, events } = newRuntime();
    const reasons: ExitReason[] = [];
    class Failing extends Probe {
      override init(): void {
        this.lastWords = { reasons };
        exit(reason);
      }
    }
    const error = (await rejection(runtime.start(Failing, { name: 'failing' }))) as StartError;
    expect(error).toMatchObject({ code: 'ERR_GENSERVER_START_FAILED', reason });
    expect([reasons, runtime.whereis('failing')]).toEqual([[], undefined]);
    expect(events.filter(({ kind }) => kind === 'process_crashed')).toHaveLength(reason === crash ? 1 : 0);
  });

  test.each(REASONS)('in terminate replaces the reason by %j (GS-055)', async (reason) => {
    const { runtime } = newRuntime();
    class Replacing extends Probe {
      override terminate(): void {
        exit(reason);
      }
    }
    const probe = await runtime.start(Replacing);
    const exited = runtime.exited(probe);
    probe.cast.run(({ self }) => self.stop(ExitReason.shutdownWith('asked')));
    expect(await exited).toBe(reason);
  });

  test('with `normal` ends a transient child for good, with a crash it comes back (PROC-033)', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor({
      strategy: 'one_for_one',
      children: [
        child(Probe, { name: 'done', restart: 'transient' }),
        child(Probe, { name: 'failed', restart: 'transient' }),
      ],
    });
    runtime.ref(Probe, 'done').cast.run(() => exit(ExitReason.normal));
    runtime.ref(Probe, 'failed').cast.run(() => exit(crash));
    await clock.advance(0);
    expect([runtime.whereis('done'), runtime.whereis('failed')]).toEqual([undefined, expect.any(Number)]);
  });

  test('in a handler whose process has ended is no late failure', async () => {
    const { runtime, clock } = newRuntime();
    const probe = await runtime.start(Probe);
    const { opened, open } = gate();
    probe.cast.run(async () => {
      await opened;
      exit(ExitReason.normal);
    });
    await clock.advance(0);
    runtime.kill(probe);
    open();
    await clock.advance(0);
    expect(runtime.stats().dropped.late_failure).toBe(0);
  });

  test('outside a process is an error that says so, and refuses what is no reason', () => {
    expect(() => exit(ExitReason.shutdown)).toThrow('exit() was called, with the reason shutdown.');
    expect(() => exit('shutdown' as unknown as ExitReason)).toThrow('Expected `reason` to be an ExitReason');
  });
});
