import { describe, expect, test } from '@jest/globals';
import { Exit, ExitReason, formatReason, isAbnormal, ProcessExitedError } from '../../src/index.js';
import { gate, type LastWords, Probe, raise, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const boom = new Error('boom');
const failed = ExitReason.error(boom);

describe('exit reasons', () => {
  test('a server that stops itself without a reason ends with normal (PROC-001)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const exited = runtime.exited(probe);
    expect(await probe.call.run(({ self }) => (self.stop(), 'any value'))).toBe('any value');
    expect(await exited).toEqual(ExitReason.normal);
  });

  test('the reason of a crash carries the identical error, for everyone who sees it (PROC-002, MON-015)', async () => {
    const { runtime, clock } = newRuntime();
    const lastWords: LastWords = { reasons: [] };
    const failing = await runtime.start(Probe, { args: [{ lastWords }] });
    const watcher = await runtime.start(Probe, { args: [{ trapExit: true }] });
    await watcher.call.run(({ self }) => (self.link(failing), self.monitor(failing)));
    const exited = runtime.exited(failing);
    const error = await rejection(failing.call.run(() => raise(boom)));
    await clock.advance(0);
    const [down, exit] = (await watcher.call.received()) as readonly { readonly reason: ExitReason }[];
    const reasons = [
      await exited,
      (error as ProcessExitedError).reason,
      down?.reason,
      exit?.reason,
      ...lastWords.reasons,
    ];
    expect(reasons).toHaveLength(5);
    for (const reason of reasons) expect(reason?.kind === 'error' && reason.error).toBe(boom);
  });

  test.each([
    ['a string', 'oops'],
    ['null', null],
    ['undefined', undefined],
    ['a number', 0],
    ['a symbol', Symbol('s')],
  ])('a thrown value that is no Error ends the process like one: %s (PROC-003, GS-010, GS-049)', async (_, thrown) => {
    const { runtime } = newRuntime();
    const [sync, async] = [await runtime.start(Probe), await runtime.start(Probe)];
    const exits = [runtime.exited(sync), runtime.exited(async)];
    await expect(sync.call.run(() => raise(thrown))).rejects.toBeInstanceOf(ProcessExitedError);
    await expect(async.call.run(() => Promise.resolve().then(() => raise(thrown)))).rejects.toBeInstanceOf(
      ProcessExitedError,
    );
    expect(await Promise.all(exits)).toEqual([ExitReason.error(thrown), ExitReason.error(thrown)]);
  });

  test.each([
    [ExitReason.normal, false],
    [ExitReason.shutdown, false],
    [ExitReason.shutdownWith('deploy'), false],
    [ExitReason.killed, true],
    [ExitReason.noproc, true],
    [failed, true],
  ])(
    '%j: abnormal is %s, and only an abnormal end is reported as a crash, once (PROC-033, PROC-034)',
    async (reason, abnormal) => {
      const { runtime, events } = newRuntime();
      const probe = await runtime.start(Probe);
      await probe.call.run(({ self }) => self.stop(reason));
      expect(isAbnormal(reason)).toBe(abnormal);
      expect(events.filter(({ kind }) => kind === 'process_crashed')).toHaveLength(abnormal ? 1 : 0);
      expect(events.filter(({ kind }) => kind === 'process_exited')).toHaveLength(1);
    },
  );

  test('a crash report names the last message and how many were waiting (PROC-034, GS-085)', async () => {
    const { runtime, events } = newRuntime();
    const probe = await runtime.start(Probe, { name: 'reporter' });
    const crash = probe.call.run(() => raise(boom));
    probe.cast.ping();
    await expect(crash).rejects.toThrow('boom');
    expect(events).toContainEqual(
      expect.objectContaining({
        kind: 'process_crashed',
        process: 'reporter',
        reason: failed,
        lastMessage: 'run',
        mailboxSize: 1,
      }),
    );
  });

  test('a reason becomes one line of text, whatever was thrown', () => {
    const circular: { self?: unknown } = Object.create(null) as object;
    circular.self = circular;
    expect(formatReason(ExitReason.shutdownWith({ why: 'deploy' }))).toBe('shutdown ({"why":"deploy"})');
    expect(formatReason(failed)).toBe('Error: boom');
    for (const odd of [circular, 1n, Symbol('s'), undefined, null]) {
      expect(typeof formatReason(ExitReason.error(odd))).toBe('string');
    }
  });
});

