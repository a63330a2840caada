import { describe, expect, test } from '@jest/globals';
import { CallTimeoutError, ExitReason, postpone, ProcessExitedError } from '../../src/index.js';
import { gate, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { A, B, C, EnteringLab, Lab } from './lab.js';

const newRuntime = useRuntimes();

describe('a postponed event', () => {
  test('is handled again when the state has changed, before what waits, in the order in which it came (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    const later = (name: string) => (one: Lab) => (one.state.kind === 'a' ? postpone() : one.note(name));
    const answer = lab.call.run(later('call'));
    lab.cast.run(later('cast'));
    lab.send(later('info'));
    lab.cast.run((one) => void (one.state = B));
    lab.cast.note('waiting');
    await clock.advance(0);
    expect(log).toEqual(['call in b', 'cast in b', 'info in b', 'waiting in b']);
    expect(await answer).toBe('b');
  });

  test.each(['the same state with other data', 'a repeated state'])(
    'stays postponed after %s (gen_statem)',
    async (how) => {
      const { runtime, clock } = newRuntime();
      const log: string[] = [];
      const lab = await runtime.start(EnteringLab, { args: [{ first: C, log }] });
      lab.cast.run((one) => (one.state.kind === 'c' ? postpone() : one.note('retried')));
      await lab.call.run((one) => {
        if (how === 'a repeated state') one.self.repeatState();
        else one.state = { kind: 'c', count: 1 };
      });
      await clock.advance(0);
      expect(log.filter((line) => line.startsWith('retried'))).toEqual([]);
      await lab.call.run((one) => void (one.state = A));
      await clock.advance(0);
      expect(log.at(-1)).toBe('retried in a');
    },
  );

  test('with a change of state in the same handler is handled again at once (gen_statem)', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const answer = lab.call.run((one) => {
      if (one.state.kind === 'b') return 'retried';
      one.state = B;
      return postpone();
    });
    expect(await answer).toBe('retried');
  });

  test('may be one of any kind: an inserted one, a timeout, a continue (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    class Continuing extends Lab {
      override handleContinue(name: unknown): void {
        return this.later(String(name)) as never;
      }
      later(name: string): string {
        return this.state.kind === 'a' ? postpone() : this.note(name);
      }
    }
    const lab = await runtime.start(Continuing, { args: [{ log }] });
    await lab.call.run((one) => {
      one.self.insert(() => one.later('inserted'));
      one.self.continue('continued');
      one.self.timeout('x').set(10, () => one.later('timeout'));
    });
    await clock.advance(10);
    expect(log).toEqual([]);
    await lab.call.run((one) => void (one.state = B));
    await clock.advance(0);
    expect(log).toEqual(['inserted in b', 'continued in b', 'timeout in b']);
  });

  test('whose handler is asynchronous is postponed when that ends', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const answer = lab.call.run(async (one): Promise<string> => {
      await Promise.resolve();
      return one.state.kind === 'a' ? postpone() : 'retried';
    });
    await lab.call.run((one) => void (one.state = B));
    expect(await answer).toBe('retried');
  });

  test('is skipped when its caller has stopped waiting', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    const answer = rejection(
      lab.with({ timeoutMs: 10 }).call.run((one) => (one.state.kind === 'a' ? postpone() : one.note('retried'))),
    );
    await clock.advance(10);
    expect(await answer).toBeInstanceOf(CallTimeoutError);
    await lab.call.run((one) => void (one.state = B));
    await clock.advance(0);
    expect([log, runtime.stats().dropped.expired_request]).toEqual([[], 1]);
  });

  test('of a caller that has given up is not kept for ever by a machine that stays in its state', async () => {
    const { runtime, clock } = newRuntime();
    const lab = await runtime.start(Lab);
    for (let round = 0; round < 10; round++) {
      const calls = Array.from({ length: 64 }, () => rejection(lab.with({ timeoutMs: 1 }).call.run(() => postpone())));
      await clock.advance(1);
      await Promise.all(calls);
    }
    expect(runtime.stats().dropped.expired_request).toBeGreaterThan(500);
  });

  test('that is a call is told of the end of the machine; another is counted as a dead letter', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const answer = rejection(lab.call.run(() => postpone()));
    lab.cast.run(() => postpone());
    lab.send(() => postpone());
    await lab.call.note('x');
    runtime.kill(lab);
    expect(await answer).toBeInstanceOf(ProcessExitedError);
    expect(await answer).toMatchObject({ reason: ExitReason.killed });
    expect(runtime.stats().dropped.dead_letter).toBe(2);
  });

  test('keeps nobody in a circle: the machine can still be reached by who was called meanwhile', async () => {
    const { runtime } = newRuntime();
    const [lab, other] = [await runtime.start(Lab), await runtime.start(Lab)];
    // other waits for lab, which has put that off; so lab may wait for other as soon as that is free, and others for both.
    const answer = other.call.run(() => lab.call.run((one) => (one.state.kind === 'a' ? postpone() : 'retried')));
    await lab.call.run((one) => void (one.state = B));
    expect(await answer).toBe('retried');
  });

  test('that is handled again is one that its caller waits for: a call back to who sent it is a circle', async () => {
    const { runtime } = newRuntime();
    const [lab, other] = [await runtime.start(Lab), await runtime.start(Lab)];
    const answer = other.call.run(() =>
      lab.call.run((one) => (one.state.kind === 'a' ? postpone() : rejection(other.call.note('back')))),
    );
    await lab.call.run((one) => void (one.state = B));
    expect(await answer).toMatchObject({ code: 'ERR_GENSERVER_CALL_CYCLE' });
  });

  test('takes constant time, however many are postponed', async () => {
    const { runtime, clock } = newRuntime();
    const lab = await runtime.start(Lab);
    let retried = 0;
    for (let n = 0; n < 100_000; n++) lab.cast.run((one) => (one.state.kind === 'a' ? postpone() : void retried++));
    lab.cast.run((one) => void (one.state = B));
    await clock.advance(0);
    expect(retried).toBe(100_000);
  });
});

