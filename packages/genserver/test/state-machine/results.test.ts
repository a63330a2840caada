import { describe, expect, test } from '@jest/globals';
import {
  child,
  Deferred,
  ExitReason,
  GenServer,
  GenStateMachine,
  ignore,
  type InitResult,
  postpone,
  ProcessExitedError,
  refuse,
  Registry,
  StartError,
  StateMachineError,
  stop,
  via,
} from '../../src/index.js';
import { rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { A, B, EnteringLab, Lab, type LabState } from './lab.js';

const newRuntime = useRuntimes();

/** How a handler can end, and whether the machine does what it asked for besides. */
const RESULTS: Readonly<Record<string, { readonly end: (lab: Lab) => unknown; readonly isDone: boolean }>> = {
  'a plain answer': { end: () => 1, isDone: true },
  'an answer that is put off': { end: (lab) => lab.self.defer(), isDone: true },
  'a refusal': { end: () => refuse(new Error('no')), isDone: true },
  postpone: { end: () => postpone(), isDone: true },
  'new data': { end: (lab) => void (lab.state = { kind: 'a' }), isDone: true },
  'another state': { end: (lab) => void (lab.state = B), isDone: true },
  'a repeated state': { end: (lab) => lab.self.repeatState(), isDone: true },
  stop: { end: (lab) => lab.self.stop(), isDone: false },
  'another state and stop': {
    end: (lab) => {
      lab.state = B;
      lab.self.stop();
    },
    isDone: false,
  },
  'an error': {
    end: () => {
      throw new Error('boom');
    },
    isDone: false,
  },
};

/** What a handler can ask for; each leaves a line in the log, at once or after 10 ms. */
const ACTIONS: Readonly<Record<string, (lab: Lab) => void>> = {
  'an inserted event': (lab) => lab.self.insert(() => lab.log.push('done')),
  'a state timeout': (lab) => lab.self.stateTimeout.set(10, () => lab.log.push('done')),
  'an event timeout': (lab) => lab.self.eventTimeout.set(10, () => lab.log.push('done')),
  'a named timeout': (lab) => lab.self.timeout('x').set(10, () => lab.log.push('done')),
};

describe.each(Object.entries(RESULTS))('with %s', (_, { end, isDone }) => {
  test.each(Object.entries(ACTIONS))(`%s is ${isDone ? 'done' : 'dropped'} (gen_statem)`, async (_action, act) => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(Lab, { args: [{ log }] });
    let isFirst = true;
    const answer = lab.call.run((one) => {
      if (!isFirst) return undefined; // a postponed event that was retried
      isFirst = false;
      act(one);
      return end(one);
    });
    answer.catch(() => undefined);
    await clock.advance(10);
    expect(log.filter((line) => line === 'done')).toHaveLength(isDone ? 1 : 0);
  });
});

describe('a machine that stops', () => {
  test('replies first and then terminates, other than a GenServer: stop_and_reply (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    let isAnswered: () => void = () => undefined;
    class Slow extends Lab {
      override async terminate(reason: ExitReason): Promise<void> {
        await new Promise<void>((resolve) => (isAnswered = resolve)); // the test opens it when it has the answer
        await super.terminate(reason);
      }
    }
    const lab = await runtime.start(Slow, { args: [{ log }] });
    const answer = lab.call.run((one) => {
      one.self.stop(ExitReason.shutdown);
      return 'reply';
    });
    expect(await answer).toBe('reply');
    isAnswered();
    await clock.advance(0);
    expect([log, runtime.stats().dropped.late_reply]).toEqual([['terminate shutdown in a'], 0]);
  });

  test('is not entered into the state that it was given, but terminates in it (gen_statem)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const lab = await runtime.start(EnteringLab, { args: [{ log }] });
    lab.cast.run((one) => {
      one.state = B;
      one.self.stop();
    });
    await clock.advance(0);
    expect(log).toEqual(['enter a from a', 'terminate normal in b']);
  });

  test.each([
    ['whose answer was put off', (lab: Lab) => lab.self.defer()],
    ['that is postponed', () => postpone()],
  ])('lets the caller know that no answer will come, if it is one %s', async (_, end) => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const answer = lab.call.run((one) => {
      one.self.stop(ExitReason.shutdown);
      return end(one);
    });
    expect(await rejection(answer)).toMatchObject({ reason: ExitReason.shutdown });
  });

  test('replies when its handler was asynchronous, too', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const answer = lab.call.run(async (one) => {
      await Promise.resolve();
      one.self.stop();
      return 'reply';
    });
    expect(await answer).toBe('reply');
    expect(await runtime.exited(lab)).toEqual(expect.objectContaining({ kind: expect.any(String) as unknown }));
  });
});

describe('a reply', () => {
  test('may be given in a later state, to several callers (gen_statem)', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const owed: Deferred<string>[] = [];
    const answers = [1, 2].map(() =>
      lab.call.run((one) => {
        const turn = one.self.defer<string>();
        owed.push(turn);
        return turn;
      }),
    );
    await lab.call.run((one) => void (one.state = B));
    await lab.call.run((one) => owed.forEach((turn) => turn.reply(`from ${one.state.kind}`)));
    expect(await Promise.all(answers)).toEqual(['from b', 'from b']);
  });

  test('may be a refusal: the machine lives on, and changes its state all the same', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const no = new Error('no');
    const answer = lab.call.run((one) => {
      one.state = B;
      return refuse(no);
    });
    await expect(answer).rejects.toBe(no);
    expect(await lab.call.run(({ state }) => state.kind)).toBe('b');
  });
});

