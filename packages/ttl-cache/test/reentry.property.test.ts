import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { LeakDetector } from '@rookery/genserver/testing';
import { TtlCache, TtlCacheError } from '../src/index.js';
import { ManualClock } from '@rookery/genserver/testing';

/**
 * What belongs to the user calls the cache from within: `weigh`, `onRemoval`, loaders, the copying of a value (a getter of it),
 * a clock's turn. Whatever it does there, the cache must be whole afterwards: see `check`.
 */
const KEYS = ['a', 'b', 'c', 'd', 'e'] as const;
const TAGS = ['x', 'y'] as const;
const OPERATIONS = [
  'put',
  'get',
  'delete',
  'deleteTag',
  'clear',
  'touch',
  'fetch',
  'refresh',
  'snapshot',
  'restore',
  'iterate',
  'abort',
] as const;
type Operation = (typeof OPERATIONS)[number] | 'close';

interface Act {
  readonly operation: Operation;
  readonly key: string;
  readonly tags: string[];
  readonly weight: number;
  readonly ttlMs: number;
  /** What a load does besides: fails, takes a turn, or is skipped. */
  readonly load: 'at_once' | 'later' | 'fails' | 'skips' | 'hangs';
}

const act = (operations: readonly Operation[]): fc.Arbitrary<Act> =>
  fc.record({
    operation: fc.constantFrom(...operations),
    key: fc.constantFrom(...KEYS),
    tags: fc.subarray([...TAGS]),
    weight: fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: 1, max: 6 }) },
      { weight: 1, arbitrary: fc.constantFrom(0, 50, Number.NaN) },
    ),
    ttlMs: fc.constantFrom(1, 20, 5000, Infinity),
    load: fc.constantFrom('at_once', 'later', 'fails', 'skips', 'hangs'),
  });

const HOOKS = ['weigh', 'onRemoval', 'loader', 'copy', 'onProblem'] as const;
type Hook = (typeof HOOKS)[number];

const options = fc.record({
  maxEntries: fc.constantFrom(undefined, 2, 3),
  isWeighed: fc.boolean(),
  values: fc.constantFrom('shared' as const, 'cloned' as const, 'frozen' as const),
  staleForMs: fc.constantFrom(0, 50),
  errorTtlMs: fc.constantFrom(0, 30),
  refreshAfterMs: fc.constantFrom(Infinity, 5),
  softTimeoutMs: fc.constantFrom(Infinity, 0, 3),
});
type Options = typeof options extends fc.Arbitrary<infer T> ? T : never;

interface Value {
  readonly weight: number;
  readonly id: number;
}

class Run {
  readonly clock = new ManualClock();
  readonly cache: TtlCache<string, Value>;
  readonly #within: Record<Hook, Act[]>;
  /** How deep in hooks. */
  #depth = 0;
  #ids = 0;
  /** What is in the cache, by what was put and what the listener has heard. */
  readonly held = new Map<number, string>();
  readonly settled: Promise<unknown>[] = [];
  readonly #controllers: AbortController[] = [];
  readonly #hangs: (() => void)[] = [];
  readonly surprises: unknown[] = [];

  constructor({ maxEntries, isWeighed, ...rest }: Options, within: Record<Hook, Act[]>) {
    this.#within = within;
    this.cache = new TtlCache<string, Value>({
      ...rest,
      clock: this.clock,
      sweepIntervalMs: 40,
      ...(maxEntries !== undefined && { maxEntries }),
      ...(isWeighed && {
        maxWeight: 12,
        weigh: ({ weight }) => {
          this.#hook('weigh');
          return weight;
        },
      }),
      onRemoval: (_key, value) => {
        this.#removed(value.id);
        this.#hook('onRemoval');
      },
      onProblem: () => this.#hook('onProblem'),
    });
  }

