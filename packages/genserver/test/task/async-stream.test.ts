import { AsyncLocalStorage } from 'node:async_hooks';
import { availableParallelism } from 'node:os';
import { describe, expect, test } from '@jest/globals';
import {
  asyncStream,
  type AsyncStreamOptions,
  Down,
  ExitReason,
  InvalidOptionError,
  type Pid,
  type Runtime,
  type StreamResult,
  Task,
  TaskAbortedError,
  type TaskContext,
  TaskTimeoutError,
} from '../../src/index.js';
import type { ManualClock } from '../../src/testing.js';
import { type Gate, gate, Probe, raise, rejection } from '../gen-server/probe.js';
import { useRuntimes } from '../support/test-runtime.js';
import { within } from './within.js';

const newRuntime = useRuntimes();

/** All results; a rejection of the loop is one of the test. */
async function collect<T>(stream: AsyncIterable<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for await (const result of stream) results.push(result);
  return results;
}

const ok = <T>(value: T): StreamResult<never, T> => ({ kind: 'ok', value });
const failed = (error: unknown): StreamResult<never, never> => ({ kind: 'exit', reason: ExitReason.error(error) });
const given = (value: unknown): unknown => ({ done: false, value: ok(value) });
const forever = (): Promise<never> => new Promise<never>(() => undefined);

/** Sleeps on the manual clock. */
const sleeper =
  (clock: ManualClock) =>
  (ms: number): Promise<number> =>
    new Promise((resolve) => {
      clock.setTimer(ms, () => resolve(ms));
    });

