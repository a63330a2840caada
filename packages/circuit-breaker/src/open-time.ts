import type { Milliseconds } from '@rookery/genserver';

/** How the open time grows when a breaker opens again and again. */
export interface OpenTimeGrowth {
  /** Each open time is so many times the one before. 1 or more. Default 2. */
  readonly factor?: number;
  /** The longest open time. At least `timeoutMs`. Default: 10 times `timeoutMs`. */
  readonly maxMs?: Milliseconds;
  /** Takes up to this fraction off each open time, at random, so that not all breakers try at once. 0 to less than 1. Default 0. */
  readonly jitter?: number;
  /** After each such time closed, the next open time is one step shorter again. Infinity: never. Default: `timeoutMs`. */
  readonly decayMs?: Milliseconds;
}

/** How long to stay open after so many trips before. `chance` is in [0, 1). */
export function openTime(
  timeoutMs: Milliseconds,
  { factor, maxMs, jitter }: Required<OpenTimeGrowth>,
  trips: number,
  chance: number,
): Milliseconds {
  return Math.min(maxMs, timeoutMs * factor ** trips) * (1 - jitter * chance);
}

/** How many of so many trips still count after this time closed. Those beyond the longest open time never did. */
export function tripsLeft(
  trips: number,
  closedMs: Milliseconds,
  timeoutMs: Milliseconds,
  growth: Required<OpenTimeGrowth>,
): number {
  return Math.max(0, Math.min(trips, tripsToLongest(timeoutMs, growth)) - Math.floor(closedMs / growth.decayMs));
}

/** After how many trips the open time grows no more. */
function tripsToLongest(timeoutMs: Milliseconds, { factor, maxMs }: Required<OpenTimeGrowth>): number {
  if (factor === 1) return 0;
  const trips = Math.ceil(Math.log(maxMs / timeoutMs) / Math.log(factor));
  return timeoutMs * factor ** (trips - 1) < maxMs ? trips : trips - 1; // the logarithm of a power may come out too large
}
