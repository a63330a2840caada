import type { Milliseconds } from '@rookery/genserver';

/**
 * What a `fetch` that finds a stale value does. `give_stale`: nothing is loaded. `load_behind`: the stale value is given at once,
 * a load goes on. `wait_softly`: for a load, up to the soft timeout. `wait`: for a load.
 */
export type StalePlan = 'give_stale' | 'load_behind' | 'wait_softly' | 'wait';

/** `hasFailed`: a load failed not long ago, and is not to be tried again yet. */
export function planStale(hasFailed: boolean, softTimeoutMs: Milliseconds): StalePlan {
  if (hasFailed) return 'give_stale';
  if (softTimeoutMs === Infinity) return 'wait';
  return softTimeoutMs === 0 ? 'load_behind' : 'wait_softly';
}