/** Counts how many run at a time; each is let go by its gate. */
class Meter {
  readonly gates = new Map<number, Gate<string>>();
  most = 0;
  #now = 0;
  readonly fn = async (input: number): Promise<string> => {
    const own = gate<string>();
    this.gates.set(input, own);
    this.most = Math.max(this.most, ++this.#now);
    try {
      return await own.opened;
    } finally {
      this.#now--;
    }
  };
  finish(input: number): void {
    this.gates.get(input)?.open(`done ${input}`);
  }
  get started(): readonly number[] {
    return Array.from(this.gates.keys());
  }
}

/** A source that tells what was taken of it and whether it was closed. */
function* watched(log: string[], count = 10): Generator<number> {
  try {
    for (let input = 0; input < count; input++) {
      log.push(`taken ${input}`);
      yield input;
    }
  } finally {
    log.push('closed');
  }
}

async function* later<T>(inputs: Iterable<T>): AsyncGenerator<T> {
  for (const input of inputs) {
    await Promise.resolve();
    yield input;
  }
}

const DONE = { done: true, value: undefined };

const nothingLeft = (runtime: Runtime, processes = 0): void => expect(runtime.stats().processes).toBe(processes);

describe('results', () => {
  test.each([
    [true, [30, 10, 20]],
    [false, [10, 20, 30]],
  ])('ordered %s: in the order of the inputs, or as they are done (TASK-034, TASK-035)', async (ordered, expected) => {
    const { runtime, clock } = newRuntime();
    const results = collect(asyncStream(runtime, [30, 10, 20], sleeper(clock), { ordered, maxConcurrency: 3 }));
    await clock.advance(30);
    expect(await results).toEqual(expected.map(ok));
    nothingLeft(runtime);
  });

  test.each([
    ['an array', () => [1, 2, 3]],
    ['a generator', () => [1, 2, 3].values()],
    ['an async generator', () => later([1, 2, 3])],
  ])('of %s', async (_, inputs) => {
    const { runtime } = newRuntime();
    expect(await collect(asyncStream(runtime, inputs(), (input) => input * 2))).toEqual([2, 4, 6].map(ok));
  });

  test('of nothing are none', async () => {
    const { runtime } = newRuntime();
    expect(await collect(asyncStream(runtime, [], forever))).toEqual([]);
    expect(await collect(asyncStream(runtime, later([]), forever))).toEqual([]);
  });

  test('nothing runs before the stream is consumed, and each loop runs all anew (TASK-036)', async () => {
    const { runtime, clock } = newRuntime();
    let runs = 0;
    const stream = asyncStream(runtime, [1, 2], () => ++runs);
    await clock.advance(0);
    expect(runs).toBe(0);
    expect(await collect(stream)).toEqual([1, 2].map(ok));
    expect(await collect(stream)).toEqual([3, 4].map(ok));
  });

  test('two loops over one stream run independently (TASK-052)', async () => {
    const { runtime } = newRuntime();
    const stream = asyncStream(runtime, [1, 2, 3], (input) => input);
    const [a, b] = [stream[Symbol.asyncIterator](), stream[Symbol.asyncIterator]()];
    const pairs = [];
    for (let count = 0; count < 3; count++) pairs.push(await Promise.all([a.next(), b.next()]));
    expect(pairs).toEqual([1, 2, 3].map((input) => [given(input), given(input)]));
    expect(await Promise.all([a.next(), b.next()])).toEqual([DONE, DONE]);
  });

  test('several may be asked for at once, and each is given once', async () => {
    const { runtime } = newRuntime();
    const iterator = asyncStream(runtime, [1, 2], (input) => input)[Symbol.asyncIterator]();
    const steps = await Promise.all([iterator.next(), iterator.next(), iterator.next()]);
    expect(steps).toEqual([given(1), given(2), DONE]);
  });

  test('a function runs in the async context of who runs the loop', async () => {
    const { runtime } = newRuntime();
    const context = new AsyncLocalStorage<string>();
    const seen = await context.run('ada', () =>
      collect(asyncStream(runtime, later([1, 2, 3]), () => context.getStore(), { maxConcurrency: 1 })),
    );
    expect(seen).toEqual(['ada', 'ada', 'ada'].map(ok));
  });
});

describe('how many at once', () => {
  test('never more than maxConcurrency; the default is what the machine can do at once (TASK-037)', async () => {
    const { runtime, clock } = newRuntime();
    for (const [options, most] of [
      [{ maxConcurrency: 3 }, 3],
      [{}, availableParallelism()],
    ] as const) {
      const meter = new Meter();
      const inputs = Array.from({ length: most + 7 }, (_, input) => input);
      const results = collect(asyncStream(runtime, inputs, meter.fn, options));
      for (const input of inputs) {
        await clock.advance(0);
        meter.finish(input);
      }
      expect(await results).toHaveLength(inputs.length);
      expect(meter.most).toBe(most);
    }
  });

  test.each([false, true])(
    'inputs are taken one by one, as slots get free (TASK-039), asynchronous: %s',
    async (isAsync) => {
      const { runtime, clock } = newRuntime();
      const [log, meter]: [string[], Meter] = [[], new Meter()];
      const inputs = isAsync ? later(watched(log)) : watched(log);
      const results = collect(asyncStream(runtime, inputs, meter.fn, { maxConcurrency: 2 }));
      await clock.advance(0);
      expect(log).toEqual(['taken 0', 'taken 1']);
      meter.finish(1);
      await clock.advance(0);
      expect(log).toEqual(['taken 0', 'taken 1', 'taken 2']);
      for (let input = 0; input < 10; input++) {
        meter.finish(input);
        await clock.advance(0);
      }
      expect(await results).toHaveLength(10);
      expect(log.at(-1)).toBe('closed');
    },
  );

  test('a slow task does not stop the others: their results wait for it (TASK-040)', async () => {
    const { runtime, clock } = newRuntime();
    const slow = gate<number>();
    let done = 0;
    const fn = (input: number): number | Promise<number> => (input === 0 ? slow.opened : ++done);
    const results = collect(asyncStream(runtime, Array(10).keys(), fn, { maxConcurrency: 2 }));
    await clock.advance(0);
    expect(done).toBe(9);
    slow.open(0);
    expect(await results).toEqual(Array.from({ length: 10 }, (_, input) => ok(input)));
  });

  test('a slow consumer slows the stream down: nothing is taken while it is busy (TASK-041)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const iterator = asyncStream(runtime, watched(log), (input) => input, { maxConcurrency: 2 })[
      Symbol.asyncIterator
    ]();
    expect((await iterator.next()).value).toEqual(ok(0));
    await clock.advance(1000);
    expect(log).toEqual(['taken 0', 'taken 1']);
    expect((await iterator.next()).value).toEqual(ok(1));
    await clock.advance(1000);
    expect(log).toEqual(['taken 0', 'taken 1']);
    await iterator.return?.();
    expect(log.at(-1)).toBe('closed');
  });

  test('a source that is asked for an input is not asked for another one meanwhile', async () => {
    const { runtime, clock } = newRuntime();
    let asked = 0;
    const inputs: AsyncIterable<number> = {
      [Symbol.asyncIterator]: () => ({
        next: () => (asked++, forever()),
        return: () => Promise.resolve({ done: true, value: 0 }),
      }),
    };
    const iterator = asyncStream(runtime, inputs, forever, { maxConcurrency: 8 })[Symbol.asyncIterator]();
    const step = iterator.next();
    await clock.advance(0);
    expect(asked).toBe(1);
    await iterator.return?.();
    expect(await step).toEqual({ done: true, value: undefined });
  });

