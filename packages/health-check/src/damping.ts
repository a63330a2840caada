import { bestOf, type HealthState, isWorse, worstOf } from './health.js';

/** How many results in a row it takes to believe them. */
export interface Damping {
  /** Better ones, to get better. At least 1. */
  readonly rise: number;
  /** Worse ones, to get worse. At least 1. */
  readonly fall: number;
}

/** What is believed, and the results since that say otherwise. */
export interface Damped {
  /** Undefined as long as there was no result. */
  readonly shown: HealthState | undefined;
  /** The latest results, if all of them are better than what is shown, or all are worse; oldest first. */
  readonly streak: readonly HealthState[];
}

/** Nothing is known: the next result is believed as it comes. */
export const UNDAMPED: Damped = { shown: undefined, streak: [] };

/**
 * What is believed after one more result. The first is believed at once, as there is nothing yet that could flap. After that
 * it gets worse when the latest `fall` results are all worse, as bad as the mildest of them; and better when the latest `rise`
 * are all better, as good as the worst of them.
 */
export function damp({ shown, streak }: Damped, result: HealthState, { rise, fall }: Damping): Damped {
  if (shown === undefined) return { shown: result, streak: [] };
  if (result === shown) return { shown, streak: [] };
  const isFall = isWorse(result, shown);
  const [first] = streak;
  const goesOn = first !== undefined && isWorse(first, shown) === isFall;
  const latest = goesOn ? [...streak, result] : [result];
  if (latest.length < (isFall ? fall : rise)) return { shown, streak: latest };
  const next = isFall ? bestOf(latest) : worstOf(latest);
  return { shown: next, streak: latest.slice(latest.lastIndexOf(next) + 1) };
}

/** For checks that probes act on: two good results to get better, three bad ones to get worse. */
export const PROBE_DAMPING: Damping = { rise: 2, fall: 3 };
