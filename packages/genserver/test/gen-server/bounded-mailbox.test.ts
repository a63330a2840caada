import { describe, expect, test } from '@jest/globals';
import {
  child,
  Down,
  Exit,
  ExitReason,
  GenServer,
  InvalidOptionError,
  type MailboxLimit,
  type Overflow,
  OverloadedError,
  type ServerRef,
} from '../../src/index.js';
import { gate, type Gate, Probe, rejection } from './probe.js';
import { type TestRuntime, useRuntimes } from '../support/test-runtime.js';

const newRuntime = useRuntimes();
const OVERFLOWS: readonly Overflow[] = ['reject', 'drop_newest', 'drop_oldest'];

/** Notes down what reaches it, and works as long as the test says. */
class Desk extends GenServer {
  readonly seen: unknown[] = [];

  work({ opened }: Gate): Promise<void> {
    return opened;
  }
  note(what: unknown): void {
    this.seen.push(what);
  }
  watch(address: Parameters<Desk['self']['monitor']>[0]): void {
    this.self.trapExit(true);
    this.self.link(address);
    this.self.monitor(address);
    this.self.sendAfter(10, 'timer');
  }
  override handleInfo(message: unknown): void {
    this.seen.push(message);
  }
  notes(): readonly unknown[] {
    return [...this.seen];
  }
}

interface Busy extends TestRuntime {
  readonly desk: ServerRef<Desk>;
  /** Lets it go on; resolves with what it has seen. */
  readonly finish: () => Promise<readonly unknown[]>;
}

/** A server at work on one message, with room for so many others. */
async function busy(mailbox: MailboxLimit): Promise<Busy> {
  const made = newRuntime();
  const desk = await made.runtime.start(Desk, { name: 'desk', mailbox });
  const work = gate();
  desk.cast.work(work);
  await made.clock.advance(0);
  const finish = async (): Promise<readonly unknown[]> => {
    work.open();
    await made.clock.advance(0);
    return desk.call.notes();
  };
  return { ...made, desk, finish };
}

describe('a full mailbox', () => {
  test.each(OVERFLOWS)(
    'that is to %s: a call that gives way rejects with an OverloadedError, and never hangs',
    async (overflow) => {
      const { desk, finish } = await busy({ limit: 2, overflow });
      const calls = [1, 2, 3].map((what) =>
        desk.call.note(what).then(
          () => 'answered',
          (error: unknown) => error,
        ),
      );
      const seen = await finish();
      const lost = overflow === 'drop_oldest' ? 0 : 2;
      expect(seen).toEqual([1, 2, 3].filter((what) => what !== lost + 1));
      const answers = await Promise.all(calls);
      expect(answers[lost]).toMatchObject({
        code: 'ERR_GENSERVER_OVERLOADED',
        server: 'desk',
        request: 'note',
        limit: 2,
      });
      expect(answers.filter((answer) => answer === 'answered')).toHaveLength(2);
    },
  );

  test.each([
    ['reject', [true, true, false], ['a', 'b']],
    ['drop_newest', [true, true, true], ['a', 'b']],
    ['drop_oldest', [true, true, true], ['b', 'c']],
  ] as const)('that is to %s: send gives %j', async (overflow, given, handled) => {
    const { desk, finish } = await busy({ limit: 2, overflow });
    expect(['a', 'b', 'c'].map((message) => desk.send(message))).toEqual(given);
    expect(await finish()).toEqual(handled);
  });

  test.each(OVERFLOWS)('that is to %s: each drop is counted once and reported, with the message', async (overflow) => {
    const { runtime, events, desk, finish } = await busy({ limit: 1, overflow });
    desk.cast.note('first');
    desk.cast.note('second');
    expect(runtime.stats().dropped).toMatchObject({ overflow: 1, dead_letter: 0 });
    const dropped = overflow === 'drop_oldest' ? 'first' : 'second';
    expect(events.at(-1)).toEqual({
      kind: 'message_dropped',
      drop: 'overflow',
      process: 'desk',
      message: 'note',
      detail: [dropped],
    });
    await finish();
  });

  test('still takes exits, Down and timers: only what users send counts', async () => {
    const { runtime, clock } = newRuntime();
    const other = await runtime.start(Probe);
    const desk = await runtime.start(Desk, { mailbox: { limit: 1, overflow: 'reject' } });
    const work = gate();
    await desk.call.watch(other);
    desk.cast.work(work);
    await clock.advance(0);
    desk.cast.note('fills it');
    await runtime.stop(other, ExitReason.shutdown);
    await clock.advance(10);
    work.open();
    await clock.advance(0);
    expect(await desk.call.notes()).toEqual(['fills it', expect.any(Down), expect.any(Exit), 'timer']);
  });

  test('still takes a stop, after what was there before', async () => {
    const { runtime, desk, finish } = await busy({ limit: 1, overflow: 'reject' });
    const last = desk.call.notes();
    const stopped = runtime.stop(desk);
    await Promise.all([finish().catch(() => undefined), last, stopped]);
    expect(runtime.whereis('desk')).toBeUndefined();
  });

  test('has room again as soon as a message is taken out', async () => {
    const { desk, finish } = await busy({ limit: 1, overflow: 'reject' });
    desk.cast.note(1);
    desk.cast.note(2);
    expect(await finish()).toEqual([1]);
    desk.cast.note(3);
    expect(await desk.call.notes().catch(() => 'full')).toBe('full');
    expect(await desk.call.notes()).toEqual([1, 3]);
  });
});

