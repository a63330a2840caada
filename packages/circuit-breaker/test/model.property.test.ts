import { expect, test } from '@jest/globals';
import { ManualClock } from '@rookery/genserver/testing';
import fc from 'fast-check';
import {
  anyOf,
  type BreakerMode,
  CircuitBreaker,
  CircuitOpenError,
  consecutive,
  countWindow,
  slowRate,
  type Strategy,
  timeWindow,
} from '../src/index.js';
import { type Ending, ModelBreaker, type ModelOptions } from './model.js';
import { DOWN, endOf } from './support/breakers.js';

type Step =
  | { readonly kind: 'begin'; readonly how: 'call' | 'execute' | 'lease' }
  | { readonly kind: 'end'; readonly which: number; readonly ending: Ending }
  /** Calls one after the other, so that states are reached which single steps hardly find. */
  | { readonly kind: 'burst'; readonly times: number; readonly lastingMs: number; readonly ending: Ending }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'hold'; readonly mode: BreakerMode }
  | { readonly kind: 'reset' | 'look' }
  | { readonly kind: 'advance'; readonly byMs: number };

const IGNORED = new Error('ignored');
const STRATEGIES: Record<string, Strategy> = {
  consecutive: consecutive(3),
  countWindow: countWindow({ size: 5, failureRate: 0.4, minimumCalls: 3 }),
  timeWindow: timeWindow({ windowMs: 100, buckets: 4, failureRate: 0.5, minimumCalls: 3 }),
  slowRate: slowRate({ slowCallMs: 20, slowRate: 0.5, size: 4, minimumCalls: 2 }),
  slowRateInTime: slowRate({ slowCallMs: 20, slowRate: 1, windowMs: 90, buckets: 3, minimumCalls: 3 }),
  anyOf: anyOf(consecutive(4), slowRate({ slowCallMs: 30, slowRate: 0.6, size: 6, minimumCalls: 3 })),
};

const end = fc.record({
  kind: fc.constant('end' as const),
  which: fc.nat(5),
  ending: fc.constantFrom<Ending>('success', 'failure', 'failure', 'failure', 'ignore'),
});
const burst = fc.record({
  kind: fc.constant('burst' as const),
  times: fc.integer({ min: 1, max: 5 }),
  lastingMs: fc.constantFrom(0, 0, 25),
  ending: fc.constantFrom<Ending>('success', 'success', 'failure', 'failure', 'failure'),
});
const steps = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('begin' as const),
        how: fc.constantFrom('call' as const, 'execute' as const, 'lease' as const),
      }),
    },
    { weight: 6, arbitrary: end },
    { weight: 6, arbitrary: burst },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(5) }) },
    {
      weight: 1,
      arbitrary: fc.record({
        kind: fc.constant('hold' as const),
        mode: fc.constantFrom<BreakerMode>('auto', 'auto', 'forced_open', 'forced_closed', 'shadow'),
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('reset' as const, 'look' as const, 'look' as const) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant('advance' as const),
        byMs: fc.constantFrom(1, 7, 20, 40, 50, 99, 100, 250, 100_000),
      }),
    },
  ),
  { maxLength: 80 },
);
const limits = fc.record({
  factor: fc.constantFrom(1, 2),
  permits: fc.constantFrom(1, 2, 3),
  successes: fc.constantFrom(1, 2),
  callTimeoutMs: fc.constantFrom(Infinity, Infinity, 35),
});

interface Running {
  readonly end: (ending: Ending) => void;
  readonly cancel: (() => void) | undefined;
}

/** A breaker and its model, taken through the same steps. */
class Pair {
  readonly clock = new ManualClock();
  readonly breaker: CircuitBreaker;
  readonly model: ModelBreaker;
  readonly #running = new Map<number, Running>();
  readonly #hasTimeout: boolean;
  readonly #rejections: unknown[] = [];
  readonly #expectedRejections: unknown[] = [];
  #nextId = 0;

  constructor(options: ModelOptions) {
    const { strategy, timeoutMs, factor, maxMs, decayMs, permits, successes, maxWaitMs, callTimeoutMs } = options;
    this.model = new ModelBreaker(options);
    this.#hasTimeout = callTimeoutMs !== Infinity;
    this.breaker = new CircuitBreaker({
      clock: this.clock,
      strategy,
      timeoutMs,
      openTime: { factor, maxMs, decayMs },
      halfOpen: { permits, successes, maxWaitMs },
      callTimeoutMs,
      classifyError: (error) => (error === IGNORED ? 'ignore' : 'failure'),
    });
  }

