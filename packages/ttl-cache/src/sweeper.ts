import { AsyncResource } from 'node:async_hooks';
import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';

/** What is swept. */
export interface Sweepable {
  /** Whether there is anything left that expires. */
  hasMore(): boolean;
  /** A sweep begins. */
  advance(): void;
  /** One slice of it; returns whether there is more. */
  sweepSlice(): boolean;
}

/**
 * Sweeps again and again, as long as there is anything. Between two slices of a sweep the event loop goes on; the interval
 * counts from start to start. Its timer does not keep Node running.
 */
export class Sweeper {
  readonly #clock: Clock;
  readonly #intervalMs: Milliseconds;
  readonly #subject: Sweepable;
  /** So that the timer does not hold on to the async context of whoever happened to put something. */
  readonly #home = new AsyncResource('rookery.TtlCache.sweeper');
  #timer: ClockTimer | undefined;
  /** When the next sweep is to begin, or the one under way was. */
  #dueAt: Milliseconds = Infinity;
  #isClosed = false;

  constructor(clock: Clock, intervalMs: Milliseconds, subject: Sweepable) {
    this.#clock = clock;
    this.#intervalMs = intervalMs;
    this.#subject = subject;
  }

  get isArmed(): boolean {
    return this.#timer !== undefined;
  }

  get isClosed(): boolean {
    return this.#isClosed;
  }

  /** How long a sweep is overdue that has not begun, or is not done. */
  get lagMs(): Milliseconds {
    return this.#timer === undefined ? 0 : Math.max(0, this.#clock.now() - this.#dueAt);
  }

  /** There is something that expires. */
  arm(): void {
    if (this.#timer === undefined && !this.#isClosed) this.#waitForSweep(this.#intervalMs);
  }

  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #sweep(): void {
    this.#subject.advance();
    this.#slice(this.#clock.now());
  }

  #slice(startedAt: Milliseconds): void {
    if (this.#subject.sweepSlice()) return this.#wait(0, () => this.#slice(startedAt));
    this.#timer = undefined;
    if (this.#isClosed || !this.#subject.hasMore()) return;
    const sinceStart = this.#clock.now() - startedAt;
    this.#waitForSweep(Math.max(0, this.#intervalMs - sinceStart));
  }

  #waitForSweep(delayMs: Milliseconds): void {
    this.#dueAt = this.#clock.now() + delayMs;
    this.#wait(delayMs, () => this.#sweep());
  }

  #wait(delayMs: Milliseconds, then: () => void): void {
    if (this.#isClosed) return;
    this.#timer = this.#home.runInAsyncScope(() => this.#clock.setTimer(delayMs, then));
    this.#timer.unref();
  }
}
