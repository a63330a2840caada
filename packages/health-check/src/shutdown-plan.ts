import type { Milliseconds } from '@rookery/genserver';

/**
 * Where a shutdown stands. `serving`: there is none. `unready`: readiness is down, so that nobody new is sent here, and all goes
 * on. `draining`: what is under way is brought to its end. `drained`: that has been done, or its time is over.
 */
export type ShutdownPhase = 'serving' | 'unready' | 'draining' | 'drained';

/** One step of a shutdown: how long it may take. */
export interface ShutdownStep {
  readonly phase: Exclude<ShutdownPhase, 'serving'>;
  /** Waits so long, or less where something else ends it. */
  readonly atMostMs: Milliseconds;
}

/** The steps of a shutdown, in order. Liveness is the same in all of them. */
export function shutdownPlan(times: {
  readonly delayMs: Milliseconds;
  readonly drainTimeoutMs: Milliseconds;
}): readonly ShutdownStep[] {
  return [
    { phase: 'unready', atMostMs: times.delayMs },
    { phase: 'draining', atMostMs: times.drainTimeoutMs },
    { phase: 'drained', atMostMs: 0 },
  ];
}

const ORDER: readonly ShutdownPhase[] = ['serving', 'unready', 'draining', 'drained'];

/** A shutdown goes one way. */
export function laterOf(one: ShutdownPhase, other: ShutdownPhase): ShutdownPhase {
  return ORDER.indexOf(other) > ORDER.indexOf(one) ? other : one;
}