describe('a limit', () => {
  test('does not count the message being handled, and nothing is limited without one (PROC-043)', async () => {
    const { runtime } = newRuntime();
    const desk = await runtime.start(Desk);
    for (let sent = 0; sent < 10_000; sent++) desk.cast.note(sent);
    expect(await desk.call.notes()).toHaveLength(10_000);
    expect(runtime.stats().dropped.overflow).toBe(0);
  });

  test('comes from the class, unless the start says otherwise; a child has it, too', async () => {
    class Small extends Desk {
      static override readonly childDefaults = { mailbox: { limit: 1, overflow: 'reject' } } as const;
    }
    const { runtime } = newRuntime();
    const small = await runtime.start(Small);
    const large = await runtime.start(Small, { mailbox: { limit: 2, overflow: 'reject' } });
    await runtime.startSupervisor({
      strategy: 'one_for_one',
      children: [child(Small, { name: 'a' }), child(Desk, { name: 'b', mailbox: { limit: 2, overflow: 'reject' } })],
    });
    const room = (desk: ServerRef<Desk>): number => [1, 2, 3].filter((message) => desk.send(message)).length;
    expect([small, large, runtime.ref(Small, 'a'), runtime.ref(Desk, 'b')].map(room)).toEqual([1, 2, 1, 2]);
  });

  test('shows in what a process tells of itself', async () => {
    const { runtime } = newRuntime();
    const mailbox = { limit: 7, overflow: 'drop_oldest' } as const;
    const desk = await runtime.start(Desk, { mailbox });
    const status = await runtime.sys.getStatus(desk);
    expect([runtime.info(desk)?.mailboxLimit, status.mailboxLimit]).toEqual([mailbox, mailbox]);
  });

  test('outlives the restart of its server', async () => {
    const { runtime, clock } = newRuntime();
    const spec = child(Desk, { name: 'a', mailbox: { limit: 1, overflow: 'reject' } });
    await runtime.startSupervisor({ strategy: 'one_for_one', children: [spec] });
    runtime.kill('a');
    await clock.advance(0);
    const desk = runtime.ref(Desk, 'a');
    expect([desk.send(1), desk.send(2)]).toEqual([true, false]);
  });

  test.each([
    ['mailbox', 5],
    ['mailbox', null],
    ['mailbox.limit', { limit: 0, overflow: 'reject' }],
    ['mailbox.limit', { limit: Infinity, overflow: 'reject' }],
    ['mailbox.overflow', { limit: 1 }],
    ['mailbox.overflow', { limit: 1, overflow: 'drop' }],
  ])('of a wrong kind is refused at the door: %s of %j', async (option, mailbox) => {
    const { runtime } = newRuntime();
    const error = await rejection(runtime.start(Desk, { mailbox: mailbox as never }));
    expect(error).toBeInstanceOf(InvalidOptionError);
    expect(error).toMatchObject({ option });
    expect(() => child(Desk, { mailbox: mailbox as never })).toThrow(InvalidOptionError);
  });

  test('that was reached is told with what to do about it', () => {
    expect(new OverloadedError('desk', 'note', 1).message).toContain(
      'the mailbox of desk is full, with 1 message. Send less',
    );
  });

  test('that drops a call which nobody waits for any more has lost nothing: counted as an expired request', async () => {
    const { runtime, clock, desk, finish } = await busy({ limit: 1, overflow: 'drop_oldest' });
    const call = rejection(desk.with({ timeoutMs: 10 }).call.note(1));
    await clock.advance(10);
    expect(await call).toMatchObject({ code: 'ERR_GENSERVER_CALL_TIMEOUT' });
    desk.cast.note(2);
    expect(runtime.stats().dropped).toMatchObject({ expired_request: 1, overflow: 0 });
    expect(await finish()).toEqual([2]);
  });

  test('lets go of the deadline and the signal of a call that it drops', async () => {
    const { clock, desk, finish } = await busy({ limit: 1, overflow: 'reject' });
    desk.cast.note(1);
    const abort = new AbortController();
    const call = desk.with({ timeoutMs: 77, signal: abort.signal }).call.note(2);
    expect(await rejection(call)).toBeInstanceOf(OverloadedError);
    expect(clock.pendingTimers).toBe(0);
    await finish();
  });
});
