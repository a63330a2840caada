import type { Milliseconds } from '../runtime/clock.js';

/** How many restarts a supervisor allows in which time. */
export interface Intensity {
  readonly maxRestarts: number;
  readonly withinMs: Milliseconds;
}

/** Counts restarts in a sliding window. One exactly as old as the window still counts (SUP-050). */
export class RestartIntensity {
  readonly #limit: Intensity;
  /** When the latest restarts were, oldest first; never more than one over the limit. */
  readonly #restarts: Milliseconds[] = [];

  constructor(limit: Intensity) {
    this.#limit = limit;
  }

  /** The limit, and how many restarts count against it at this time. */
  at(now: Milliseconds): Intensity & { readonly restarts: number } {
    const { maxRestarts, withinMs } = this.#limit;
    return { restarts: this.#restarts.filter((at) => at >= now - withinMs).length, maxRestarts, withinMs };
  }

  /** Returns false when this restart is one too many: the supervisor must give up (SUP-044). */
  record(now: Milliseconds): boolean {
    this.#restarts.push(now);
    const oldest = now - this.#limit.withinMs;
    const forgotten = this.#restarts.findIndex((at) => at >= oldest);
    this.#restarts.splice(0, forgotten);
    return this.#restarts.length <= this.#limit.maxRestarts;
  }
}
