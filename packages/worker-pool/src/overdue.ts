import type { Clock, Milliseconds } from '@rookery/genserver';
import type { Reporter } from './reporter.js';
import type { Ticket } from './ticket.js';

/** Counts the runs whose callers have their answers already, and tells of them. */
export class Overdue {
  count = 0;
  /** How many of them have ended. */
  lateResults = 0;
  readonly #reporter: Reporter;
  readonly #clock: Clock;

  constructor(reporter: Reporter, clock: Clock) {
    this.#reporter = reporter;
    this.#clock = clock;
  }

  began({ begunAt }: Ticket): void {
    this.count++;
    if (!this.#reporter.isHeard) return;
    const ranMs = begunAt === undefined ? 0 : this.#clock.now() - begunAt;
    this.#reporter.report({ kind: 'overdue', pool: this.#reporter.label, overdue: this.count, ranMs });
  }

  /** What it gave is not used, but not kept quiet. */
  ended(failed: { readonly error: unknown } | undefined, ranMs: Milliseconds): void {
    this.count--;
    this.lateResults++;
    if (this.#reporter.isHeard)
      this.#reporter.report({ kind: 'late_result', pool: this.#reporter.label, ranMs, ...failed });
  }
}
