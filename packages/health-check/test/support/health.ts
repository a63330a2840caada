import { afterEach, beforeEach, expect } from '@jest/globals';
import { Runtime } from '@rookery/genserver';
import { LeakDetector, ManualClock } from '@rookery/genserver/testing';
import {
  type CheckContext,
  type CheckReturn,
  HealthCheck,
  type HealthCheckOptions,
  type HealthEvent,
} from '../../src/index.js';

/** 2026-01-01: what the date is when the clock says 0. */
const START = Date.UTC(2026, 0, 1);

export function isoAt(ms: number): string {
  return new Date(START + ms).toISOString();
}

export interface TestHealth {
  readonly health: HealthCheck;
  readonly clock: ManualClock;
  readonly events: HealthEvent[];
}

/** Every health check made in a test is closed after it, and must have left nothing behind: timers, rejections, listeners. */
export function useHealth(): (options?: HealthCheckOptions) => TestHealth {
  const made: TestHealth[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    const clocks = made.map(({ clock }) => clock);
    for (const { health } of made.splice(0)) health.close();
    await leaks.assertNone();
    for (const clock of clocks) expect(clock.allTimers).toBe(0);
  });

  return (options = {}) => {
    const clock = new HeldClock();
    const events: HealthEvent[] = [];
    const health = new HealthCheck({
      clock,
      jitter: 0,
      date: () => START + clock.now(),
      onEvent: (event) => events.push(event),
      ...options,
    });
    made.push({ health, clock, events });
    return { health, clock, events };
  };
}

/** Time may pass without any timer: somebody held the thread. */
class HeldClock extends ManualClock {
  heldMs = 0;

  override now(): number {
    return super.now() + this.heldMs;
  }
}

/** Time passes, and nothing else runs. */
export function holdThread(clock: ManualClock, ms: number): void {
  if (clock instanceof HeldClock) clock.heldMs += ms;
}

/** A runtime on a manual clock, shut down after the test. */
export function useRuntimes(): () => { readonly runtime: Runtime; readonly clock: ManualClock } {
  const made: { readonly runtime: Runtime; readonly clock: ManualClock }[] = [];
  let leaks: LeakDetector;

  beforeEach(() => {
    leaks = new LeakDetector();
  });

  afterEach(async () => {
    const clocks = made.map(({ clock }) => clock);
    for (const { runtime } of made) await runtime.shutdown();
    await leaks.assertNone(...made.splice(0));
    for (const clock of clocks) expect(clock.allTimers).toBe(0);
  });

  return () => {
    const clock = new HeldClock();
    const runtime = new Runtime({ clock });
    made.push({ runtime, clock });
    return { runtime, clock };
  };
}

/** A check that ends when the test says so. */
export class Gate {
  calls = 0;
  running = 0;
  /** The most that ran at the same time. */
  most = 0;
  readonly contexts: CheckContext[] = [];
  readonly #open: { readonly resolve: (value: CheckReturn) => void; readonly reject: (error: unknown) => void }[] = [];

  readonly check = (context: CheckContext): Promise<CheckReturn> => {
    this.calls++;
    this.most = Math.max(this.most, ++this.running);
    this.contexts.push(context);
    return new Promise<CheckReturn>((resolve, reject) => this.#open.push({ resolve, reject })).finally(() => {
      this.running--;
    });
  };

  /** Lets the oldest run end. */
  open(value?: CheckReturn): void {
    this.#open.shift()?.resolve(value);
  }

  fail(error: unknown): void {
    this.#open.shift()?.reject(error);
  }
}
