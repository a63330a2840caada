import type { Milliseconds } from '@rookery/genserver';
import type { Check, ThreadHold } from '../check.js';
import type { LoopWindow } from '../loop-meter.js';
import type { CheckResult } from '../result.js';
import { healthy } from '../result.js';
import { resultOf } from './findings.js';
import { checkOptionsOf, type IndicatorOptions } from './indicator-options.js';
import { finding, type Finding, type Thresholds, thresholds } from './thresholds.js';

/** When the event loop is too slow. */
export interface EventLoopOptions extends IndicatorOptions {
  /** How late 99 of 100 timers are at most, in milliseconds. Default degraded at 100, unhealthy at 1 000. */
  readonly p99Ms?: Partial<Thresholds>;
  /** How late the latest was. Default degraded at 500, unhealthy never. */
  readonly maxMs?: Partial<Thresholds>;
  /** The part of the time in which the loop was busy, from 0 to 1. Default degraded at 0.98, unhealthy never. */
  readonly utilization?: Partial<Thresholds>;
}

type Limits = Readonly<Record<'p99Ms' | 'maxMs' | 'utilization', Thresholds>>;

/**
 * The delay and the utilisation of the event loop since the last look. Names the checks that held the thread meanwhile as the
 * likely culprits; one that did makes it degraded, too. A check named `event-loop`, every 5 s, part of liveness and readiness.
 */
export function eventLoop(options: EventLoopOptions = {}): Check {
  const limits: Limits = {
    p99Ms: thresholds('p99Ms', options.p99Ms, { degradedAt: 100, unhealthyAt: 1_000 }),
    maxMs: thresholds('maxMs', options.maxMs, { degradedAt: 500, unhealthyAt: Infinity }),
    utilization: thresholds('utilization', options.utilization, { degradedAt: 0.98, unhealthyAt: Infinity }),
  };
  let lookedAt: Milliseconds = -Infinity;
  return {
    intervalMs: 5_000,
    tags: ['liveness', 'readiness'],
    ...checkOptionsOf(options, 'event-loop'),
    check: ({ loop, holds, now }) => {
      const since = lookedAt;
      lookedAt = now();
      return judgeLoop(
        loop().since(since),
        holds().filter(({ atMs }) => atMs > since),
        limits,
      );
    },
  };
}

/** The loop as it was, and who held the thread. */
function judgeLoop(window: LoopWindow | undefined, holds: readonly ThreadHold[], limits: Limits): CheckResult {
  const findings = [...(window === undefined ? [] : judgeWindow(window, limits)), ...holds.map(culprit)];
  if (window === undefined && findings.length === 0) return healthy();
  return resultOf(findings, {
    ...(window !== undefined && {
      p99Ms: round(window.p99Ms),
      maxMs: round(window.maxMs),
      utilization: Math.round(window.utilization * 1_000) / 1_000,
    }),
    ...(holds.length > 0 && { culprits: holds.map(({ check }) => check) }),
  });
}

function judgeWindow({ p99Ms, maxMs, utilization }: LoopWindow, limits: Limits): readonly Finding[] {
  return [
    ...finding(p99Ms, limits.p99Ms, () => `the event loop was ${round(p99Ms)} ms late at the 99th percentile`),
    ...finding(maxMs, limits.maxMs, () => `the event loop was ${round(maxMs)} ms late once`),
    ...finding(
      utilization,
      limits.utilization,
      () => `the event loop was busy ${Math.round(utilization * 100)} % of the time`,
    ),
  ];
}

function culprit({ check, heldMs }: ThreadHold): Finding {
  return { state: 'degraded', text: `the check ${check} held the thread for ${round(heldMs)} ms: a likely culprit` };
}

function round(ms: Milliseconds): number {
  return Math.round(ms * 10) / 10;
}
