import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { ManualClock } from '@rookery/genserver/testing';
import { type CacheSnapshot, FetchAbortedError, type LoadContext, type RemovalCause, TtlCache } from '../src/index.js';
import { ModelCache, type ModelLoad, type ModelOptions } from './model.js';

type Step =
  | { readonly kind: 'put'; readonly key: string; readonly ttlMs: number; readonly tags: string[] }
  | { readonly kind: 'get' | 'peek' | 'delete'; readonly key: string }
  | { readonly kind: 'touch'; readonly key: string; readonly ttlMs: number | undefined }
  | { readonly kind: 'fetch'; readonly key: string; readonly tags: string[]; readonly canLeave: boolean }
  | { readonly kind: 'succeed' | 'fail' | 'leave'; readonly which: number }
  | { readonly kind: 'deleteTag'; readonly tag: string }
  | { readonly kind: 'clear' | 'snapshot' | 'restore' }
  | { readonly kind: 'advance'; readonly byMs: number };

const KEYS = ['a', 'b', 'c', 'd'] as const;
const key = fc.constantFrom(...KEYS);
const tags = fc.subarray(['x', 'y']);
const ttlMs = fc.oneof(fc.integer({ min: 1, max: 300 }), fc.integer({ min: 900, max: 70_000 }), fc.constant(Infinity));
const nth = fc.nat({ max: 5 });
const kinds = <K extends string>(...names: K[]): fc.Arbitrary<K> => fc.constantFrom(...names);
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ kind: kinds('put'), key, ttlMs, tags }) },
  { weight: 4, arbitrary: fc.record({ kind: kinds('get', 'peek', 'delete'), key }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('touch'), key, ttlMs: fc.option(ttlMs, { nil: undefined }) }) },
  { weight: 5, arbitrary: fc.record({ kind: kinds('fetch'), key, tags, canLeave: fc.boolean() }) },
  { weight: 5, arbitrary: fc.record({ kind: kinds('succeed', 'fail', 'leave'), which: nth }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('deleteTag'), tag: fc.constantFrom('x', 'y') }) },
  { weight: 1, arbitrary: fc.record({ kind: kinds('clear', 'snapshot', 'restore') }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: kinds('advance'), byMs: fc.oneof(fc.nat({ max: 200 }), fc.nat({ max: 40_000 })) }),
  },
);

const steps = fc.array(step, { maxLength: 100, size: 'max' });

const LIMITS = { none: [Infinity, Infinity], entries: [3, Infinity], weight: [Infinity, 15] } as const;
/** So long that a run of steps has none: the model does not sweep. */
const NO_SWEEP_MS = 2 ** 31 - 1;

/** The cache and its model, doing the same. */
class Pair {
  readonly clock = new ManualClock();
  readonly model: ModelCache;
  readonly removed: (readonly [string, number, RemovalCause])[] = [];
  readonly cache: TtlCache<string, number>;
  readonly outcomes = new Map<number, string>();
  readonly #loads: { readonly model: ModelLoad; readonly end: (end: { value: number } | { error: number }) => void }[] =
    [];
  readonly #leavers = new Map<number, AbortController>();
  #snapshot: { readonly taken: CacheSnapshot<string, number>; readonly at: number } | undefined;
  readonly #answers: (readonly [unknown, unknown])[] = [];
  #counter = 0;

  constructor(options: ModelOptions, sweepIntervalMs: number) {
    this.model = new ModelCache(options);
    const { maxWeight, ...rest } = options;
    this.cache = new TtlCache<string, number>({
      ...rest,
      ...(maxWeight !== Infinity && { maxWeight, weigh: ModelCache.weigh }),
      loadTimeoutMs: Infinity,
      sweepIntervalMs,
      clock: this.clock,
      date: () => this.clock.now(),
      onRemoval: (...removal) => this.removed.push(removal),
    });
  }

  async do(next: Step): Promise<void> {
    this.#do(next);
    if (next.kind === 'advance') {
      await this.clock.advance(next.byMs);
      this.model.now += next.byMs;
    }
    await new Promise((resolve) => setImmediate(resolve)); // whoever waited has heard
  }

  #do(next: Step): void {
    const { cache, model } = this;
    const value = ++this.#counter;
    if (next.kind === 'put') {
      cache.put(next.key, value, { ttlMs: next.ttlMs, tags: next.tags });
      model.put(next.key, value, next.ttlMs, next.tags);
    } else if (next.kind === 'get') this.#answer(valueOf(cache.get(next.key)), model.get(next.key));
    else if (next.kind === 'delete') {
      this.#answer(cache.delete(next.key), model.isLive(next.key));
      model.delete(next.key);
    } else if (next.kind === 'touch') {
      this.#answer(cache.touch(next.key, next.ttlMs), model.isLive(next.key));
      model.touch(next.key, next.ttlMs);
    } else if (next.kind === 'fetch') this.#fetch(value, next);
    else if (next.kind === 'succeed') this.#loads[next.which]?.end({ value });
    else if (next.kind === 'fail') this.#loads[next.which]?.end({ error: value });
    else if (next.kind === 'leave') this.#leave([...this.#leavers.keys()][next.which]);
    else if (next.kind === 'deleteTag') {
      cache.deleteTag(next.tag);
      model.deleteTag(next.tag);
    } else if (next.kind === 'clear') {
      cache.clear();
      model.clear();
    } else if (next.kind === 'snapshot') this.#snapshot = { taken: cache.snapshot(), at: model.now };
    else if (next.kind === 'restore' && this.#snapshot !== undefined) this.#restore(this.#snapshot);
  }

