/** A span of time in milliseconds. */
export type Milliseconds = number;

/** A timer that was set and may still be cancelled. */
export interface ClockTimer {
  /** After this the callback does not run any more. Harmless when it has run. */
  cancel(): void;
  /** Lets Node exit although the timer is pending. */
  unref(): void;
  /** Takes `unref` back. */
  ref(): void;
}

/** Where a runtime takes its time from. Elapsed time only: no wall clock, so that setting the date changes nothing. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): Milliseconds;
  /** Runs `callback` once, at least `delayMs` later, and never on the caller's stack (TIM-001, TIM-006). */
  setTimer(delayMs: Milliseconds, callback: () => void): ClockTimer;
  /** A runtime that uses this clock introduces itself, so that a manual clock can wait until it is idle. */
  attach?(runtime: { readonly idle: boolean }): void;
}

/** `setTimeout` fires at once above this, so longer waits are made of several (TIM-013). */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

/** The machine's monotonic clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer: (delayMs, callback) => new SystemTimer(delayMs, callback),
};

/** Chance, where a test gives none. */
export const systemRandom = (): number => Math.random();

class SystemTimer implements ClockTimer {
  readonly #due: Milliseconds;
  readonly #callback: () => void;
  #timeout: NodeJS.Timeout;

  constructor(delayMs: Milliseconds, callback: () => void) {
    this.#due = performance.now() + delayMs;
    this.#callback = callback;
    this.#timeout = this.#wait(delayMs);
  }

  cancel(): void {
    clearTimeout(this.#timeout);
  }

  unref(): void {
    this.#timeout.unref();
  }

  ref(): void {
    this.#timeout.ref();
  }

  #wait(leftMs: Milliseconds): NodeJS.Timeout {
    return setTimeout(() => this.#fire(), Math.min(Math.ceil(leftMs), LONGEST_WAIT_MS));
  }

  /** Node may fire up to a millisecond early, and a long wait has several parts: then wait for the rest. */
  #fire(): void {
    const left = this.#due - performance.now();
    if (left <= 0) return this.#callback();
    const unreffed = !this.#timeout.hasRef();
    this.#timeout = this.#wait(left);
    if (unreffed) this.#timeout.unref();
  }
}
