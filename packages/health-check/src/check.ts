import type { Milliseconds } from '@rookery/genserver';
import type { Damping } from './damping.js';
import type { LoopMeter } from './loop-meter.js';
import type { CheckResult } from './result.js';
import type { TerminusResult } from './terminus-shape.js';

/** A check that kept the thread for itself: while it did, nothing else could run. */
export interface ThreadHold {
  readonly check: string;
  readonly heldMs: Milliseconds;
  /** When it let go, on the clock of the health check. */
  readonly atMs: Milliseconds;
}

/** What the function of a check is given. It may be taken apart. */
export interface CheckContext {
  /** Of the check. */
  readonly name: string;
  /** Fires when the time of this run is over, or the health check is closed: pass it on to what the check waits for. */
  readonly signal: AbortSignal;
  /** Milliseconds since some fixed moment. */
  readonly now: () => Milliseconds;
  /** Resolves when the event loop has gone on: for a check that looks at much. */
  readonly pause: () => Promise<void>;
  /** The delay of the event loop, measured from the first use on; all checks share one meter, which ends with the health check. */
  readonly loop: () => LoopMeter;
  /** The last checks that held the thread longer than `holdMs`, oldest first: the likely culprits when the loop was slow. */
  readonly holds: () => readonly ThreadHold[];
}

/** What a check may return: nothing, which is `healthy`; a result; or what an indicator of @nestjs/terminus gives. */
export type CheckReturn = CheckResult | TerminusResult | void;

/** Looks whether something works. What it throws makes it unhealthy. */
export type CheckFunction = (context: CheckContext) => CheckReturn | PromiseLike<CheckReturn>;

/** When a check runs, and how its results are taken. Of a health check: what holds for checks that do not say otherwise. */
export interface SamplingOptions extends Partial<Damping> {
  /** From the start of a run to the start of the next. Default 30 000. */
  readonly intervalMs?: Milliseconds;
  /** Before the first run, and with jitter up to that part of an interval more. Default 0: at once. */
  readonly initialDelayMs?: Milliseconds;
  /** Takes up to this fraction off each interval, at random, so that not all run in step. From 0 to below 1, default 0.1. */
  readonly jitter?: number;
  /** A run that takes longer is unhealthy, and its signal fires. Never above the interval. Default 5 000, or the interval. */
  readonly timeoutMs?: Milliseconds;
  /**
   * A run that has not settled keeps the next one from starting, also past its timeout; after so long it is given up, and the
   * check runs again beside it. Infinity: never. Default ten intervals.
   */
  readonly abandonAfterMs?: Milliseconds;
  /** A result this old is `unknown`. More than interval and timeout together; default twice the interval and the timeout. */
  readonly maxAgeMs?: Milliseconds;
}

/** A check: what `new HealthCheck({ checks })` takes, and what the built-in indicators make. */
export interface Check extends SamplingOptions {
  /** No two checks may have the same. */
  readonly name: string;
  readonly check: CheckFunction;
  /** If false it can make a group degraded, and no worse. Default true. */
  readonly critical?: boolean;
  /** Which groups it is part of: `liveness`, `readiness`, `startup`, or yours. Default `readiness`, if none of them is a group's. */
  readonly tags?: readonly string[];
}
