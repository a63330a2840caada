import type { Milliseconds } from '@rookery/genserver';
import type { HealthState } from './health.js';
import type { CheckData, CheckProblem } from './result.js';

/** A change of what is believed of a check. */
export interface Transition {
  /** As an ISO date. */
  readonly at: string;
  readonly from: HealthState;
  readonly to: HealthState;
  readonly reason: string | undefined;
}

/** One check as it is known now. Plain data: it can be sent as JSON. All dates are ISO texts, undefined for never. */
export interface CheckView {
  readonly name: string;
  /** What is believed, after `rise` and `fall`; `unknown` before the first result, and when the last one is too old. */
  readonly state: HealthState;
  /** Whether it is of use: healthy or degraded. */
  readonly ok: boolean;
  readonly critical: boolean;
  readonly tags: readonly string[];
  /** Why it is not healthy. Undefined for what is. */
  readonly reason: string | undefined;
  /** Facts of the latest run. */
  readonly data: CheckData | undefined;
  /** Set when the check failed to give an answer. */
  readonly problem: CheckProblem | undefined;
  /** Whether reason and data may hold the text of an error, which nobody has looked through. */
  readonly hasErrorText: boolean;
  /** Since when it is in this state. */
  readonly since: string | undefined;
  /** When its latest run ended. */
  readonly lastCheck: string | undefined;
  /** When a run last said healthy or degraded. */
  readonly lastSuccess: string | undefined;
  /** When a run last said anything else. */
  readonly lastFailure: string | undefined;
  /** How long the latest run took; to its timeout, if it did not end. */
  readonly durationMs: Milliseconds | undefined;
  /** Runs in a row that said healthy or degraded. */
  readonly successes: number;
  /** Runs in a row that said anything else. */
  readonly failures: number;
  /** Whether it changes its state too often. */
  readonly flapping: boolean;
  /** The latest changes, oldest first. */
  readonly transitions: readonly Transition[];
}