  async do(step: Step): Promise<void> {
    if (step.kind === 'begin') await this.#begin(step.how);
    else if (step.kind === 'burst') for (let call = 0; call < step.times; call++) await this.#burst(step);
    else if (step.kind === 'end' || step.kind === 'cancel') this.#end(step);
    else if (step.kind === 'hold') this.#hold(step.mode);
    else if (step.kind === 'reset') this.#reset();
    else if (step.kind === 'advance') await this.#advance(step.byMs);
    await this.clock.advance(0);
  }

  views(): readonly [unknown, unknown] {
    const { breaker, model } = this;
    const { fallbacks: _, bulkheadRejections: __, waiting: ___, ...ofBreaker } = breaker.stats();
    return [
      { state: breaker.state, mode: breaker.mode, ...ofBreaker, last: this.#rejections.at(-1) },
      {
        state: model.state,
        mode: model.mode,
        ...model.stats,
        running: model.running.size,
        last: this.#expectedRejections.at(-1),
      },
    ];
  }

  #reset(): void {
    this.breaker.reset();
    this.model.reset();
  }

  async #advance(byMs: number): Promise<void> {
    this.model.advance(byMs);
    await this.clock.advance(byMs);
  }

  async #burst({ lastingMs, ending }: Extract<Step, { kind: 'burst' }>): Promise<void> {
    const before = this.#running.size;
    await this.#begin('call');
    if (lastingMs > 0) await this.#advance(lastingMs);
    if (this.#running.size > before) this.#end({ kind: 'end', which: before, ending });
    await this.clock.advance(0);
  }

  /** A lease has no time limit, so there are none where calls have one: the model knows one kind of call. */
  async #begin(how: 'call' | 'execute' | 'lease'): Promise<void> {
    const id = this.#nextId++;
    const expected = this.model.begin(id);
    const canLease = how === 'lease' && !this.#hasTimeout;
    const rejection = canLease ? this.#lease(id) : await this.#call(id, how === 'execute');
    this.#rejections.push(rejection instanceof CircuitOpenError ? { retryAfterMs: rejection.retryAfterMs } : rejection);
    this.#expectedRejections.push(expected);
  }

  #lease(id: number): unknown {
    const lease = this.breaker.tryAcquire();
    if (lease.kind === 'rejected') return lease.error;
    this.#running.set(id, { end: (ending) => void lease[ending](), cancel: undefined });
    return undefined;
  }

  async #call(id: number, isCancellable: boolean): Promise<unknown> {
    const controller = new AbortController();
    const fn = (): Promise<void> =>
      new Promise((resolve, reject) => {
        const ends: Record<Ending, () => void> = {
          success: resolve,
          failure: () => reject(DOWN),
          ignore: () => reject(IGNORED),
        };
        const cancel = isCancellable ? (): void => controller.abort() : undefined;
        this.#running.set(id, { end: (ending) => ends[ending](), cancel });
      });
    const outcome = isCancellable ? this.breaker.execute(fn, { signal: controller.signal }) : this.breaker.call(fn);
    const ended = endOf(outcome);
    for (let turn = 0; turn < 5 && !this.#running.has(id); turn++) await Promise.resolve();
    return this.#running.has(id) ? undefined : ended;
  }

  #end(step: Extract<Step, { which: number }>): void {
    const ids = [...this.#running.keys()];
    const id = ids[step.which % Math.max(1, ids.length)];
    const call = id === undefined ? undefined : this.#running.get(id);
    if (id === undefined || call === undefined) return;
    if (step.kind === 'end') {
      this.#running.delete(id);
      call.end(step.ending);
      this.model.end(id, step.ending);
    } else if (call.cancel !== undefined) {
      call.cancel();
      this.model.cancel(id);
    }
  }

  #hold(mode: BreakerMode): void {
    const { breaker } = this;
    const holds: Record<BreakerMode, () => void> = {
      auto: () => breaker.auto(),
      shadow: () => breaker.shadow(),
      forced_open: () => breaker.forceOpen(),
      forced_closed: () => breaker.forceClosed(),
    };
    holds[mode]();
    this.model.hold(mode);
  }
}

const FIXED = { timeoutMs: 100, maxMs: 300, decayMs: 200, maxWaitMs: 50 };

test.each(Object.entries(STRATEGIES))(
  'a breaker does what a naive one does, in any order of calls, results, late results, aborts, holds and time (%s)',
  async (_, strategy) => {
    await fc.assert(
      fc.asyncProperty(steps, limits, async (all, given) => {
        const pair = new Pair({ strategy, ...FIXED, ...given });
        for (const step of all) {
          await pair.do(step);
          const [ofBreaker, ofModel] = pair.views();
          expect(ofBreaker).toEqual(ofModel);
        }
      }),
      { numRuns: 1000 },
    );
  },
);
