import type { Milliseconds } from '@rookery/genserver';
import type { CheckView, Transition } from './check-view.js';
import type { CompleteCheck } from './complete-check.js';
import { damp, type Damped, UNDAMPED } from './damping.js';
import { type HealthState, isServing } from './health.js';
import type { CheckProblem, Outcome } from './result.js';

/** When something happened: for decisions, and to be shown. */
export interface Moment {
  /** Monotonic. */
  readonly atMs: Milliseconds;
  /** Milliseconds since 1970. */
  readonly date: number;
}

export interface RecordLimits {
  readonly historyLength: number;
  readonly flapping: { readonly transitions: number; readonly withinMs: Milliseconds };
}

/** What is known of one check. Time is told to it; it has no clock. */
export class CheckRecord {
  readonly check: CompleteCheck;
  readonly #limits: RecordLimits;
  #damped: Damped = UNDAMPED;
  #state: HealthState = 'unknown';
  #reason: string | undefined = 'It has not run yet.';
  #latest: Outcome | undefined;
  /** The last outcome of each state: with rise and fall what is shown may be that of an earlier one. */
  readonly #lastOf = new Map<HealthState, Outcome>();
  #problem: CheckProblem | undefined;
  #hasErrorText = false;
  #durationMs: Milliseconds | undefined;
  #endedAt: Milliseconds = -Infinity;
  #since: number | undefined;
  #lastCheck: number | undefined;
  #lastSuccess: number | undefined;
  #lastFailure: number | undefined;
  #successes = 0;
  #failures = 0;
  readonly #transitions: Transition[] = [];
  /** When the latest changes were, for flapping. */
  #changes: Milliseconds[] = [];
  #isFlapping = false;

  constructor(check: CompleteCheck, limits: RecordLimits) {
    this.check = check;
    this.#limits = limits;
  }

  get state(): HealthState {
    return this.#state;
  }

  /** From when on what is known is too old; never, when nothing is known. */
  get staleAt(): Milliseconds {
    return this.#damped.shown === undefined ? Infinity : this.#endedAt + this.check.maxAgeMs;
  }

  get isFlapping(): boolean {
    return this.#isFlapping;
  }

  /** A run has ended. Returns the change that follows from it, if any. */
  record(outcome: Outcome, durationMs: Milliseconds, { atMs, date }: Moment): Transition | undefined {
    const isGood = isServing(outcome.state);
    this.#latest = outcome;
    this.#lastOf.set(outcome.state, outcome);
    this.#durationMs = durationMs;
    this.#endedAt = atMs;
    this.#lastCheck = date;
    if (isGood) this.#lastSuccess = date;
    else this.#lastFailure = date;
    this.#successes = isGood ? this.#successes + 1 : 0;
    this.#failures = isGood ? 0 : this.#failures + 1;
    this.#damped = damp(this.#damped, outcome.state, this.check);
    const { shown = outcome.state } = this.#damped;
    this.#explain(this.#lastOf.get(shown) ?? outcome);
    return this.#become(shown, { atMs, date });
  }

  /** What is known is too old now. Returns the change, if it is one. */
  expire(moment: Moment): Transition | undefined {
    if (moment.atMs < this.staleAt) return undefined;
    this.#damped = UNDAMPED;
    const ageMs = Math.round(moment.atMs - this.#endedAt);
    this.#explain({ reason: `Its last result is ${ageMs} ms old.`, problem: undefined, isErrorText: false });
    return this.#become('unknown', moment);
  }

  /** Whether that has changed since the last time. */
  updateFlapping(now: Milliseconds): boolean {
    const { transitions, withinMs } = this.#limits.flapping;
    this.#changes = this.#changes.filter((at) => at >= now - withinMs);
    const wasFlapping = this.#isFlapping;
    this.#isFlapping = this.#changes.length >= transitions;
    return wasFlapping !== this.#isFlapping;
  }

  view(): CheckView {
    const { name, critical, tags } = this.check;
    return {
      name,
      state: this.#state,
      ok: isServing(this.#state),
      critical,
      tags,
      reason: this.#reason,
      data: this.#latest?.data,
      problem: this.#problem,
      hasErrorText: this.#hasErrorText || this.#latest?.isErrorText === true,
      since: isoOf(this.#since),
      lastCheck: isoOf(this.#lastCheck),
      lastSuccess: isoOf(this.#lastSuccess),
      lastFailure: isoOf(this.#lastFailure),
      durationMs: this.#durationMs,
      successes: this.#successes,
      failures: this.#failures,
      flapping: this.#isFlapping,
      transitions: [...this.#transitions],
    };
  }

  #explain({ reason, problem, isErrorText }: Pick<Outcome, 'reason' | 'problem' | 'isErrorText'>): void {
    this.#reason = reason;
    this.#problem = problem;
    this.#hasErrorText = isErrorText;
  }

  #become(to: HealthState, { atMs, date }: Moment): Transition | undefined {
    const from = this.#state;
    if (from === to) {
      this.#since ??= date;
      return undefined;
    }
    const transition: Transition = { at: new Date(date).toISOString(), from, to, reason: this.#reason };
    this.#state = to;
    this.#since = date;
    this.#transitions.push(transition);
    if (this.#transitions.length > this.#limits.historyLength) this.#transitions.shift();
    if (from !== 'unknown') this.#changes.push(atMs); // to get to know something is no change
    return transition;
  }
}

function isoOf(date: number | undefined): string | undefined {
  return date === undefined ? undefined : new Date(date).toISOString();
}
