import { afterEach, beforeEach, expect } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { TtlCache, type TtlCacheOptions } from '../../src/index.js';

export interface TestCache<Key, Value> {
  readonly cache: TtlCache<Key, Value>;
  readonly clock: ManualClock;
}

/** Every cache made in a test is closed after it, and must have left nothing behind: timers, rejections, listeners of the process. */
export function useCaches(): <Key = string, Value = unknown>(
  options?: TtlCacheOptions<Key, Value>,
) => TestCache<Key, Value> {
  const made: { readonly close: () => void; readonly clock: ManualClock }[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    const clocks = made.map(({ clock }) => clock);
    for (const { close } of made.splice(0)) close();
    await leaks.assertNone();
    for (const clock of clocks) expect(clock.allTimers).toBe(0);
  });

  return <Key, Value>(options: TtlCacheOptions<Key, Value> = {}) => {
    const clock = new ManualClock();
    const cache = new TtlCache<Key, Value>({ clock, ...options });
    made.push({ close: () => cache.close(), clock });
    return { cache, clock };
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
    for (const { runtime } of made) await runtime.shutdown();
    await leaks.assertNone(...made.splice(0));
  });

  return () => {
    const clock = new ManualClock();
    const runtime = new Runtime({ clock });
    made.push({ runtime, clock });
    return { runtime, clock };
  };
}

/** A load that ends when the test says so. */
export class Gate<Value> {
  calls = 0;
  readonly signals: AbortSignal[] = [];
  #open: ((value: Value) => void)[] = [];
  #fail: ((error: unknown) => void)[] = [];

  readonly loader = (_key: unknown, context: { readonly signal: AbortSignal }): Promise<Value> => {
    this.calls++;
    this.signals.push(context.signal);
    return new Promise<Value>((resolve, reject) => {
      this.#open.push(resolve);
      this.#fail.push(reject);
    });
  };

  open(value: Value): void {
    for (const open of this.#open.splice(0)) open(value);
  }

  fail(error: unknown): void {
    for (const fail of this.#fail.splice(0)) fail(error);
  }
}

export const found = <Value>(value: Value): { readonly kind: 'found'; readonly value: Value } => ({
  kind: 'found',
  value,
});
export const notFound = { kind: 'not_found' } as const;
