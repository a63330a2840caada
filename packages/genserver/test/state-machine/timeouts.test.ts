import { describe, expect, test } from '@jest/globals';
import { type MachineTimeout, postpone, type ServerRef } from '../../src/index.js';
import { gate } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { A, B, C, EnteringLab, Lab } from './lab.js';

const newRuntime = useRuntimes();

const KINDS = ['state', 'event', 'named'] as const;
type Kind = (typeof KINDS)[number];

function timeoutOf(lab: Lab, kind: Kind): MachineTimeout {
  if (kind === 'state') return lab.self.stateTimeout;
  return kind === 'event' ? lab.self.eventTimeout : lab.self.timeout('x');
}

/** Sets a timeout of 10 ms. */
async function arm(lab: ServerRef<Lab>, kind: Kind): Promise<void> {
  await lab.call.run((one) => timeoutOf(one, kind).set(10, () => one.note('timeout')));
}

/** What other events do to a running timeout: whether it is still handled. */
const CANCELLED_BY: Readonly<
  Record<string, { readonly act: (lab: Lab) => unknown } & Readonly<Record<Kind, boolean>>>
> = {
  'an event that keeps the state': { act: () => undefined, state: true, event: false, named: true },
  'new data in the same state': {
    act: (lab) => void (lab.state = { kind: 'a' }),
    state: true,
    event: false,
    named: true,
  },
  'a postponed event': { act: () => postpone(), state: true, event: false, named: true },
  'a repeated state': { act: (lab) => lab.self.repeatState(), state: true, event: false, named: true },
  'a change of state': { act: (lab) => void (lab.state = B), state: false, event: false, named: true },
};

describe.each(Object.entries(CANCELLED_BY))('after %s', (_, { act, ...survives }) => {
  test.each(KINDS.map((kind) => [kind, survives[kind] ? 'runs on' : 'is cancelled'] as const))(
    'the %s timeout %s (gen_statem)',
    async (kind) => {
      const { runtime, clock } = newRuntime();
      const log: string[] = [];
      const lab = await runtime.start(Lab, { args: [{ log }] });
      await arm(lab, kind);
      await clock.advance(5);
      lab.cast.run(act);
      await clock.advance(5);
      expect(log).toHaveLength(survives[kind] ? 1 : 0);
      expect(clock.pendingTimers).toBe(0);
    },
  );
});

describe.each(KINDS)('the %s timeout', (kind) => {
  test('is handled as an event when its time is over, once', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await arm(lab, kind);
    await clock.advance(9);
    expect(log).toEqual([]);
    await clock.advance(100);
    expect(log).toEqual(['timeout in a']);
  });

  test('that is set again replaces the one before (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await arm(lab, kind);
    await lab.call.run((one) => timeoutOf(one, kind).set(30, () => one.note('second')));
    await clock.advance(20);
    expect(log).toEqual([]);
    await clock.advance(10);
    expect(log).toEqual(['second in a']);
  });

  test.each([
    ['cancel()', (one: MachineTimeout) => one.cancel()],
    ['set(Infinity)', (one: MachineTimeout) => one.set(Infinity, () => undefined)],
  ])('is cancelled by %s (gen_statem)', async (_, cancel) => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await arm(lab, kind);
    await lab.call.run((one) => cancel(timeoutOf(one, kind)));
    expect(clock.pendingTimers).toBe(0);
    await clock.advance(20);
    expect(log).toEqual([]);
  });

  test('is cancelled even when it has come due, as long as it waits in the mailbox (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await arm(lab, kind);
    let open: () => void = () => undefined;
    const busy = lab.call.run(async (one) => {
      await new Promise<void>((resolve) => (open = resolve));
      timeoutOf(one, kind).cancel();
    });
    await clock.advance(20);
    open();
    await busy;
    await clock.advance(0);
    expect(log).toEqual([]);
  });

  test('counts from the end of the handler (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    let open: () => void = () => undefined;
    const busy = lab.call.run(async (one) => {
      timeoutOf(one, kind).set(10, () => one.note('timeout'));
      await new Promise<void>((resolve) => (open = resolve));
    });
    await clock.advance(50);
    open();
    await busy;
    await clock.advance(9);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['timeout in a']);
  });

  test('of a handler that throws is never set; those that ran end with the machine', async () => {
    const { runtime, clock } = newRuntime();
    const lab = await runtime.start(Lab);
    await lab.call.run((one) => one.self.timeout('y').set(10, () => undefined));
    lab.cast.run((one) => {
      timeoutOf(one, kind).set(10, () => undefined);
      throw new Error('boom');
    });
    await clock.advance(0);
    expect([lab.isAlive, clock.pendingTimers]).toEqual([false, 0]);
  });

  test.each([
    ['a negative time', -1],
    ['no number', '10' as unknown as number],
    ['NaN', Number.NaN],
  ])('with %s is refused at the door', async (_, delayMs) => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const thrown = await lab.call.run((one) => {
      try {
        timeoutOf(one, kind).set(delayMs, () => undefined);
        return undefined;
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(thrown).toContain('Expected `delayMs` to be a number of milliseconds >= 0, or Infinity');
  });
});