describe.each(['insert', 'set', 'update'] as const)('an event that is no function, given to %s', (how) => {
  test.each([5, null, undefined, { name: 'x' }])('ends the machine with an error that says so: %p', async (event) => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const failure = await rejection(
      lab.call.run(({ self }) => {
        if (how === 'insert') self.insert(event as never);
        else if (how === 'set') self.stateTimeout.set(10, event as never);
        else self.timeout('x').update(event as never);
      }),
    );
    expect(failure).toMatchObject({
      cause: { code: 'ERR_GENSERVER_INVALID_OPTION', option: 'event', received: event },
    });
  });
});

describe('an inserted event', () => {
  test('comes before retried ones, and several in the order in which they were inserted (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    lab.cast.run((one) => (one.state.kind === 'a' ? postpone() : one.note('retried')));
    lab.cast.run((one) => {
      one.self.insert(() => one.note('first'));
      one.self.insert(() => one.note('second'));
      one.state = B;
    });
    lab.cast.note('waiting');
    await clock.advance(0);
    expect(log).toEqual([
      'enter a from a',
      'enter b from a',
      'first in b',
      'second in b',
      'retried in b',
      'waiting in b',
    ]);
  });

  test('comes before those inserted earlier (gen_statem)', async () => {
    const { runtime } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    await lab.call.run((one) => {
      one.self.insert(() => {
        one.note('one');
        one.self.insert(() => one.note('nested'));
      });
      one.self.insert(() => one.note('two'));
    });
    await lab.call.note('waiting');
    expect(log).toEqual(['one in a', 'nested in a', 'two in a', 'waiting in a']);
  });

  test('from init comes before any message (gen_statem)', async () => {
    const { runtime } = newRuntime();
    const log: string[] = [];
    const onInit = (one: Lab): void => one.self.insert(() => one.note('inserted'));
    const lab = await runtime.start(EnteringLab, { args: [{ log, onInit }] });
    await lab.call.note('waiting');
    expect(log).toEqual(['enter a from a', 'inserted in a', 'waiting in a']);
  });

  test('that throws ends the machine, which is reported with its name', async () => {
    const { runtime, clock, events } = newRuntime();
    const lab = await runtime.start(Lab);
    const boom = new Error('boom');
    lab.cast.run((one) =>
      one.self.insert(function explode() {
        throw boom;
      }),
    );
    await clock.advance(0);
    expect(lab.isAlive).toBe(false);
    expect(events).toContainEqual(
      expect.objectContaining({ kind: 'process_crashed', lastMessage: 'explode', reason: ExitReason.error(boom) }),
    );
  });

  test('may come from outside a handler: then at once', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    const seen = gate<{ readonly one: Lab }>();
    await lab.call.run((one) => seen.open({ one }));
    const { one } = await seen.opened;
    one.self.insert(() => one.note('inserted'));
    await clock.advance(0);
    expect(log).toEqual(['inserted in a']);
  });

  test('takes constant time, however many are inserted', async () => {
    const { runtime, clock } = newRuntime();
    const lab = await runtime.start(Lab);
    let count = 0;
    await lab.call.run((one) => {
      for (let n = 0; n < 100_000; n++) one.self.insert(() => void count++);
    });
    await clock.advance(0);
    expect(count).toBe(100_000);
  });
});