  #fetch(id: number, { key: which, tags: own, canLeave }: Step & { kind: 'fetch' }): void {
    const load = this.model.fetch(which, { id, canLeave }, own);
    const leaver = new AbortController();
    if (canLeave) this.#leavers.set(id, leaver);
    const loader = (_key: string, context: LoadContext<number>): Promise<number> =>
      new Promise((resolve, reject) => {
        if (load === undefined) throw new Error('The model says that nothing is to be loaded.');
        context.setTags(own);
        this.#loads.push({
          model: load,
          end: (end) => {
            this.model.settle(load, end);
            if ('value' in end) resolve(end.value);
            else reject(new Error(`error ${end.error}`));
          },
        });
      });
    const waiting = this.cache.fetch(which, loader, canLeave ? { signal: leaver.signal, tags: own } : { tags: own });
    waiting.then(
      (value) => this.outcomes.set(id, `value ${value}`),
      (error: unknown) =>
        this.outcomes.set(id, error instanceof FetchAbortedError ? 'aborted' : (error as Error).message),
    );
  }

  #leave(id: number | undefined): void {
    if (id === undefined) return;
    this.model.leave(id);
    this.#leavers.get(id)?.abort();
  }

  #restore({ taken, at }: { readonly taken: CacheSnapshot<string, number>; readonly at: number }): void {
    this.cache.restore(taken);
    for (const { key: one, value, ttlMs: life = Infinity, leftMs = Infinity, tags: own = [] } of taken.entries) {
      const elapsed = this.model.now - at;
      if (leftMs - elapsed > 0 && !this.model.isLive(one))
        this.model.revive(one, value, { ttlMs: life, leftMs: leftMs - elapsed, tags: own });
    }
  }

  #answer(ofCache: unknown, ofModel: unknown): void {
    this.#answers.push([ofCache, ofModel]);
  }

  /** All that can be seen of the cache, and the same of the model. What is put again after a sweep is a new entry, so has another place. */
  views(isOrdered = true): readonly [ofCache: unknown, ofModel: unknown] {
    const { cache, model } = this;
    const stats = Object.fromEntries(Object.keys(model.stats).map((name) => [name, cache.stats()[name as 'hits']]));
    const answers = this.#answers.splice(0);
    const inOrder = (keys: string[]): string[] => (isOrdered ? keys : keys.toSorted());
    return [
      [
        KEYS.map((one) => [valueOf(cache.peek(one)), cache.ttl(one)]),
        inOrder([...cache.keys()]),
        this.outcomes,
        stats,
        answers.map(([one]) => one),
      ],
      [
        KEYS.map((one) => [model.peek(one), model.ttl(one)]),
        inOrder(model.live()),
        model.outcomes,
        model.stats,
        answers.map(([, one]) => one),
      ],
    ];
  }
}

/** What one step has removed, which is forgotten. The order in which a tag's entries go is nobody's business. */
function inAnyOrder(removed: (readonly unknown[])[]): readonly string[] {
  return removed.splice(0).map(String).toSorted();
}

function valueOf(lookup: ReturnType<TtlCache<string, number>['get']>): number | undefined {
  return lookup.kind === 'found' ? lookup.value : undefined;
}

const life = fc.record({ staleForMs: fc.constantFrom(0, 100, 5000), errorTtlMs: fc.constantFrom(0, 150) });

test.each(['none', 'entries', 'weight'] as const)(
  'the cache does what a naive map with a clock does, in any order of steps (limit: %s)',
  async (limit) => {
    const [maxEntries, maxWeight] = LIMITS[limit];
    await fc.assert(
      fc.asyncProperty(steps, life, async (all, options) => {
        const pair = new Pair({ maxEntries, maxWeight, ...options }, NO_SWEEP_MS);
        for (const next of all) {
          await pair.do(next);
          const [ofCache, ofModel] = pair.views();
          expect(ofCache).toEqual(ofModel);
          expect(pair.cache.size).toEqual(pair.model.entries.size);
          expect(inAnyOrder(pair.removed)).toEqual(inAnyOrder(pair.model.removed));
        }
        pair.cache.close();
      }),
      { numRuns: 300 },
    );
  },
);

test('a sweep changes nothing that can be seen, and leaves nothing that nobody can have', async () => {
  await fc.assert(
    fc.asyncProperty(steps, life, fc.integer({ min: 1, max: 5000 }), async (all, options, sweepIntervalMs) => {
      const pair = new Pair({ maxEntries: Infinity, maxWeight: Infinity, ...options }, sweepIntervalMs);
      const size = async (): Promise<void> => {
        await pair.do({ kind: 'advance', byMs: sweepIntervalMs + options.staleForMs });
        const { now } = pair.model;
        const isKept = ({ since, ttlMs: own }: { since: number; ttlMs: number }): boolean =>
          now - sweepIntervalMs < since + own + options.staleForMs;
        expect(pair.cache.size).toBeLessThanOrEqual([...pair.model.entries.values()].filter(isKept).length);
      };
      for (const next of all) {
        await pair.do(next);
        const [ofCache, ofModel] = pair.views(false);
        expect(ofCache).toEqual(ofModel);
      }
      await size();
      pair.cache.close();
    }),
    { numRuns: 300 },
  );
});