describe('a timeout of 0 ms', () => {
  test('comes behind inserted and retried events, before any message that waits (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    lab.cast.run((one) => (one.state.kind === 'a' ? postpone() : one.note('retried')));
    lab.cast.run((one) => {
      one.self.timeout('x').set(0, () => one.note('x'));
      one.self.stateTimeout.set(0, () => one.note('state'));
      one.self.insert(() => one.note('inserted'));
      one.state = B;
    });
    lab.cast.note('waiting');
    await clock.advance(0);
    const order = [
      'enter a from a',
      'enter b from a',
      'inserted in b',
      'retried in b',
      'x in b',
      'state in b',
      'waiting in b',
    ];
    expect(log).toEqual(order);
  });

  test('as an event timeout is cancelled by an inserted event (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    lab.cast.run((one) => {
      one.self.eventTimeout.set(0, () => one.note('timeout'));
      one.self.insert(() => one.note('inserted'));
    });
    await clock.advance(0);
    expect(log).toEqual(['inserted in a']);
  });

  test('as an event timeout cannot be cancelled by a message that waits (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    lab.cast.run((one) => one.self.eventTimeout.set(0, () => one.note('timeout')));
    lab.cast.note('waiting');
    await clock.advance(0);
    expect(log).toEqual(['timeout in a', 'waiting in a']);
  });

  test('that is set anew with a time waits for that (OTP 25 loses it)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    lab.cast.run((one) => {
      one.self.timeout('x').set(0, () => one.note('at once'));
      one.self.insert(() => one.self.timeout('x').set(10, () => one.note('later')));
    });
    await clock.advance(9);
    expect(log).toEqual([]);
    await clock.advance(1);
    expect(log).toEqual(['later in a']);
  });
});

describe('update()', () => {
  test('changes what happens, not when (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await lab.call.run((one) => one.self.timeout('x').set(10, () => one.note('old')));
    await clock.advance(5);
    await lab.call.run((one) => one.self.timeout('x').update(() => one.note('new')));
    await clock.advance(5);
    expect(log).toEqual(['new in a']);
  });

  test('of a timeout that is not running is due at once (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await lab.call.run((one) => one.self.timeout('x').update(() => one.note('new')));
    await clock.advance(0);
    expect(log).toEqual(['new in a']);
  });
});

test('of several actions for one timeout the last one counts, those of the enter call after those of the event (gen_statem)', async () => {
  const { runtime, clock } = newRuntime();
  const log: string[] = [];
  const lab = await runtime.start(EnteringLab, { args: [{ log }] });
  await lab.call.run((one) => {
    one.onEnter = () => one.self.stateTimeout.set(10, () => one.note('enter'));
    one.self.stateTimeout.set(0, () => one.note('zero'));
    one.self.stateTimeout.set(5, () => one.note('five'));
    one.state = B;
  });
  await clock.advance(10);
  expect(log.slice(1)).toEqual(['enter b from a', 'enter in b']);
});

test('a state timeout that was set on the way into a state belongs to the new one (gen_statem)', async () => {
  const { runtime, clock } = newRuntime();
  const log: string[] = [];
  const lab = await runtime.start(Lab, { args: [{ log }] });
  await lab.call.run((one) => {
    one.self.stateTimeout.set(10, () => one.note('timeout'));
    one.state = C;
  });
  await clock.advance(10);
  expect(log).toEqual(['timeout in c']);
});

test('a timeout can be set in init (gen_statem)', async () => {
  const { runtime, clock } = newRuntime();
  const log: string[] = [];
  const onInit = (one: Lab): void => one.self.stateTimeout.set(10, () => one.note('timeout'));
  await runtime.start(Lab, { args: [{ log, onInit, first: A }] });
  await clock.advance(10);
  expect(log).toEqual(['timeout in a']);
});

test('each name is a timeout of its own (gen_statem)', async () => {
  const { runtime, clock } = newRuntime();
  const log: string[] = [];
  const lab = await runtime.start(Lab, { args: [{ log }] });
  await lab.call.run((one) => {
    one.self.timeout('x').set(10, () => one.note('x'));
    one.self.timeout('y').set(5, () => one.note('y'));
  });
  await lab.call.run((one) => one.self.timeout('x').cancel());
  await clock.advance(10);
  expect(log).toEqual(['y in a']);
});

test('outside a handler a timeout is set at once, and without effect after the end', async () => {
  const { runtime, clock } = newRuntime();
  const log: string[] = [];
  const lab = await runtime.start(Lab, { args: [{ log }] });
  const seen = gate<{ readonly one: Lab }>();
  await lab.call.run((one) => seen.open({ one }));
  const { one } = await seen.opened;
  one.self.stateTimeout.set(5, () => one.note('timeout'));
  await clock.advance(5);
  one.self.stateTimeout.set(0, () => one.note('zero'));
  await clock.advance(0);
  expect(log).toEqual(['timeout in a', 'zero in a']);
  const { self } = one;
  runtime.kill(lab);
  self.stateTimeout.set(5, () => one.note('late'));
  expect(clock.pendingTimers).toBe(0);
});
