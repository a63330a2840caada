/**
 * `healthy`: as it should be. `degraded`: impaired, and still of use. `unknown`: cannot be told, as nothing was learned yet, or
 * not lately. `unhealthy`: of no use now.
 */
export type HealthState = (typeof HEALTH_STATES)[number];

/** From the best to the worst: not to know is worse than to be impaired, as it is never taken for fine. */
export const HEALTH_STATES = ['healthy', 'degraded', 'unknown', 'unhealthy'] as const;

export function isHealthState(value: unknown): value is HealthState {
  return HEALTH_STATES.includes(value as HealthState);
}

export function isWorse(state: HealthState, than: HealthState): boolean {
  return HEALTH_STATES.indexOf(state) > HEALTH_STATES.indexOf(than);
}

/** Whether it can be used: healthy, or degraded. */
export function isServing(state: HealthState): boolean {
  return state === 'healthy' || state === 'degraded';
}

/** Of none: healthy. */
export function worstOf(states: Iterable<HealthState>): HealthState {
  let worst: HealthState = 'healthy';
  for (const state of states) if (isWorse(state, worst)) worst = state;
  return worst;
}

/** Of none: unhealthy. */
export function bestOf(states: Iterable<HealthState>): HealthState {
  let best: HealthState = 'unhealthy';
  for (const state of states) if (isWorse(best, state)) best = state;
  return best;
}

/** What the state of one check means for those it is part of: what is not critical can make them degraded, and no worse. */
export function contributionOf(state: HealthState, isCritical: boolean): HealthState {
  return isCritical || isServing(state) ? state : 'degraded';
}
