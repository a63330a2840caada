import { afterEach, beforeEach, expect } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { type BreakerEvent, CircuitBreaker, type CircuitBreakerOptions } from '../../src/index.js';

export interface TestBreaker {
  readonly breaker: CircuitBreaker;
  readonly clock: CountingClock;
}

/** After each test nothing of its breakers may be left: timers, rejections, listeners of the process. */
export function useBreakers(): (options?: CircuitBreakerOptions) => TestBreaker {
  const made: TestBreaker[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    const all = made.splice(0);
    for (const { breaker } of all) breaker.shutdown();
    await leaks.assertNone();
    for (const { clock } of all) expect(clock.pending.size).toBe(0);
  });

  return (options = {}) => {
    const clock = new CountingClock();
    const breaker = new CircuitBreaker({ clock, ...options });
    made.push({ breaker, clock });
    return { breaker, clock };
  };
}

/** A runtime on a manual clock, shut down after the test. */
export function useRuntimes(): () => { readonly runtime: Runtime; readonly clock: CountingClock } {
  const made: { readonly runtime: Runtime; readonly clock: CountingClock }[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    const all = made.splice(0);
    for (const { runtime } of all) await runtime.shutdown();
    await leaks.assertNone(...all);
    for (const { clock } of all) expect(clock.pending.size).toBe(0);
  });

  return () => {
    const clock = new CountingClock();
    const runtime = new Runtime({ clock, random: () => 0.5 });
    made.push({ runtime, clock });
    return { runtime, clock };
  };
}

/** Knows of unref-ed timers, too. */
export class CountingClock extends ManualClock {
  readonly pending = new Set<object>();

  override setTimer(delayMs: number, callback: () => void): ReturnType<ManualClock['setTimer']> {
    const token = {};
    this.pending.add(token);
    const timer = super.setTimer(delayMs, () => {
      this.pending.delete(token);
      callback();
    });
    return {
      cancel: () => {
        this.pending.delete(token);
        timer.cancel();
      },
      ref: () => timer.ref(),
      unref: () => timer.unref(),
    };
  }
}

/** A call that settles when the test says so. */
export class Gate<Value = unknown> {
  calls = 0;
  readonly signals: AbortSignal[] = [];
  readonly #ends: { readonly open: (value: Value) => void; readonly fail: (error: unknown) => void }[] = [];

  readonly fn = (context?: { readonly signal: AbortSignal }): Promise<Value> => {
    this.calls++;
    if (context !== undefined) this.signals.push(context.signal);
    return new Promise<Value>((open, fail) => this.#ends.push({ open, fail }));
  };

  /** The call that has waited longest. */
  open(value: Value): void {
    this.#ends.shift()?.open(value);
  }

  fail(error: unknown = DOWN): void {
    this.#ends.shift()?.fail(error);
  }
}

export const DOWN = new Error('down');
export const down = (): Promise<never> => Promise.reject(DOWN);

/** So many failures, one after the other. */
export async function failTimes(breaker: Pick<CircuitBreaker, 'call'>, times: number): Promise<void> {
  for (let call = 0; call < times; call++) await expect(breaker.call(down)).rejects.toBe(DOWN);
}

/** What a promise ended in: its error, or its value. */
export const endOf = (promise: Promise<unknown>): Promise<unknown> => promise.catch((error: unknown) => error);

/** What a breaker tells from now on. */
export function eventsOf(breaker: Pick<CircuitBreaker, 'subscribe'>): BreakerEvent[] {
  const events: BreakerEvent[] = [];
  breaker.subscribe((event) => void events.push(event));
  return events;
}
