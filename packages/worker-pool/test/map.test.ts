import { describe, expect, test } from '@jest/globals';
import { TaskAbortedError, WorkerPool } from '../src/index.js';
import { errorOf, Gate, settle, usePools } from './support/pools.js';

const makePool = usePools();

/** A source that tells what is done with it. */
class Source implements AsyncIterable<number> {
  taken = 0;
  isClosed = false;
  constructor(
    readonly length: number,
    readonly failsAt = Infinity,
  ) {}

  async *[Symbol.asyncIterator](): AsyncGenerator<number> {
    try {
      for (; this.taken < this.length;) {
        if (this.taken === this.failsAt) throw new Error('the source is dry');
        yield this.taken++;
      }
    } finally {
      this.isClosed = true;
    }
  }

  *sync(): Generator<number> {
    try {
      while (this.taken < this.length) yield this.taken++;
    } finally {
      this.isClosed = true;
    }
  }
}

async function all<T>(results: AsyncIterable<T>): Promise<readonly T[]> {
  const given: T[] = [];
  for await (const result of results) given.push(result);
  return given;
}

const SOURCES = [
  ['synchronous', (source: Source) => source.sync()],
  ['asynchronous', (source: Source) => source],
] as const;

describe.each(SOURCES)('map over a source that is %s', (_, open) => {
  test('gives the results in the order of the items, however they are done', async () => {
    const { pool } = makePool({ size: 3 });
    const source = new Source(20);
    const results = pool.map(open(source), async (item) => {
      for (let turn = 0; turn < (item * 7) % 5; turn++) await settle();
      return item * 2;
    });
    expect(await all(results)).toEqual(Array.from({ length: 20 }, (_item, at) => at * 2));
    expect(source.isClosed).toBe(true);
  });

  test('takes nothing before the first result is asked for, and then no more than fit', async () => {
    const { pool } = makePool({ size: 2 });
    const source = new Source(100);
    const gates: Gate[] = [];
    const results = pool.map(open(source), (item, { index }) => {
      const gate = new Gate();
      gates.push(gate);
      return gate.promise.then(() => [item, index]);
    });
    await settle();
    expect(source.taken).toBe(0);
    const first = results.next();
    await settle();
    expect(gates).toHaveLength(2);
    for (const gate of gates) gate.open();
    expect(await first).toEqual({ done: false, value: [0, 0] });
    await settle();
    expect(source.taken).toBe(2); // the result of the other waits to be taken
    await results.return?.();
    expect(source.isClosed).toBe(true);
  });

  test('an error comes in its turn, ends what runs and closes the source', async () => {
    const { pool } = makePool({ size: 3 });
    const source = new Source(100);
    const signals: AbortSignal[] = [];
    const seen: number[] = [];
    const ended = (async () => {
      for await (const result of pool.map(open(source), async (item, { signal }) => {
        signals.push(signal);
        if (item === 1) throw new Error('bad item');
        if (item > 1) await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return item;
      })) {
        seen.push(result);
      }
    })();
    expect(await errorOf(ended)).toEqual(new Error('bad item'));
    expect(seen).toEqual([0]);
    expect(source.isClosed).toBe(true);
    expect(signals.slice(2).every(({ aborted }) => aborted)).toBe(true);
    await pool.idle();
  });

  test('a break aborts what runs and closes the source', async () => {
    const { pool } = makePool({ size: 2 });
    const source = new Source(100);
    for await (const result of pool.map(open(source), (item) => item)) if (result === 3) break;
    expect(source.isClosed).toBe(true);
    expect(source.taken).toBeLessThan(8);
    await pool.idle();
  });

  test('unordered, results come as they are done', async () => {
    const { pool } = makePool({ size: 2 });
    const gate = new Gate();
    const results = pool.map(open(new Source(4)), (item) => (item === 0 ? gate.promise.then(() => item) : item), {
      ordered: false,
    });
    for (const value of [1, 2, 3]) expect(await results.next()).toEqual({ done: false, value });
    gate.open();
    expect(await results.next()).toEqual({ done: false, value: 0 });
    expect(await results.next()).toEqual({ done: true, value: undefined });
  });

  test('no more than concurrency are under way', async () => {
    const { pool } = makePool({ size: 10 });
    let [now, most] = [0, 0];
    await all(
      pool.map(
        open(new Source(50)),
        async () => {
          most = Math.max(most, ++now);
          await settle();
          now--;
        },
        { concurrency: 3 },
      ),
    );
    expect(most).toBe(3);
  });
});