  test('10,000 at once need no deep stack', async () => {
    const { runtime } = newRuntime();
    const results = await collect(
      asyncStream(runtime, Array(20_000).keys(), (input) => input, { maxConcurrency: 10_000 }),
    );
    expect(results).toHaveLength(20_000);
  });
});

describe('a task that takes too long', () => {
  test('ends the loop by default, after 5000 ms: all tasks are killed, the inputs closed (TASK-042)', async () => {
    const { runtime, clock } = newRuntime();
    const log: string[] = [];
    const error = rejection(collect(asyncStream(runtime, watched(log), forever, { maxConcurrency: 2 })));
    await clock.advance(4999);
    nothingLeft(runtime, 2);
    await clock.advance(1);
    expect(await error).toBeInstanceOf(TaskTimeoutError);
    expect(await error).toMatchObject({ timeoutMs: 5000 });
    expect(log.at(-1)).toBe('closed');
    nothingLeft(runtime);
  });

  test('with kill_task: is killed, its signal fires, and its result says so (TASK-043)', async () => {
    const { runtime, clock } = newRuntime();
    const aborted: number[] = [];
    const sleep = sleeper(clock);
    const stream = asyncStream(
      runtime,
      [300, 10],
      (ms, { signal }) => {
        signal.addEventListener('abort', () => aborted.push(ms));
        return sleep(ms);
      },
      { timeoutMs: 50, onTimeout: 'kill_task', maxConcurrency: 2 },
    );
    const results = collect(stream);
    await clock.advance(300);
    expect(await results).toEqual([failed(expect.any(TaskTimeoutError)), ok(10)]);
    expect(aborted).toEqual([300]);
    nothingLeft(runtime);
  });

  test('does not hurt the server that runs the loop (TASK-043)', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    const results = within(owner, (self) =>
      collect(asyncStream(self, [1], forever, { timeoutMs: 50, onTimeout: 'kill_task' })),
    );
    await clock.advance(50);
    expect(await results).toEqual([failed(expect.any(TaskTimeoutError))]);
    expect(await owner.call.received()).toEqual([]);
  });

  test('the time counts from the start of each task (TASK-044)', async () => {
    const { runtime, clock } = newRuntime();
    const results = collect(
      asyncStream(runtime, [30, 30, 30, 30], sleeper(clock), { maxConcurrency: 1, timeoutMs: 60 }),
    );
    await clock.advance(120);
    expect(await results).toEqual([30, 30, 30, 30].map(ok));
  });
});

describe('a task that fails', () => {
  const failSecond = (input: number): number => (input === 2 ? raise('boom') : input);

  test('kills a consumer that does not trap exits, and all other tasks with it (TASK-045)', async () => {
    const { runtime, clock } = newRuntime();
    const owner = await runtime.start(Probe);
    const [log, ended]: [string[], Promise<ExitReason>] = [[], runtime.exited(owner)];
    const fn = (input: number): Promise<number> | number => (input === 2 ? raise('boom') : forever());
    owner.cast.run(({ self }) => collect(asyncStream(self, watched(log), fn, { maxConcurrency: 3 })));
    await clock.advance(0);
    expect(await ended).toEqual(ExitReason.error('boom'));
    expect(log.at(-1)).toBe('closed');
    nothingLeft(runtime);
  });

  test('is a result for a consumer that traps exits, and no Exit comes (TASK-046)', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe, { args: [{ trapExit: true }] });
    const results = await within(owner, (self) => collect(asyncStream(self, [1, 2, 3], failSecond)));
    expect(results).toEqual([ok(1), failed('boom'), ok(3)]);
    expect(await owner.call.received()).toEqual([]);
  });

  test('is a result where the tasks belong to nobody', async () => {
    const { runtime } = newRuntime();
    expect(await collect(asyncStream(runtime, [1, 2, 3], failSecond))).toEqual([ok(1), failed('boom'), ok(3)]);
  });

  test('with zipInputOnExit the result carries its input, for failures and time limits (TASK-047)', async () => {
    const { runtime, clock } = newRuntime();
    const fn = (input: number): number | Promise<number> => (input === 4 ? forever() : failSecond(input));
    const options: AsyncStreamOptions = { zipInputOnExit: true, timeoutMs: 10, onTimeout: 'kill_task' };
    const results = collect(asyncStream(runtime, [1, 2, 4], fn, options));
    await clock.advance(10);
    expect(await results).toEqual([
      ok(1),
      { ...failed('boom'), input: 2 },
      { ...failed(expect.any(TaskTimeoutError)), input: 4 },
    ]);
  });
});

