import { checkDelay } from '../checks.js';
import type { Clock, ClockTimer, Milliseconds } from '../runtime/clock.js';
import { callSite } from './call-site.js';
import { settle } from './settle.js';

class ManualTimer implements ClockTimer {
  isReffed = true;

  constructor(
    readonly dueAt: Milliseconds,
    readonly callback: () => void,
    private readonly timers: Set<ManualTimer>,
    /** Who set it, if that is noted. */
    readonly origin: string | undefined,
  ) {
    timers.add(this);
  }

  cancel(): void {
    this.timers.delete(this);
  }

  ref(): void {
    this.isReffed = true;
  }

  unref(): void {
    this.isReffed = false;
  }
}

/** A clock that stands still until a test moves it: no test of timeouts, intensity windows or idle times needs to sleep. */
export class ManualClock implements Clock {
  readonly #timers = new Set<ManualTimer>();
  readonly #runtimes = new Set<{ readonly idle: boolean }>();
  #now: Milliseconds = 0;
  #notesOrigins = false;

  now(): Milliseconds {
    return this.#now;
  }

  setTimer(delayMs: Milliseconds, callback: () => void): ClockTimer {
    return new ManualTimer(this.#now + delayMs, callback, this.#timers, this.#notesOrigins ? callSite() : undefined);
  }

  attach(runtime: { readonly idle: boolean }): void {
    this.#runtimes.add(runtime);
  }

  /** How many timers wait, those too that would not keep Node alive (`unref`). */
  get allTimers(): number {
    return this.#timers.size;
  }

  /** Timers that would keep Node alive. */
  get pendingTimers(): number {
    return [...this.#timers].filter((timer) => timer.isReffed).length;
  }

  /** From now on each timer notes where it was set. Done by a LeakDetector that watches it, as it costs a stack trace each. */
  noteOrigins(): void {
    this.#notesOrigins = true;
  }

  /** When those that would keep Node alive are due, and where they were set, one line each; empty unless that is noted. */
  get timerOrigins(): readonly string[] {
    return [...this.#timers].flatMap(({ isReffed, dueAt, origin = 'inside @rookery/genserver' }) =>
      isReffed && this.#notesOrigins ? [`due in ${dueAt - this.#now} ms, set at ${origin}`] : [],
    );
  }

  /**
   * Moves time on. Timers fire one after another in the order of their times, each at its own time, and all mailboxes run
   * dry before, between and after them. `advance(0)` only lets them run dry.
   */
  async advance(byMs: Milliseconds): Promise<void> {
    checkDelay('byMs', byMs);
    const until = this.#now + byMs;
    await settle(...this.#runtimes);
    for (let timer = this.#nextTimer(until); timer !== undefined; timer = this.#nextTimer(until)) {
      timer.cancel();
      this.#now = Math.max(this.#now, timer.dueAt);
      timer.callback();
      await settle(...this.#runtimes);
    }
    this.#now = Math.max(this.#now, until); // another advance may have gone further meanwhile
  }

  #nextTimer(until: Milliseconds): ManualTimer | undefined {
    let next: ManualTimer | undefined;
    for (const timer of this.#timers) {
      if (timer.dueAt <= until && (next === undefined || timer.dueAt < next.dueAt)) next = timer;
    }
    return next;
  }
}
