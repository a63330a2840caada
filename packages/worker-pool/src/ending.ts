import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import type { Dispatcher } from './dispatcher.js';
import type { AbortedTask, DrainReport } from './drain.js';
import type { Workers } from './engine.js';

/** What a pool that ends consists of. */
export interface EndingParts {
  readonly dispatcher: Dispatcher;
  readonly workers: Workers;
  readonly clock: Clock;
}

/** The end of a pool: until nobody is owed an answer, or the time for that is up. It comes once. */
export class Ending {
  readonly report: Promise<DrainReport>;
  readonly #parts: EndingParts;
  readonly #answeredBefore: number;
  readonly #timers = new Set<ClockTimer>();
  #aborted: readonly AbortedTask[] = [];
  #isOver = false;
  #resolve!: (report: DrainReport) => void;
  #reject!: (error: unknown) => void;

  constructor(parts: EndingParts) {
    this.#parts = parts;
    this.#answeredBefore = parts.dispatcher.answered;
    this.report = new Promise<DrainReport>((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  /** Waits no longer than this for those that are owed an answer. The shortest of several counts. */
  within(timeoutMs: Milliseconds, errorOf: (hasBegun: boolean) => Error): void {
    const { dispatcher, clock } = this.#parts;
    if (this.#isOver) return;
    if (dispatcher.owed === 0) this.settled();
    else if (timeoutMs === 0) this.abort(errorOf);
    else if (timeoutMs !== Infinity) this.#timers.add(clock.setTimer(timeoutMs, () => this.abort(errorOf)));
  }

  /** Tells all that are owed an answer. */
  abort(errorOf: (hasBegun: boolean) => Error): void {
    if (this.#isOver) return;
    const { dispatcher, clock } = this.#parts;
    const now = clock.now();
    this.#aborted = dispatcher.unanswered().map(({ key, priority, hasBegun, since }) => ({
      key,
      priority,
      hasBegun,
      ageMs: now - since,
    }));
    dispatcher.abortAll(errorOf);
    this.settled();
  }

  /** Nobody is owed an answer. */
  settled(): void {
    if (this.#isOver) return;
    this.#isOver = true;
    const { dispatcher, workers } = this.#parts;
    for (const timer of this.#timers) timer.cancel();
    dispatcher.close();
    const finished = dispatcher.answered - this.#answeredBefore - this.#aborted.length;
    const aborted = this.#aborted;
    // In a moment, as the last run may be about to be cancelled.
    Promise.resolve()
      .then(() => workers.stop())
      .then(() => this.#resolve({ finished, aborted, overdue: dispatcher.overdue }))
      .catch(this.#reject);
  }
}