test('an error of the source comes after the results of what it gave before', async () => {
  const { pool } = makePool({ size: 3 });
  const source = new Source(10, 4);
  const seen: number[] = [];
  const ended = (async () => {
    for await (const result of pool.map(source, (item) => item)) seen.push(result);
  })();
  expect(await errorOf(ended)).toEqual(new Error('the source is dry'));
  expect(seen).toEqual([0, 1, 2, 3]);
});

test('a source that takes its time does not keep back a result that is there', async () => {
  const { pool } = makePool();
  const never = new Gate<IteratorResult<number>>();
  let step = 0;
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => (step++ === 0 ? Promise.resolve({ done: false as const, value: 7 }) : never.promise),
    }),
  };
  const results = pool.map(source, (item) => item);
  expect(await results.next()).toEqual({ done: false, value: 7 });
  await results.return?.(); // and need not be waited for
});

test('its signal ends it, also while it waits for the source', async () => {
  const { pool } = makePool();
  const abort = new AbortController();
  const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<IteratorResult<number>>(() => {}) }) };
  const next = errorOf(pool.map(source, (item) => item, { signal: abort.signal }).next());
  await settle();
  abort.abort('enough');
  const error = await next;
  expect(error).toBeInstanceOf(TaskAbortedError);
  expect(error.cause).toBe('enough');
});

test('a full queue does not fail it: its items wait for room', async () => {
  const { pool } = makePool({ size: 1, queue: { limit: 0 } });
  const gate = new Gate();
  const other = pool.executeTask(gate.task);
  const results = all(pool.map([1, 2, 3], (item) => item));
  await settle();
  gate.open();
  await other;
  expect(await results).toEqual([1, 2, 3]);
});

test('takes any iterable, also an empty one, and the options of tasks', async () => {
  const { pool, clock } = makePool();
  expect(await all(pool.map(new Set('abc'), (item) => item.toUpperCase()))).toEqual(['A', 'B', 'C']);
  expect(await all(pool.map([], (item) => item))).toEqual([]);
  expect(await all(pool.map('abc', (item) => item.toUpperCase()))).toEqual(['A', 'B', 'C']);
  const gate = new Gate();
  const late = errorOf(pool.map([1], gate.task as never, { timeoutMs: 10 }).next());
  await clock.advance(10);
  expect(await late).toMatchObject({ code: 'ERR_WORKER_POOL_TIMEOUT' });
  gate.open();
});

describe('a source that breaks the rules of iterators', () => {
  const broken = {
    get value(): number {
      throw new TypeError('no such luck');
    },
  };

  test.each<[string, Iterable<number> | AsyncIterable<number>]>([
    ['now, no result', { [Symbol.iterator]: () => ({ next: () => undefined as never }) }],
    ['later, no result', { [Symbol.asyncIterator]: () => ({ next: async () => undefined as never }) }],
    ['now, a getter that throws', { [Symbol.iterator]: () => ({ next: () => broken }) }],
    ['later, a getter that throws', { [Symbol.asyncIterator]: () => ({ next: async () => broken }) }],
  ])('ends the map with an error: %s', async (_, source) => {
    const { pool } = makePool();
    expect(await errorOf(all(pool.map(source, (item) => item)))).toBeInstanceOf(TypeError);
    expect(pool.getStats()).toMatchObject({ busy: 0 });
  });
});

test.each([
  ['no source', () => new WorkerPool().map(7 as never, (item) => item), 'items'],
  ['a concurrency of 0', () => new WorkerPool().map([], (item) => item, { concurrency: 0 }), 'concurrency'],
  ['a word for ordered', () => new WorkerPool().map([], (item) => item, { ordered: 'yes' as never }), 'ordered'],
  ['no task', () => new WorkerPool().map([], 'task' as never), 'options'],
])('refuses %s at once', (_, make, option) => {
  expect(make).toThrow(expect.objectContaining({ code: 'ERR_WORKER_POOL_INVALID_OPTION', option }));
});