  /** One entry of the cache must be told of once, and be told of when it goes. */
  #removed(id: number): void {
    this.held.set(id, this.held.get(id) === undefined ? 'removed' : 'removed twice');
  }

  #hook(hook: Hook): void {
    if (this.#depth > 3) return;
    const next = this.#within[hook].shift();
    if (next !== undefined) this.do(next);
  }

  #value(weight: number): Value {
    const id = ++this.#ids;
    const read = (): number => {
      this.#hook('copy');
      return weight;
    };
    return Object.defineProperty({ id } as { id: number; weight: number }, 'weight', { enumerable: true, get: read });
  }

  do(next: Act): void {
    this.#depth++;
    try {
      this.#do(next);
    } catch (error) {
      if (!(error instanceof TtlCacheError)) this.surprises.push(error);
    } finally {
      this.#depth--;
    }
  }

  #do({ operation, key, tags, weight, ttlMs, load }: Act): void {
    const { cache } = this;
    if (operation === 'put') cache.put(key, this.#value(weight), { ttlMs, tags });
    else if (operation === 'get') cache.get(key);
    else if (operation === 'delete') cache.delete(key);
    else if (operation === 'deleteTag') cache.deleteTag(tags[0] ?? 'x');
    else if (operation === 'clear') cache.clear();
    else if (operation === 'touch') cache.touch(key, ttlMs);
    else if (operation === 'restore')
      cache.restore({ takenAtMs: Date.now(), entries: [{ key, value: this.#value(weight), ttlMs: 1000, tags }] });
    else if (operation === 'snapshot') cache.snapshot();
    else if (operation === 'iterate') for (const [one] of cache) if (one === key) cache.delete(one);
    if (operation === 'close') cache.close();
    if (operation === 'abort') this.#controllers.shift()?.abort();
    if (operation === 'fetch' || operation === 'refresh')
      this.#fetch(key, tags, weight, ttlMs, load, operation === 'fetch');
  }

  #fetch(key: string, tags: string[], weight: number, ttlMs: number, load: Act['load'], isPlain: boolean): void {
    const controller = new AbortController();
    if (!isPlain) this.#controllers.push(controller);
    const end = async (skip: () => void): Promise<Value> => {
      if (load !== 'at_once') await Promise.resolve();
      this.#hook('loader');
      if (load === 'hangs') await new Promise<void>((resolve) => this.#hangs.push(resolve));
      if (load === 'fails') throw new Error('fails');
      if (load === 'skips') skip();
      return this.#value(weight);
    };
    const loader = (_key: string, { skip }: { readonly skip: () => void }): Promise<Value> => {
      this.#hook('loader');
      return end(skip);
    };
    const fetched = this.cache.fetch(key, loader, {
      tags,
      ttlMs,
      ...(isPlain ? {} : { signal: controller.signal, softTimeoutMs: 1 }),
    });
    this.settled.push(this.#hear(fetched));
  }

  async #hear(fetched: Promise<Value>): Promise<void> {
    try {
      await fetched;
    } catch (error) {
      const isExpected = error instanceof TtlCacheError || (error as Error).message === 'fails';
      if (!isExpected) this.surprises.push(error);
    }
  }

  async turn(byMs: number): Promise<void> {
    await this.clock.advance(byMs);
    for (const go of this.#hangs.splice(0)) go();
    await this.clock.advance(0);
  }

  /** What is not as it must be at any time. */
  faults(): readonly unknown[] {
    this.#depth = Infinity; // to look changes nothing
    const faults = [...this.surprises, ...this.#faults()];
    this.#depth = 0;
    return faults;
  }

  *#faults(): Iterable<string> {
    const { cache } = this;
    const { weight, entries } = cache.stats();
    const live = [...cache.entries()];
    const weightOfAll = this.isWeighed ? live.reduce((sum, [, one]) => sum + one.weight, 0) : 0;
    if (entries !== cache.size || live.length > entries) yield `${live.length} live of ${entries}, or ${cache.size}`;
    if (live.length === entries && weight !== weightOfAll) yield `a weight of ${weight}, not ${weightOfAll}`;
    if ([...this.held.values()].includes('removed twice')) yield 'a removal is told of twice';
    for (const [key, { id }] of live) {
      if (!cache.has(key) || !((cache.ttl(key) ?? 0) > 0)) yield `${key} is live and is not`;
      if (this.held.has(id)) yield `${key} was removed and is there`;
    }
  }

  isWeighed = false;

  /** All time passes: what expires is gone, and what is over is over. */
  async end(): Promise<void> {
    const { cache } = this;
    for (const controller of this.#controllers) controller.abort();
    for (let i = 0; i < 4; i++) await this.turn(31_000);
    await Promise.all(this.settled);
    const eternal = [...cache.keys()].filter((key) => cache.ttl(key) === Infinity);
    if (cache.size !== eternal.length) this.surprises.push(`${cache.size} held, ${eternal.length} of them for ever`);
    for (const tag of TAGS) cache.deleteTag(tag);
    for (const key of KEYS) cache.delete(key);
    await this.turn(0);
  }
}

const everything: readonly Operation[] = [...OPERATIONS, ...OPERATIONS, ...OPERATIONS, 'close'];
const within = fc.record({
  weigh: fc.array(act(everything), { maxLength: 8 }),
  onRemoval: fc.array(act(everything), { maxLength: 8 }),
  loader: fc.array(act(everything), { maxLength: 8 }),
  copy: fc.array(act(everything), { maxLength: 8 }),
  onProblem: fc.array(act(everything), { maxLength: 4 }),
});

test('whatever is called back may call the cache: it stays whole, everyone who waits hears, and nothing is left', async () => {
  const leaks = new LeakDetector();
  await fc.assert(
    fc.asyncProperty(
      options,
      within,
      fc.array(fc.record({ next: act(OPERATIONS), byMs: fc.constantFrom(0, 0, 1, 10, 50) }), { maxLength: 25 }),
      async (given, inHooks, steps) => {
        const run = new Run(given, structuredClone(inHooks));
        run.isWeighed = given.isWeighed;
        for (const { next, byMs } of steps) {
          run.do(next);
          expect(run.faults()).toEqual([]);
          await run.turn(byMs);
          expect(run.faults()).toEqual([]);
        }
        await run.end();
        expect(run.faults()).toEqual([]);
        run.cache.close();
        expect([run.cache.size, run.cache.stats().weight, run.clock.allTimers]).toEqual([0, 0, 0]);
      },
    ),
    { numRuns: 400 },
  );
  await leaks.assertNone();
});