class Starting extends GenStateMachine<LabState> {
  override init(result: InitResult<LabState>): InitResult<LabState> {
    return result;
  }
  current(): LabState {
    return this.state;
  }
}

describe('init', () => {
  test('gives the first state, at once or later', async () => {
    const { runtime } = newRuntime();
    class Later extends GenStateMachine<LabState> {
      override async init(first: LabState): Promise<LabState> {
        await Promise.resolve();
        return first;
      }
      current(): LabState {
        return this.state;
      }
    }
    expect(await (await runtime.start(Starting, { args: [B] }))?.call.current()).toEqual(B);
    expect(await (await runtime.start(Later, { args: [A] })).call.current()).toEqual(A);
  });

  test('may ignore, or stop with a reason (gen_statem)', async () => {
    const { runtime } = newRuntime();
    expect(await runtime.start(Starting, { args: [ignore()] })).toBeUndefined();
    const failed = await rejection(runtime.start(Starting, { args: [stop(ExitReason.error('no'))] }));
    expect(failed).toMatchObject({ code: 'ERR_GENSERVER_START_FAILED', reason: ExitReason.error('no') });
  });

  test.each([
    ['nothing', undefined],
    ['an object without a kind', {}],
    ['a kind that is no string', { kind: 1 }],
    ['a name alone', 'a'],
  ])('that gives %s fails the start, and says what is expected', async (_, state) => {
    const { runtime } = newRuntime();
    const error = await rejection(runtime.start(Starting, { args: [state as never], name: 'door' }));
    expect(error).toBeInstanceOf(StartError);
    expect(error).toMatchObject({ cause: { code: 'ERR_GENSERVER_STATE_MACHINE', machine: 'door' } });
    expect((error as Error).message).toContain('expected an object with a string `kind`');
  });
});

describe('a machine with a state that is none', () => {
  test.each([undefined, null, 'b', {}, { kind: undefined }])('ends: %p', async (state) => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab);
    const error = await rejection(lab.call.run((one) => void (one.state = state as never)));
    expect(error).toBeInstanceOf(ProcessExitedError);
    expect(error).toMatchObject({ cause: expect.any(StateMachineError) as unknown });
  });
});

class Table extends GenStateMachine<LabState> {
  override init(first: LabState): LabState {
    return first;
  }
  each(): string {
    return this.when({ a: ({ kind }) => kind, b: ({ note }) => note, c: ({ count }) => String(count) });
  }
  some(): string | number {
    return this.when({ c: ({ count }) => count }, ({ kind }) => `otherwise ${kind}`);
  }
  forget(): void {
    this.state = { kind: 'toString' } as never;
  }
}

describe('when', () => {
  test.each([
    [A, 'a', 'otherwise a'],
    [{ kind: 'b', note: 'hello' } as const, 'hello', 'otherwise b'],
    [{ kind: 'c', count: 3 } as const, '3', 3],
  ])('does what the row of the state says: %j', async (state, each, some) => {
    const { runtime } = newRuntime();
    const table = await runtime.start(Table, { args: [state] });
    expect([await table.call.each(), await table.call.some()]).toEqual([each, some]);
  });

  test('in a state for which there is no row ends the machine with an error that names both', async () => {
    const { runtime } = newRuntime();
    const table = await runtime.start(Table, { args: [A] });
    await table.call.forget();
    const error = await rejection(table.call.each());
    expect((error as ProcessExitedError).message).toContain('in the state "toString"');
    expect((error as ProcessExitedError).message).toContain('"a", "b", "c"');
  });
});

describe('a machine is a GenServer', () => {
  test('its messages are its public methods, not its callbacks', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(EnteringLab);
    expect(Object.keys(Object.getPrototypeOf(lab.call) as object).toSorted()).toEqual(['note', 'run']);
  });

  test('it is restarted by its supervisor in its first state, under a name in a registry', async () => {
    const { runtime, clock } = newRuntime();
    await runtime.startSupervisor({
      strategy: 'one_for_one',
      children: [
        child(Registry, { args: [{ keys: 'unique' }], name: 'labs' }),
        child(Lab, { args: [], name: via('labs', 1) }),
      ],
    });
    const lab = runtime.ref(Lab, via('labs', 1));
    await lab.call.run((one) => void (one.state = B));
    const crash = rejection(
      lab.call.run(() => {
        throw new Error('boom');
      }),
    );
    expect(await crash).toBeInstanceOf(ProcessExitedError);
    await clock.advance(0);
    expect(await lab.call.run(({ state }) => state.kind)).toBe('a');
  });

  test('links, exit signals and monitors are those of any process', async () => {
    const { runtime, clock } = newRuntime();
    const [one, other] = [await runtime.start(Lab), await runtime.start(Lab)];
    await one.call.run(({ self }) => self.link(other));
    runtime.exit(other, ExitReason.error('boom'));
    await clock.advance(0);
    expect([one.isAlive, other.isAlive]).toEqual([false, false]);
  });

  test('made anew by `create` at each start, as for a framework', async () => {
    const { runtime } = newRuntime();
    const lab = await runtime.start(Lab, { args: [], create: () => new EnteringLab() });
    expect(await lab.call.run((one) => one instanceof EnteringLab)).toBe(true);
  });
});

test('a plain GenServer that returns postpone() ends with an error that says so', async () => {
  const { runtime } = newRuntime();
  class Plain extends GenServer {
    later(): string {
      return postpone();
    }
  }
  const plain = await runtime.start(Plain);
  expect(((await rejection(plain.call.later())) as Error).message).toContain(
    'only the handlers of a GenStateMachine may',
  );
});
