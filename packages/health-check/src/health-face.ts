import type { Check } from './check.js';
import type { CheckView } from './check-view.js';
import type { HealthListener } from './events.js';
import type { ProbeAnswer, ProbeOptions } from './probe.js';
import type { HealthReport } from './report.js';
import type { ShutdownPhase } from './shutdown-plan.js';
import type { ShutdownOptions, ShutdownResult } from './shutdown.js';

/** What was done so far. A copy. */
export interface HealthStats {
  /** Those that are looked at. */
  readonly checks: number;
  /** That have ended, or timed out. */
  readonly runs: number;
  readonly timeouts: number;
  /** Results that came after the timeout of their run, and were dropped. */
  readonly lateResults: number;
  /** Runs that were given up, as they did not end long after their timeout. */
  readonly abandonedRuns: number;
  /** Runs that kept the thread for `holdMs` or longer. */
  readonly threadHolds: number;
}

/** What a health check can do: `new HealthCheck(options)`, and `HealthCheck.ref(runtime, name)` for one under a supervisor. */
export interface Health {
  /** All checks as they are known now. Runs nothing, and waits for nothing. */
  getHealth(): HealthReport;
  /** A group the same way: `liveness`, `readiness`, `startup`, one of your own, or `overall`. Throws an UnknownNameError. */
  group(name: string): HealthReport;
  /** One check; undefined if there is none of that name. */
  check(name: string): CheckView | undefined;
  /** What to answer a probe that asks for a group. Runs nothing; the same text until something changes. Throws an UnknownNameError. */
  probe(group: string, options?: ProbeOptions): ProbeAnswer;
  /**
   * Runs all checks, or those of these names, now, and gives what is known then. Who asks meanwhile shares the run, and what ran
   * less than `minGapMs` ago does not run again. Rejects with an UnknownNameError or a HealthClosedError; never for a bad result.
   */
  checkNow(...names: readonly string[]): Promise<HealthReport>;
  /** One more check, which begins to run. Throws a HealthOptionError, a DuplicateCheckError or a HealthClosedError. */
  add(check: Check): void;
  /** Ends a check; what it still says is dropped. False if there is none of that name. */
  remove(name: string): boolean;
  /** Hears of what changes. Returns how to stop. What a listener throws is a process warning. */
  subscribe(listener: HealthListener): () => void;
  /** Where a shutdown stands. */
  readonly phase: ShutdownPhase;
  /** Readiness is down from now on, for good; liveness stays as it is. Harmless when it has begun. */
  beginShutdown(): void;
  /**
   * The same, then waits `delayMs`, so that whoever probes has seen it, then runs `drain`. Always ends in a result; rejects with a
   * HealthClosedError when the health check is closed meanwhile. A second call gets the result of the first.
   */
  shutdown(options?: ShutdownOptions): Promise<ShutdownResult>;
  stats(): HealthStats;
}