describe('an exit signal', () => {
  test.each(['idle', 'busy'])(
    'ends a process that does not trap exits, without terminate, and its queue is lost: %s (PROC-007)',
    async (state) => {
      const { runtime, clock } = newRuntime();
      const lastWords: LastWords = { reasons: [] };
      const probe = await runtime.start(Probe, { args: [{ lastWords }] });
      const { opened, open } = gate();
      if (state === 'busy') probe.cast.run(() => opened);
      await clock.advance(0);
      const exited = runtime.exited(probe);
      const queued = probe.call.ping();
      runtime.exit(probe, failed);
      await expect(queued).rejects.toMatchObject({ reason: failed });
      expect(await exited).toBe(failed);
      open();
      await clock.advance(0);
      expect(lastWords.reasons).toEqual([]);
    },
  );

  test('with normal is ignored by another process (PROC-008)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    runtime.exit(probe, ExitReason.normal);
    expect(await probe.call.ping()).toBe('pong');
  });

  test.each([ExitReason.normal, ExitReason.shutdown, ExitReason.killed, failed])(
    'with %j is a message to who traps exits, also when it says killed (PROC-009, PROC-011, PROC-015)',
    async (reason) => {
      const { runtime } = newRuntime();
      const probe = await runtime.start(Probe, { args: [{ trapExit: true }] });
      const sender = await runtime.start(Probe);
      await sender.call.run(() => runtime.exit(probe, reason));
      runtime.exit(probe, reason);
      expect(await probe.call.received()).toEqual([new Exit(sender.pid, reason), new Exit(undefined, reason)]);
    },
  );

  test.each([
    ['normal', false, ExitReason.normal],
    ['an error', false, failed],
    ['normal', true, ExitReason.normal],
  ])(
    'to oneself with %s (trapping: %s): ends who does not trap, and cannot be caught (PROC-006, PROC-010)',
    async (_, trapExit, reason) => {
      const { runtime, clock } = newRuntime();
      const probe = await runtime.start(Probe, { args: [{ trapExit }] });
      let ended: ExitReason | undefined;
      void runtime.exited(probe).then((actual) => (ended = actual));
      const { pid } = probe;
      probe.cast.run(() => {
        try {
          runtime.exit(probe, reason);
        } catch {
          throw new Error('An exit signal is not an exception.');
        }
      });
      await clock.advance(0);
      expect(ended).toEqual(trapExit ? undefined : reason);
      const received = trapExit ? await probe.call.received() : [];
      expect(received).toEqual(trapExit ? [new Exit(pid, reason)] : []);
    },
  );

  test('the first deadly one counts (PROC-016)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    const exited = runtime.exited(probe);
    runtime.exit(probe, failed);
    runtime.exit(probe, ExitReason.error(new Error('second')));
    expect(await exited).toBe(failed);
  });

  test('to a dead process or an unknown name is no error (PROC-017)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe);
    await runtime.stop(probe);
    runtime.exit(probe, failed);
    runtime.exit('nobody', failed);
    expect(await runtime.exited(probe)).toEqual(ExitReason.noproc);
  });

  test('comes after the messages that its sender sent before (PROC-020, PROC-021)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe, { args: [{ trapExit: true }] });
    probe.send('first');
    probe.send('second');
    runtime.exit(probe, failed);
    probe.send('last');
    expect(await probe.call.received()).toEqual(['first', 'second', new Exit(undefined, failed), 'last']);
  });
});

describe('trapping exits', () => {
  test('is off by default, tells the old value, and is not inherited (PROC-018)', async () => {
    const { runtime } = newRuntime();
    class Plain extends Probe {
      override init(): void {}
    }
    const probe = await runtime.start(Plain);
    const flags = await probe.call.run(async ({ self }) => {
      const first = self.trapExit(true);
      const other = await runtime.start(Plain);
      const inherited = await other.call.run((started) => started.self.trapExit(false));
      return [first, inherited, self.trapExit(false)];
    });
    expect(flags).toEqual([false, false, true]);
  });

  test('switched off leaves the messages that are in the mailbox; the next signal ends the process (PROC-019)', async () => {
    const { runtime } = newRuntime();
    const probe = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const switchedOff = probe.call.run(({ self }) => self.trapExit(false));
    runtime.exit(probe, failed);
    await switchedOff;
    expect(await probe.call.received()).toEqual([new Exit(undefined, failed)]);
    const exited = runtime.exited(probe);
    runtime.exit(probe, ExitReason.shutdown);
    expect(await exited).toEqual(ExitReason.shutdown);
  });
});
