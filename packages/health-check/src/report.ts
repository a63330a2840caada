import type { CheckView } from './check-view.js';
import { type HealthState, isServing } from './health.js';
import type { ShutdownPhase } from './shutdown-plan.js';

/** A group of checks as it is known now. Plain data: it can be sent as JSON. */
export interface HealthReport {
  /** Of which group; `overall` of all checks. */
  readonly group: string;
  readonly state: HealthState;
  /** Whether it is of use: healthy or degraded. */
  readonly ok: boolean;
  /** Anything but `serving`: it is being shut down. */
  readonly phase: ShutdownPhase;
  /** When a run of its checks last ended, as an ISO date; undefined when none has. */
  readonly lastCheck: string | undefined;
  /** By name. */
  readonly checks: Readonly<Record<string, CheckView>>;
}

export function reportOf(
  group: string,
  state: HealthState,
  phase: ShutdownPhase,
  views: readonly CheckView[],
): HealthReport {
  const lastCheck = views.reduce<string | undefined>((latest, view) => laterOf(latest, view.lastCheck), undefined);
  const checks = Object.fromEntries(views.map((view) => [view.name, view]));
  return { group, state, ok: isServing(state), phase, lastCheck, checks };
}

/** ISO dates sort as texts. */
function laterOf(one: string | undefined, other: string | undefined): string | undefined {
  if (one === undefined || other === undefined) return one ?? other;
  return one > other ? one : other;
}
