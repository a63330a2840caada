import { describe, expect, test } from '@jest/globals';
import { ExitReason, postpone, StateMachineError } from '../../src/index.js';
import { gate, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { A, B, C, EnteringLab, type LabState } from './lab.js';

const newRuntime = useRuntimes();

class IdleLab extends EnteringLab {
  override handleTimeout(): void {
    this.note('idle');
  }
}

describe('an enter call', () => {
  test.each([
    [0, undefined, ['enter b from a', 'idle in b']],
    [50, undefined, ['enter b from a', 'idle in b']],
    [0, 'mine', ['enter b from a', 'info mine in b']],
    [50, 'mine', ['enter b from a', 'info mine in b']],
  ])('neither cancels an idle timeout of %s ms nor comes after it (message: %s)', async (delayMs, message, told) => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(IdleLab, { args: [{ log }] });
    await clock.advance(0);
    lab.cast.run((one) => {
      one.state = B;
      one.self.idleTimeout(delayMs, message);
    });
    await clock.advance(50);
    expect(log.slice(1)).toEqual(told);
  });

  test('comes after init, when the start has been answered, with the state itself as the previous one (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    await runtime.start(EnteringLab, { args: [{ log, first: B }] }).then(() => log.push('started'));
    await clock.advance(0);
    expect(log.toSorted()).toEqual(['enter b from b', 'started']);
  });

  test('comes after a change of state, after the reply, before all other events (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    const answer = lab.call.run((one) => {
      one.onEnter = () => void log.push(`answered: ${String(isAnswered)}`);
      one.state = C;
      return 'reply';
    });
    let isAnswered = false;
    const seen = answer.then(() => (isAnswered = true));
    lab.cast.note('waiting');
    await Promise.all([seen, clock.advance(0)]);
    expect(log.slice(1)).toEqual(['enter c from a', expect.stringMatching(/^answered/), 'waiting in c']);
    expect(await answer).toBe('reply');
  });

  test.each([
    ['the same state with other data', { kind: 'a' } as const, []],
    ['another state', B, ['enter b from a']],
  ])('after %s (gen_statem)', async (_, state, entered) => {
    const { runtime } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    await lab.call.run((one) => void (one.state = state));
    await lab.call.run(() => undefined);
    expect(log.slice(1)).toEqual(entered);
  });

  test('sees the data of the state it came from', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(EnteringLab, { args: [{ first: { kind: 'c', count: 7 } }] });
    const seen = gate<LabState>();
    await lab.call.run((one) => {
      one.onEnter = (_, from) => seen.open(from);
      one.state = A;
    });
    expect(await seen.opened).toEqual({ kind: 'c', count: 7 });
  });

  test('is repeated by repeatState(), also in the same state; in an enter call it still comes from where it came (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    await lab.call.run((one) => one.self.repeatState());
    lab.cast.run((one) => {
      one.onEnter = () => {
        one.onEnter = undefined;
        one.self.repeatState();
      };
      one.state = B;
    });
    await clock.advance(0);
    expect(log).toEqual(['enter a from a', 'enter a from a', 'enter b from a', 'enter b from a']);
  });

  test('may change the data of its state', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(EnteringLab);
    await lab.call.run((one) => {
      one.onEnter = () => void (one.state = { kind: 'b', note: 'entered' });
      one.state = B;
    });
    expect(await lab.call.run(({ state }) => state)).toEqual({ kind: 'b', note: 'entered' });
  });

  test('may be asynchronous: all other messages wait for it', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    const door = gate();
    await lab.call.run((one) => {
      one.onEnter = async () => {
        await door.opened;
        log.push('entered');
      };
      one.state = B;
    });
    lab.cast.note('waiting');
    await clock.advance(0);
    expect(log.at(-1)).toBe('enter b from a');
    door.open();
    await clock.advance(0);
    expect(log.slice(-2)).toEqual(['entered', 'waiting in b']);
  });

  test('may stop the machine (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    await lab.call.run((one) => {
      one.onEnter = () => one.self.stop(ExitReason.shutdown);
      one.state = B;
    });
    await clock.advance(0);
    expect(log.slice(1)).toEqual(['enter b from a', 'terminate shutdown in b']);
  });

  test('that throws ends the machine; who caused it has its reply (gen_statem)', async () => {
    const { runtime, clock, events } = newRuntime();
    const lab = await runtime.start(EnteringLab);
    const boom = new Error('boom');
    const answer = lab.call.run((one) => {
      one.onEnter = () => {
        throw boom;
      };
      one.state = B;
      return 'reply';
    });
    expect(await answer).toBe('reply');
    await clock.advance(0);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'process_crashed', lastMessage: 'enter', reason: ExitReason.error(boom) }),
    );
  });

  test.each([
    ['changed the state', (one: EnteringLab) => void (one.state = C), 'handleEnter changed the state from "b" to "c"'],
    ['postponed', () => postpone(), 'handleEnter returned postpone()'],
    ['inserted an event', (one: EnteringLab) => one.self.insert(() => undefined), 'handleEnter inserted an event'],
    ['asked for a continue', (one: EnteringLab) => one.self.continue(), 'handleEnter inserted an event'],
  ])('that %s ends the machine with an error that says so (gen_statem)', async (_, onEnter, problem) => {
    const { runtime, clock, events } = newRuntime();
    const lab = await runtime.start(EnteringLab, { args: [], name: 'lab' });
    await lab.call.run((one) => {
      one.onEnter = onEnter;
      one.state = B;
    });
    await clock.advance(0);
    const crash = events.find(({ kind }) => kind === 'process_crashed');
    const error = expect.objectContaining({ code: 'ERR_GENSERVER_STATE_MACHINE', machine: 'lab' }) as unknown;
    expect(crash).toMatchObject({ reason: { kind: 'error', error } });
    expect(crash).toMatchObject({ reason: { error: { message: expect.stringContaining(problem) as unknown } } });
  });
});

test('a machine killed in its enter call tells those who wait (GS-032)', async () => {
  const { runtime, clock } = newRuntime();
  const lab = await runtime.start(EnteringLab);
  await lab.call.run((one) => {
    one.onEnter = () => new Promise(() => undefined);
    one.state = B;
  });
  const waiting = rejection(lab.call.note('waiting'));
  await clock.advance(0);
  runtime.kill(lab);
  expect(await waiting).not.toBeInstanceOf(StateMachineError);
});
