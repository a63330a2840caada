import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { PoolQueue, QueueEntry, type QueueRules } from '../src/pool-queue.js';
import { NaiveQueue } from './pool-queue.model.js';

type Step =
  | { readonly kind: 'push'; readonly priority: number; readonly key: string | undefined; readonly afterMs: number }
  | { readonly kind: 'claim'; readonly key: string }
  | { readonly kind: 'remove'; readonly which: number }
  | { readonly kind: 'take' }
  | { readonly kind: 'release'; readonly which: number };

const key = fc.constantFrom(undefined, 'a', 'b', 'c');
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant('push' as const),
      priority: fc.constantFrom(-1, 0, 0, 0, 2),
      key,
      afterMs: fc.nat(60),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('claim' as const), key: fc.constantFrom('a', 'b', 'c') }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('remove' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('take' as const) }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('release' as const), which: fc.nat() }) },
);
const rules: fc.Arbitrary<QueueRules> = fc.record({
  ageingMs: fc.constantFrom(10, 100, Infinity),
  keyConcurrency: fc.constantFrom(1, 1, 2),
});

/** Both queues, fed alike. What the real one answers, and what it should have. */
class Pair {
  readonly real: PoolQueue;
  readonly naive: NaiveQueue;
  readonly known: QueueEntry[] = [];
  readonly running: unknown[] = [];
  #now = 0;

  constructor(given: QueueRules) {
    this.real = new PoolQueue(given);
    this.naive = new NaiveQueue(given);
  }

  run(given: Step): readonly [unknown, unknown] {
    if (given.kind === 'push')
      return this.#push(new QueueEntry(given.priority, given.key, (this.#now += given.afterMs)));
    if (given.kind === 'claim') return this.#claim(given.key);
    if (given.kind === 'remove') return this.#remove(given.which);
    return given.kind === 'take' ? this.#take() : this.#release(given.which);
  }

  /** All that can be seen of each. */
  views(): readonly [object, object] {
    const [real, naive] = [this.real, this.naive].map((queue) => ({
      size: queue.size,
      isReady: queue.isReady,
      oldest: queue.oldest === undefined ? -1 : this.known.indexOf(queue.oldest),
      admits: [undefined, 'a', 'b', 'c'].map((one) => queue.admits(one)),
    }));
    return [real ?? {}, naive ?? {}];
  }

  #push(entry: QueueEntry): readonly [unknown, unknown] {
    this.known.push(entry);
    return [this.real.push(entry), this.naive.push(entry)];
  }

  #claim(given: string): readonly [unknown, unknown] {
    if (!this.naive.admits(given)) return [0, 0];
    this.running.push(given);
    return [this.real.claim(given), this.naive.claim(given)];
  }

  #remove(which: number): readonly [unknown, unknown] {
    const entry = this.known[which % Math.max(1, this.known.length)];
    return entry === undefined ? [0, 0] : [this.real.remove(entry), this.naive.remove(entry)];
  }

  #take(): readonly [unknown, unknown] {
    const expected = this.naive.take();
    if (expected !== undefined) this.running.push(expected.key);
    const real = this.real.take();
    return [real && this.known.indexOf(real), expected && this.known.indexOf(expected)];
  }

  #release(which: number): readonly [unknown, unknown] {
    if (this.running.length === 0) return [0, 0];
    const [given] = this.running.splice(which % this.running.length, 1);
    return [this.real.released(given), this.naive.released(given)];
  }
}

describe('the queue of a pool', () => {
  test('does what the naive one does, whatever comes', () => {
    fc.assert(
      fc.property(rules, fc.array(step, { maxLength: 80 }), (given, steps) => {
        const pair = new Pair(given);
        for (const one of steps) {
          const [real, naive] = pair.run(one);
          const [seen, expected] = pair.views();
          expect({ one, answer: real, ...seen }).toEqual({ one, answer: naive, ...expected });
        }
      }),
      { numRuns: 2000 },
    );
    expect.hasAssertions();
  });

  test('lets nobody wait for ever: when what runs ends, all are begun in the end', () => {
    fc.assert(
      fc.property(rules, fc.array(step, { maxLength: 80 }), (given, steps) => {
        const pair = new Pair(given);
        for (const one of steps) pair.run(one);
        for (let left = pair.real.size + pair.running.length; left > 0; left--) {
          pair.run({ kind: 'take' });
          pair.run({ kind: 'release', which: 0 });
        }
        for (let left = pair.real.size; left > 0; left--) pair.run({ kind: 'take' });
        expect(pair.real.size).toBe(0);
      }),
    );
  });
});

const DEFAULT_RULES: QueueRules = { ageingMs: 1000, keyConcurrency: 1 };

function taken(queue: PoolQueue): readonly QueueEntry[] {
  const all: QueueEntry[] = [];
  for (let entry = queue.take(); entry !== undefined; entry = queue.take()) {
    all.push(entry);
    queue.released(entry.key);
  }
  return all;
}

describe('turns', () => {
  test('keys take turns, however much one of them has', () => {
    const queue = new PoolQueue(DEFAULT_RULES);
    for (const given of ['a', 'a', 'a', 'a', 'b', 'c', 'b']) queue.push(new QueueEntry(0, given, 0));
    expect(taken(queue).map((entry) => entry.key)).toEqual(['a', 'b', 'c', 'a', 'b', 'a', 'a']);
  });

  test('what has no key takes turns as if it had one', () => {
    const queue = new PoolQueue(DEFAULT_RULES);
    for (const given of ['a', 'a', undefined, undefined]) queue.push(new QueueEntry(0, given, 0));
    expect(taken(queue).map((entry) => entry.key)).toEqual(['a', undefined, 'a', undefined]);
  });

  test('higher priorities go first, until a lower one has waited ageingMs for each step between them', () => {
    const queue = new PoolQueue(DEFAULT_RULES);
    const low = new QueueEntry(0, undefined, 0);
    const [early, late] = [new QueueEntry(2, undefined, 1999), new QueueEntry(2, undefined, 2001)];
    for (const entry of [low, early, late]) queue.push(entry);
    expect(taken(queue)).toEqual([early, low, late]);
  });

  test('without ageing the highest priority goes first, always', () => {
    const queue = new PoolQueue({ ...DEFAULT_RULES, ageingMs: Infinity });
    const [low, high] = [new QueueEntry(0, undefined, 0), new QueueEntry(1, undefined, 1e9)];
    queue.push(low);
    queue.push(high);
    expect(taken(queue)).toEqual([high, low]);
  });

  test('a key comes in its own order, whatever the priorities', () => {
    const queue = new PoolQueue(DEFAULT_RULES);
    const [first, second] = [new QueueEntry(-5, 'a', 0), new QueueEntry(5, 'a', 0)];
    queue.push(first);
    queue.push(second);
    expect(taken(queue)).toEqual([first, second]);
  });
});

test('to remove one of many costs what removing one of few does', () => {
  const cost = (count: number): number => {
    const queue = new PoolQueue(DEFAULT_RULES);
    const entries = Array.from({ length: count }, (_, at) => new QueueEntry(0, at % 2 === 0 ? undefined : at % 7, 0));
    for (const entry of entries) queue.push(entry);
    let touched = 0;
    for (const entry of entries.toReversed()) {
      touched += Number(queue.remove(entry));
      if (queue.oldest === entry) throw new Error('It is still there.');
    }
    return touched;
  };
  expect(cost(200_000)).toBe(200_000); // quadratic, this would take hours
});
