import { afterEach, beforeEach, expect } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { type BreakerEvent, CircuitBreaker, type CircuitBreakerOptions } from '../../src/index.js';

export interface TestBreaker {
  readonly breaker: CircuitBreaker;
  readonly clock: ManualClock;
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
    for (const { clock } of all) expect(clock.allTimers).toBe(0);
  });

  return (options = {}) => {
    const clock = new ManualClock();
    const breaker = new CircuitBreaker({ clock, ...options });
    made.push({ breaker, clock });
    return { breaker, clock };
  };
}

/** A runtime on a manual clock, shut down after the test. */
export function useRuntimes(): () => { readonly runtime: Runtime; readonly clock: ManualClock } {
  const made: { readonly runtime: Runtime; readonly clock: ManualClock }[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    const all = made.splice(0);
    for (const { runtime } of all) await runtime.shutdown();
    await leaks.assertNone(...all);
    for (const { clock } of all) expect(clock.allTimers).toBe(0);
  });

  return () => {
    const clock = new ManualClock();
    const runtime = new Runtime({ clock, random: () => 0.5 });
    made.push({ runtime, clock });
    return { runtime, clock };
  };
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
