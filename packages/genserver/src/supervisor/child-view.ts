import type { Restart } from '../gen-server/child-defaults.js';
import type { Pid } from '../process/pid.js';
import type { RestartRecord } from '../process/restart-record.js';
import type { Milliseconds } from '../runtime/clock.js';
import type { Child } from './child.js';
import type { ChildId } from './child-spec.js';

/** A child as `whichChildren` tells it. Children come in start order (OTP: in reverse; SUP-091). */
export interface ChildView {
  /** As its specification says. */
  readonly id: ChildId;
  /** Whether it has children of its own. */
  readonly type: 'worker' | 'supervisor';
  /** `restarting`: between two tries; `stopped`: kept, and not run. */
  readonly state: 'running' | 'restarting' | 'stopped';
  /** While it runs. */
  readonly pid: Pid | undefined;
  /** Which of its ends are answered with a restart. */
  readonly restart: Restart;
  /** How often its supervisor has started it again. */
  readonly restarts: number;
  /** Milliseconds until its restart, while a back-off puts that off. */
  readonly restartInMs: Milliseconds | undefined;
  /** Its last ten crashes and failed starts that were answered with a restart, oldest first. */
  readonly restartHistory: readonly RestartRecord[];
  /** Whether its end for good counts for its supervisor's `autoShutdown`. */
  readonly significant: boolean;
}

/** All children, those that run, and all by type (SUP-093). */
export interface ChildCounts {
  /** All that it knows. */
  readonly specs: number;
  /** Those that run now. */
  readonly active: number;
  /** By type, running or not. */
  readonly supervisors: number;
  /** By type, running or not. */
  readonly workers: number;
}

export function viewOf(child: Child): ChildView {
  const { spec, state, process, restarts, restartInMs, history, isSignificant } = child;
  const { id, type, restart } = spec;
  const restartHistory = [...history];
  return {
    id,
    type,
    state,
    pid: process?.pid,
    restart,
    restarts,
    restartInMs,
    restartHistory,
    significant: isSignificant,
  };
}

export function countOf(children: Iterable<Child>): ChildCounts {
  const counts = { specs: 0, active: 0, supervisors: 0, workers: 0 };
  for (const { spec, isAlive } of children) {
    counts.specs++;
    if (isAlive) counts.active++;
    counts[spec.type === 'supervisor' ? 'supervisors' : 'workers']++;
  }
  return counts;
}
