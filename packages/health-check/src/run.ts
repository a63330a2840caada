import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import type { CheckContext } from './check.js';
import type { CompleteCheck } from './complete-check.js';
import { CheckTimeoutError } from './errors.js';
import { type Outcome, problem } from './result.js';
import { readReturned, readThrown } from './terminus.js';

/** Who hears of a run. */
export interface RunListener {
  /** It has an outcome: its own, or that its time is over. Once. */
  readonly ended: (outcome: Outcome, tookMs: Milliseconds) => void;
  /** The check is really done, if ever. `isLate`: after its outcome, which stays. */
  readonly settled: (tookMs: Milliseconds, isLate: boolean) => void;
  /** So long it kept the thread before it first gave way. */
  readonly gaveWay: (heldMs: Milliseconds) => void;
}

/** One run of a check. Never throws, and always ends. */
export class Run {
  readonly startedAt: Milliseconds;
  readonly #check: CompleteCheck;
  readonly #clock: Clock;
  /** Until it is given up: what hangs for ever must not hold on to everything. */
  #listener: RunListener | undefined;
  readonly #abort = new AbortController();
  #timer: ClockTimer | undefined;
  #isEnded = false;

  constructor(check: CompleteCheck, clock: Clock, listener: RunListener) {
    this.#check = check;
    this.#clock = clock;
    this.#listener = listener;
    this.startedAt = clock.now();
  }

  get tookMs(): Milliseconds {
    return this.#clock.now() - this.startedAt;
  }

  start(context: Omit<CheckContext, 'name' | 'signal'>): void {
    this.#limit(this.#check.timeoutMs).unref();
    const returned = this.#call(context);
    this.#listener?.gaveWay(this.tookMs);
    returned.then(
      (value) => this.#settle(() => readReturned(value)),
      (error: unknown) => this.#settle(() => readThrown(error)),
    );
  }

  /** Somebody waits for it: until it ends Node keeps running. */
  hold(): void {
    if (this.#isEnded) return;
    this.#timer?.cancel(); // a timer of a process cannot be taken back from unref
    this.#limit(Math.max(0, this.#check.timeoutMs - this.tookMs));
  }

  /** Its outcome is nobody's any more. */
  giveUp(error: unknown): void {
    this.#isEnded = true;
    this.#timer?.cancel();
    this.#listener = undefined;
    this.#abort.abort(error);
  }

  /** Apart, so that what waits for its end does not hold on to the context. */
  #call(context: Omit<CheckContext, 'name' | 'signal'>): Promise<unknown> {
    const { check, name } = this.#check;
    return callNow(() => check({ ...context, name, signal: this.#abort.signal }));
  }

  #limit(leftMs: Milliseconds): ClockTimer {
    this.#timer = this.#clock.setTimer(leftMs, () => this.#timeOut());
    return this.#timer;
  }

  #settle(read: () => Outcome): void {
    const { tookMs } = this;
    const isLate = this.#isEnded;
    // A busy thread may let it in before its timer: late is late.
    if (tookMs > this.#check.timeoutMs) this.#timeOut();
    else this.#end(readSafely(read));
    this.#listener?.settled(tookMs, isLate);
  }

  #timeOut(): void {
    const { name, timeoutMs } = this.#check;
    const wasEnded = this.#isEnded;
    this.#end(problem('timed_out', `It took longer than ${timeoutMs} ms.`));
    if (!wasEnded) this.#abort.abort(new CheckTimeoutError(name, timeoutMs));
  }

  #end(outcome: Outcome): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    this.#timer?.cancel();
    this.#listener?.ended(outcome, this.tookMs);
  }
}

/** Runs at once; what it throws, and what its result does when it is looked at, is in the promise. */
function callNow(work: () => unknown): Promise<unknown> {
  return new Promise((resolve) => resolve(work()));
}

/** A result can be an object that throws when it is looked at. */
function readSafely(read: () => Outcome): Outcome {
  try {
    return read();
  } catch {
    return problem('bad_result', 'The check returned an object that throws when it is read.');
  }
}
