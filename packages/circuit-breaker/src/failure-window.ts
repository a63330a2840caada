import type { Milliseconds } from '@rookery/genserver';
import { type CallCounter, LastCalls, RecentCalls, type SavedCalls } from './call-counter.js';
import type { Span, Strategy } from './strategy.js';

/** What a closed breaker remembers of its calls. Changed in place: a success that changes nothing allocates nothing. */
export interface FailureWindow {
  /** Whether it needs to know how long calls take, and when they end. */
  readonly isTimed: boolean;
  /** Counts one call. Returns whether the breaker must open. */
  record(isFailure: boolean, durationMs: Milliseconds, now: Milliseconds): boolean;
  /** Whether a call that took so long is a bad sign in itself. */
  isSlow(durationMs: Milliseconds): boolean;
  clear(): void;
  save(now: Milliseconds): SavedWindow;
  restore(saved: SavedWindow, elapsedMs: Milliseconds, now: Milliseconds): void;
}

/** A window as plain data. */
export type SavedWindow =
  | { readonly kind: 'consecutive'; readonly failures: number }
  | { readonly kind: 'failure_rate' | 'slow_rate'; readonly span: SavedCalls }
  | { readonly kind: 'any_of'; readonly windows: readonly SavedWindow[] };

export function makeWindow(strategy: Strategy): FailureWindow {
  return (MAKERS[strategy.kind] as (one: Strategy) => FailureWindow)(strategy); // its own kind, by the table's type
}

const MAKERS: {
  readonly [Kind in Strategy['kind']]: (strategy: Extract<Strategy, { kind: Kind }>) => FailureWindow;
} = {
  consecutive: ({ failures }) => new ConsecutiveFailures(failures),
  failure_rate: (strategy) => new BadCallRate('failure_rate', strategy.failureRate, strategy, Infinity),
  slow_rate: (strategy) => new BadCallRate('slow_rate', strategy.slowRate, strategy, strategy.slowCallMs),
  any_of: ({ strategies }) => new AnyOf(strategies.map(makeWindow)),
};

class ConsecutiveFailures implements FailureWindow {
  readonly isTimed = false;
  readonly #limit: number;
  #failures = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  record(isFailure: boolean): boolean {
    if (isFailure) return ++this.#failures >= this.#limit;
    this.#failures = 0;
    return false;
  }

  isSlow(): boolean {
    return false;
  }

  clear(): void {
    this.#failures = 0;
  }

  save(): SavedWindow {
    return { kind: 'consecutive', failures: this.#failures };
  }

  /** Another limit may hold now: then one more failure opens it. */
  restore(saved: SavedWindow): void {
    if (saved.kind === 'consecutive') this.#failures = Math.min(saved.failures, this.#limit - 1);
  }
}

class BadCallRate implements FailureWindow {
  readonly isTimed: boolean;
  readonly #kind: 'failure_rate' | 'slow_rate';
  readonly #rate: number;
  readonly #minimumCalls: number;
  /** Infinity where failures are counted. */
  readonly #slowCallMs: Milliseconds;
  readonly #counter: CallCounter;

  constructor(
    kind: 'failure_rate' | 'slow_rate',
    rate: number,
    { minimumCalls, span }: { readonly minimumCalls: number; readonly span: Span },
    slowCallMs: Milliseconds,
  ) {
    this.#kind = kind;
    this.#rate = rate;
    this.#minimumCalls = minimumCalls;
    this.#slowCallMs = slowCallMs;
    this.#counter = span.kind === 'calls' ? new LastCalls(span.size) : new RecentCalls(span.windowMs, span.buckets);
    this.isTimed = span.kind === 'time' || kind === 'slow_rate';
  }

  record(isFailure: boolean, durationMs: Milliseconds, now: Milliseconds): boolean {
    const counter = this.#counter;
    counter.add(this.#kind === 'slow_rate' ? this.isSlow(durationMs) : isFailure, now);
    return counter.calls >= this.#minimumCalls && counter.bad / counter.calls >= this.#rate;
  }

  isSlow(durationMs: Milliseconds): boolean {
    return durationMs >= this.#slowCallMs;
  }

  clear(): void {
    this.#counter.clear();
  }

  save(now: Milliseconds): SavedWindow {
    return { kind: this.#kind, span: this.#counter.save(now) };
  }

  restore(saved: SavedWindow, elapsedMs: Milliseconds, now: Milliseconds): void {
    if (saved.kind === this.#kind) this.#counter.restore(saved.span, elapsedMs, now);
  }
}

class AnyOf implements FailureWindow {
  readonly isTimed: boolean;
  readonly #windows: readonly FailureWindow[];

  constructor(windows: readonly FailureWindow[]) {
    this.#windows = windows;
    this.isTimed = windows.some(({ isTimed }) => isTimed);
  }

  record(isFailure: boolean, durationMs: Milliseconds, now: Milliseconds): boolean {
    let mustOpen = false;
    for (const window of this.#windows) if (window.record(isFailure, durationMs, now)) mustOpen = true;
    return mustOpen;
  }

  isSlow(durationMs: Milliseconds): boolean {
    return this.#windows.some((window) => window.isSlow(durationMs));
  }

  clear(): void {
    for (const window of this.#windows) window.clear();
  }

  save(now: Milliseconds): SavedWindow {
    return { kind: 'any_of', windows: this.#windows.map((window) => window.save(now)) };
  }

  restore(saved: SavedWindow, elapsedMs: Milliseconds, now: Milliseconds): void {
    if (saved.kind !== 'any_of') return;
    for (const [index, window] of this.#windows.entries()) {
      const one = saved.windows[index];
      if (one !== undefined) window.restore(one, elapsedMs, now);
    }
  }
}
