import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import type { CheckContext } from './check.js';
import type { CompleteCheck } from './complete-check.js';
import { type Outcome, problem } from './result.js';
import { Run } from './run.js';
import type { Slots } from './slots.js';

/** What a checker works with, and who hears of it. */
export interface CheckerParts {
  readonly clock: Clock;
  readonly random: () => number;
  readonly slots: Slots;
  readonly minGapMs: Milliseconds;
  readonly context: Omit<CheckContext, 'name' | 'signal'>;
  /** Calls it in the health check's own async context, not in that of whoever asks. */
  readonly atHome: <T>(work: () => T) => T;
  readonly ended: (outcome: Outcome, tookMs: Milliseconds) => void;
  readonly gaveWay: (heldMs: Milliseconds) => void;
  readonly late: (tookMs: Milliseconds) => void;
  readonly abandoned: (tookMs: Milliseconds) => void;
  readonly stale: () => void;
}

/** Runs one check again and again, one run at a time. */
export class Checker {
  readonly check: CompleteCheck;
  readonly #parts: CheckerParts;
  #timer: ClockTimer | undefined;
  #staleTimer: ClockTimer | undefined;
  #lineTimer: ClockTimer | undefined;
  /** Started, and not settled; after its timeout, too. */
  #run: Run | undefined;
  #leaveLine: (() => void) | undefined;
  /** Who waits for the run that is under way, or in line. */
  #flight: { readonly promise: Promise<void>; readonly land: () => void } | undefined;
  #isAwaited = false;
  #startedAt: Milliseconds = -Infinity;
  #isClosed = false;

  constructor(check: CompleteCheck, parts: CheckerParts) {
    this.check = check;
    this.#parts = parts;
    const { initialDelayMs, intervalMs, jitter } = check;
    const spreadMs = initialDelayMs === 0 ? 0 : jitter * intervalMs * parts.random();
    this.#wait(initialDelayMs + spreadMs);
  }

  /** Resolves when there is a result that is no older than the minimum gap: one run for all who ask. */
  checkNow(): Promise<void> {
    const { clock, minGapMs } = this.#parts;
    if (this.#flight === undefined) {
      const isRecent = clock.now() - this.#startedAt < minGapMs;
      if (this.#isClosed || isRecent || this.#run !== undefined) return Promise.resolve();
      this.#begin();
    }
    if (!this.#isAwaited) this.#hold(); // once, for all who ask
    return this.#flight?.promise ?? Promise.resolve();
  }

  close(reason: Error): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#staleTimer?.cancel();
    this.#lineTimer?.cancel();
    this.#leaveLine?.();
    this.#run?.giveUp(reason);
    if (this.#flight !== undefined && this.#leaveLine === undefined) this.#parts.slots.release();
    this.#land();
  }

  /** Somebody waits: Node keeps running until there is a result, in line as well, where those before do not hold it. */
  #hold(): void {
    this.#isAwaited = true;
    this.#run?.hold();
    if (this.#leaveLine !== undefined) this.#holdLine();
  }

  #holdLine(): void {
    const { clock, atHome } = this.#parts;
    this.#lineTimer = atHome(() => clock.setTimer(this.check.intervalMs, () => this.#holdLine()));
  }

  #wait(delayMs: Milliseconds): void {
    if (this.#isClosed) return;
    this.#timer?.cancel();
    this.#timer = this.#parts.atHome(() => this.#parts.clock.setTimer(delayMs, () => this.#due()));
    this.#timer.unref();
  }

  #due(): void {
    if (this.#flight !== undefined) return this.#waitForNext(); // jitter has made the interval shorter than the run
    if (this.#run === undefined) return this.#begin();
    if (this.#run.tookMs < this.check.abandonAfterMs) return this.#hangs(this.#run);
    const { tookMs } = this.#run;
    this.#run = undefined; // what it does from now on is nobody's
    this.#parts.abandoned(tookMs);
    this.#begin();
  }

  /** The last run has timed out and goes on: one more failure, in place of a run. */
  #hangs({ tookMs }: Run): void {
    this.#parts.ended(problem('timed_out', `Its last run has not ended for ${Math.round(tookMs)} ms.`), tookMs);
    this.#watchAge();
    this.#waitForNext();
  }

  #begin(): void {
    let land: () => void = () => {};
    const promise = new Promise<void>((resolve) => (land = resolve));
    this.#flight = { promise, land };
    this.#timer?.cancel();
    let isTurn = false;
    const leave = this.#parts.slots.take(() => {
      isTurn = true;
      this.#leaveLine = undefined;
      this.#lineTimer?.cancel();
      this.#parts.atHome(() => this.#start());
    });
    if (!isTurn) this.#leaveLine = leave;
  }

  #start(): void {
    const { clock, context, gaveWay, late } = this.#parts;
    const run: Run = new Run(this.check, clock, {
      gaveWay,
      ended: (outcome, tookMs) => this.#ended(outcome, tookMs),
      settled: (tookMs, isLate) => {
        if (this.#run === run) this.#run = undefined;
        if (isLate && !this.#isClosed) late(tookMs);
      },
    });
    this.#run = run;
    this.#startedAt = run.startedAt;
    run.start(context);
    if (this.#isAwaited) run.hold();
    this.#waitForNext(); // from here: a check that blocks leaves the thread to others for a whole interval
  }

  #ended(outcome: Outcome, tookMs: Milliseconds): void {
    this.#parts.slots.release();
    this.#parts.ended(outcome, tookMs);
    this.#watchAge();
    this.#land();
  }

  #land(): void {
    const flight = this.#flight;
    this.#flight = undefined;
    this.#isAwaited = false;
    flight?.land();
  }

  #waitForNext(): void {
    const { intervalMs, jitter } = this.check;
    this.#wait(jitter === 0 ? intervalMs : intervalMs * (1 - jitter * this.#parts.random()));
  }

  /** Tells when the result is too old; only if no other comes before. */
  #watchAge(): void {
    const { clock, stale, atHome } = this.#parts;
    this.#staleTimer?.cancel();
    if (this.check.maxAgeMs === Infinity || this.#isClosed) return;
    this.#staleTimer = atHome(() => clock.setTimer(this.check.maxAgeMs, stale));
    this.#staleTimer.unref();
  }
}
