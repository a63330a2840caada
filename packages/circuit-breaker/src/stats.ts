/** What a breaker has done since it was made. */
export interface BreakerStats {
  /** Calls that said the dependency works, fails, or nothing. Timeouts are among the failures, cancelled calls among the ignored. */
  readonly successes: number;
  readonly failures: number;
  readonly ignored: number;
  /** Calls that took longer than `callTimeoutMs`. */
  readonly timeouts: number;
  /** Calls not made: the breaker was open, or had no probe to give. */
  readonly rejections: number;
  /** Calls not made for want of room in the bulkhead. */
  readonly bulkheadRejections: number;
  /** Calls made in shadow mode that would have been rejected. */
  readonly shadowRejections: number;
  /** Results that belong to an older state, or came after their caller was answered. */
  readonly droppedResults: number;
  /** Results that a fallback gave. */
  readonly fallbacks: number;
  /** How often it opened because of results. */
  readonly trips: number;
  /** Calls running now. */
  readonly running: number;
  /** Calls waiting in the bulkhead now. */
  readonly waiting: number;
}

/** Counts in place. */
export class StatsCounter {
  successes = 0;
  failures = 0;
  ignored = 0;
  timeouts = 0;
  rejections = 0;
  bulkheadRejections = 0;
  shadowRejections = 0;
  droppedResults = 0;
  fallbacks = 0;
  trips = 0;
  running = 0;

  /** A call has settled. */
  count(outcome: 'success' | 'failure' | 'ignore'): void {
    this.running--;
    if (outcome === 'success') this.successes++;
    else if (outcome === 'failure') this.failures++;
    else this.ignored++;
  }

  snapshot(waiting: number): BreakerStats {
    const { successes, failures, ignored, timeouts, rejections, bulkheadRejections } = this;
    const { shadowRejections, droppedResults, fallbacks, trips, running } = this;
    const counts = { successes, failures, ignored, timeouts, rejections, bulkheadRejections };
    return { ...counts, shadowRejections, droppedResults, fallbacks, trips, running, waiting };
  }
}
