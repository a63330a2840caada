import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Down, Exit, ExitReason, Runtime, type ServerRef } from '../../src/index.js';
import { ManualClock } from '../../src/testing.js';
import { Probe } from '../gen-server/probe.js';

const SENDERS = 4;

/** What a sender does; the last three end it. */
const step = fc.record({
  sender: fc.nat(SENDERS - 1),
  does: fc.array(fc.constantFrom('send', 'cast', 'signal'), { minLength: 1, maxLength: 4 }),
  ends: fc.constantFrom(undefined, undefined, undefined, 'stop', 'crash', 'kill'),
  /** Whether the receiver gets its turn afterwards. */
  pauses: fc.boolean(),
});
type Step = typeof step extends fc.Arbitrary<infer S> ? S : never;

class Receiver extends Probe {
  note(text: string): void {
    this.seen.push(text);
  }
}

/** Does it inside the sender's process, and gives what the receiver is to see of it, in order. */
function act(
  runtime: Runtime,
  receiver: ServerRef<Receiver>,
  { sender, does }: Step,
  count: number,
): readonly string[] {
  return does.map((what, index) => {
    const text = `${sender} ${what} ${count}.${index}`;
    if (what === 'send') receiver.send(text);
    else if (what === 'cast') receiver.cast.note(text);
    else runtime.exit(receiver, ExitReason.shutdownWith(text));
    return text;
  });
}

function textOf(message: unknown): string {
  if (message instanceof Down) return `down ${message.reason.kind}`;
  if (!(message instanceof Exit)) return String(message);
  const { reason } = message;
  return reason.kind === 'shutdown' ? String(reason.detail) : `exit ${reason.kind}`;
}

const ENDS = {
  stop: (probe: Probe): void => probe.self.stop(),
  crash: (): never => {
    throw new Error('boom');
  },
  kill: (probe: Probe & { readonly kill?: () => void }): void => probe.kill?.(),
};
const KINDS = { stop: 'normal', crash: 'error', kill: 'killed' };

test('what one process sends, messages and exit signals alike, and then the news of its end arrive in that order (PROC-020, PROC-021, PROC-022)', async () => {
  const run = async (steps: readonly Step[]): Promise<void> => {
    const clock = new ManualClock();
    const runtime = new Runtime({ clock });
    const receiver = await runtime.start(Receiver, { args: [{ trapExit: true }] });
    const senders = await Promise.all(Array.from({ length: SENDERS }, () => runtime.start(Probe)));
    await receiver.call.run(({ self }) => senders.map((sender) => [self.link(sender), self.monitor(sender)]));
    const expected: string[] = [];
    for (const [count, given] of steps.entries()) {
      const sender = senders[given.sender];
      if (sender?.isAlive !== true) continue;
      const call = sender.call.run((probe) => {
        expected.push(...act(runtime, receiver, given, count));
        if (given.ends === undefined) return;
        ENDS[given.ends](Object.assign(probe, { kill: () => runtime.kill(sender) }));
      });
      await call.catch(() => undefined);
      if (given.ends !== undefined) expected.push(`down ${KINDS[given.ends]}`, `exit ${KINDS[given.ends]}`);
      if (given.pauses) await clock.advance(0);
    }
    const received = await receiver.call.received();
    expect(received.map(textOf)).toEqual(expected);
    await runtime.shutdown();
  };
  await fc.assert(fc.asyncProperty(fc.array(step, { maxLength: 30 }), run), { numRuns: 100 });
});