describe('a loop that ends early', () => {
  const firstOnly = (input: number): number | Promise<number> => (input === 0 ? 0 : forever());

  test.each(['break', 'throw'])(
    'by %s kills what runs, before it goes on, and closes the inputs (TASK-048, TASK-049, TASK-051)',
    async (how) => {
      const { runtime } = newRuntime();
      const owner = await runtime.start(Probe);
      const log: string[] = [];
      await within(owner, async (self) => {
        const loop = async (): Promise<void> => {
          for await (const result of asyncStream(self, watched(log), firstOnly, { maxConcurrency: 3 })) {
            log.push(result.kind);
            if (how === 'throw') raise('enough');
            break;
          }
        };
        await loop().catch((error: unknown) => log.push(String(error)));
        nothingLeft(runtime, 1);
      });
      const end = how === 'throw' ? ['closed', 'enough'] : ['closed'];
      expect(log).toEqual(['taken 0', 'taken 1', 'taken 2', 'ok', ...end]);
      expect(await owner.call.received()).toEqual([]);
    },
  );

  test('waits until an asynchronous source is closed (TASK-051)', async () => {
    const { runtime, clock } = newRuntime();
    const { opened, open } = gate();
    const log: string[] = [];
    async function* inputs(): AsyncGenerator<number> {
      try {
        yield 0;
        yield 1;
      } finally {
        await opened;
        log.push('closed');
      }
    }
    const iterator = asyncStream(runtime, inputs(), firstOnly, { maxConcurrency: 2 })[Symbol.asyncIterator]();
    await iterator.next();
    const returned = iterator.return?.().then(() => log.push('returned'));
    await clock.advance(0);
    open();
    await returned;
    expect(log).toEqual(['closed', 'returned']);
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
  });

  test('by an abort gets a TaskAbortedError; the tasks are killed (TASK-051)', async () => {
    const { runtime, clock } = newRuntime();
    const [controller, log]: [AbortController, string[]] = [new AbortController(), []];
    const error = rejection(collect(asyncStream(runtime, watched(log), forever, { signal: controller.signal })));
    await clock.advance(0);
    controller.abort('enough');
    expect(await error).toBeInstanceOf(TaskAbortedError);
    expect(await error).toMatchObject({ cause: 'enough' });
    expect(log.at(-1)).toBe('closed');
    nothingLeft(runtime);
    const again = asyncStream(runtime, watched(log), forever, { signal: controller.signal });
    expect(await rejection(collect(again))).toBeInstanceOf(TaskAbortedError);
  });

  test('by an abort while nobody asks: the next one who asks is told, once', async () => {
    const { runtime } = newRuntime();
    const controller = new AbortController();
    const stream = asyncStream(runtime, [0, 1], firstOnly, { signal: controller.signal, maxConcurrency: 2 });
    const iterator = stream[Symbol.asyncIterator]();
    await iterator.next();
    controller.abort('enough');
    expect(await rejection(iterator.next())).toBeInstanceOf(TaskAbortedError);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  test.each([false, true])(
    'by an error of the inputs: the tasks are killed, the loop gets it (TASK-050), asynchronous: %s',
    async (isAsync) => {
      const { runtime } = newRuntime();
      function* broken(): Generator<number> {
        yield 1;
        yield 2;
        raise('broken');
      }
      const inputs = isAsync ? later(broken()) : broken();
      expect(await rejection(collect(asyncStream(runtime, inputs, forever, { maxConcurrency: 3 })))).toBe('broken');
      nothingLeft(runtime);
    },
  );

  test('what the inputs throw when they are closed goes to the loop that breaks', async () => {
    const { runtime } = newRuntime();
    function* rude(): Generator<number> {
      try {
        yield 0;
        yield 1;
      } finally {
        raise('rude');
      }
    }
    const loop = async (): Promise<void> => {
      for await (const _ of asyncStream(runtime, rude(), firstOnly, { maxConcurrency: 1 })) break;
    };
    expect(await rejection(loop())).toBe('rude');
    nothingLeft(runtime);
  });

  test.each([
    ['normal', ExitReason.normal],
    ['killed', ExitReason.killed],
  ] as const)(
    'by the %s end of the server that runs it: its linked tasks end, the inputs are closed (TSUP-018)',
    async (_, reason) => {
      const { runtime, clock } = newRuntime();
      const owner = await runtime.start(Probe);
      const log: string[] = [];
      const iterator = await within(owner, async (self) => {
        const own = asyncStream(self, watched(log), firstOnly, { maxConcurrency: 3 })[Symbol.asyncIterator]();
        await own.next();
        return own;
      });
      nothingLeft(runtime, 4 - 1);
      if (reason.kind === 'killed') runtime.kill(owner);
      else await runtime.stop(owner);
      await clock.advance(0);
      nothingLeft(runtime);
      expect(log.at(-1)).toBe('closed');
      expect(await rejection(iterator.next())).toMatchObject({ code: 'ERR_GENSERVER_TASK_ABORTED', cause: reason });
    },
  );
});

describe('whose tasks they are', () => {
  test('those of whoever runs the loop, wherever the stream was made (TASK-053, TASK-055)', async () => {
    const { runtime, clock } = newRuntime();
    const [maker, consumer] = [await runtime.start(Probe), await runtime.start(Probe)];
    const callers = (_: number, context: TaskContext): readonly unknown[] =>
      context.callers.map((caller) => caller.pid);
    const stream = await within(maker, (self) => [asyncStream(self, [1], callers), asyncStream(self, [1], forever)]);
    expect(await within(consumer, () => collect(stream[0] as AsyncIterable<unknown>))).toEqual([ok([consumer.pid])]);
    consumer.cast.run(() => collect(stream[1] as AsyncIterable<unknown>));
    await clock.advance(0);
    runtime.kill(maker);
    nothingLeft(runtime, 2);
    runtime.kill(consumer);
    nothingLeft(runtime);
  });

  test('a consumer that is a task itself is the first caller, its callers follow (TASK-055)', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const [consumer, results] = await within(owner, (self) =>
      Task.async(
        self,
        async (outer) =>
          [
            outer.self.pid,
            await collect(asyncStream(outer.self, [1], (_, { callers }) => callers.map(({ pid }) => pid))),
          ] as const,
      ).await(),
    );
    expect(results).toEqual([ok([consumer, owner.pid])]);
  });

  test('messages that look like news of tasks do no harm, and stay (TASK-054)', async () => {
    const { runtime } = newRuntime();
    const owner = await runtime.start(Probe);
    const fake = new Down(1 as Down['ref'], 2 as Pid, ExitReason.killed);
    const results = await within(owner, (self) => {
      owner.send(fake);
      return collect(asyncStream(self, [1], (input) => input));
    });
    expect(results).toEqual([ok(1)]);
    expect(await owner.call.received()).toEqual([fake]);
  });
});

test.each([
  [{ maxConcurrency: 0 }, 'maxConcurrency'],
  [{ maxConcurrency: 1.5 }, 'maxConcurrency'],
  [{ timeoutMs: -1 }, 'timeoutMs'],
  [{ timeoutMs: 'infinity' }, 'timeoutMs'],
  [{ onTimeout: 'ignore' }, 'onTimeout'],
  [{ ordered: 1 }, 'ordered'],
  [{ zipInputOnExit: 'yes' }, 'zipInputOnExit'],
  [{ signal: {} }, 'signal'],
])('%j is refused when the stream is made, not when it is consumed (TASK-038)', (options, option) => {
  const { runtime } = newRuntime();
  expect(() => asyncStream(runtime, [1], forever, options as never)).toThrow(InvalidOptionError);
  expect(() => asyncStream(runtime, [1], forever, options as never)).toThrow(expect.objectContaining({ option }));
});

describe.each(['a synchronous', 'an asynchronous'])('%s source made by hand', (kind) => {
  test.each([
    ['gives no step', () => undefined, TypeError],
    [
      'gives a step that throws when it is looked at',
      () => ({
        get done() {
          return raise(new RangeError());
        },
      }),
      RangeError,
    ],
  ])('that %s ends the loop with the error, and no task is left (TASK-050)', async (_, last, error) => {
    const { runtime } = newRuntime();
    let left = 2;
    const step = (): unknown => (left-- > 0 ? { done: false, value: left } : last());
    const symbol = kind === 'a synchronous' ? Symbol.iterator : Symbol.asyncIterator;
    const next = kind === 'a synchronous' ? step : () => Promise.resolve(step());
    const inputs = { [symbol]: () => ({ next }) } as unknown as Iterable<number>;
    const stream = asyncStream(runtime, inputs, forever, { maxConcurrency: 5 });
    expect(await rejection(collect(stream))).toBeInstanceOf(error);
    expect(runtime.stats().processes).toBe(0);
  });
});

test('what is no source, and what is no function, is refused at once (TASK-038)', () => {
  const { runtime } = newRuntime();
  expect(() => asyncStream(runtime, 7 as never, forever)).toThrow(expect.objectContaining({ option: 'inputs' }));
  expect(() => asyncStream(runtime, [], undefined as never)).toThrow(expect.objectContaining({ option: 'fn' }));
});
