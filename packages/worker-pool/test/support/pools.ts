import { afterEach, beforeEach, expect } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import { type Closures, type Face, type PoolEvent, WorkerPool, type WorkerPoolOptions } from '../../src/index.js';

/** A pool on a clock that the test moves. */
export interface TestPool<F extends Face = Closures> {
  readonly pool: WorkerPool<F>;
  readonly clock: ManualClock;
  /** What its listener has heard. */
  readonly events: readonly PoolEvent[];
}

/** Every pool made in a test is stopped after it, and must have left nothing behind: timers, rejections, listeners of the process. */
export function usePools(): <F extends Face = Closures>(options?: WorkerPoolOptions<F>) => TestPool<F> {
  const made: { readonly stop: () => Promise<unknown>; readonly clock: ManualClock }[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    const pools = made.splice(0);
    await Promise.all(pools.map(async ({ stop }) => stop()));
    await leaks.assertNone();
    for (const { clock } of pools) expect(clock.allTimers).toBe(0);
  });

  return <F extends Face = Closures>(options: WorkerPoolOptions<F> = {}) => {
    const clock = new ManualClock();
    const events: PoolEvent[] = [];
    const pool = new WorkerPool<F>({ clock, onEvent: (event) => void events.push(event), ...options });
    made.push({ stop: () => pool.stop(), clock });
    return { pool, clock, events };
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
    await leaks.assertNone(...made);
    for (const { clock } of made.splice(0)) expect(clock.allTimers).toBe(0);
  });

  return () => {
    const clock = new ManualClock();
    const runtime = new Runtime({ clock });
    made.push({ runtime, clock });
    return { runtime, clock };
  };
}

/** A task that ends when the test says so. */
export class Gate<Value = void> {
  readonly promise: Promise<Value>;
  open!: (value: Value) => void;
  fail!: (error: unknown) => void;
  /** How often it was begun. */
  begun = 0;
  signal: AbortSignal | undefined;

  constructor() {
    this.promise = new Promise<Value>((resolve, reject) => {
      this.open = resolve;
      this.fail = reject;
    });
  }

  /** The task. */
  readonly task = ({ signal }: { readonly signal: AbortSignal }): Promise<Value> => {
    this.begun++;
    this.signal = signal;
    return this.promise;
  };
}

/** So many gates. */
export function gates<const Names extends readonly string[]>(...names: Names): Record<Names[number], Gate> {
  return Object.fromEntries(names.map((name) => [name, new Gate()])) as Record<Names[number], Gate>;
}

/** The names of those that have been begun. */
export function begun(all: Readonly<Record<string, Gate>>): string {
  return Object.entries(all)
    .flatMap(([name, gate]) => (gate.begun > 0 ? [name] : []))
    .join('');
}

/** How a promise ended; rejections are seen to. */
export async function outcome(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => ({ value }),
    (error: unknown) => ({ error }),
  );
}

/** The error of a promise that must reject. */
export async function errorOf(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    (value) => {
      throw new Error(`It resolved with ${String(value)}.`);
    },
    (error: unknown) => error as Error,
  );
}

/** Lets all that is due in microtasks happen. */
export async function settle(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve));
}
