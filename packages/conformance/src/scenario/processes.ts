// Scenarios of plain processes: links, monitors, exit signals. Described in oracle/README.md.
import type { Ending, Json } from './scenario.js';

export type ProcessOp =
  | { readonly op: 'spawn'; readonly how: 'spawn' | 'spawn_link' | 'spawn_monitor' }
  | { readonly op: 'link'; readonly to: string }
  | { readonly op: 'unlink'; readonly to: string }
  | { readonly op: 'monitor'; readonly to: string }
  | { readonly op: 'alive'; readonly to: string }
  | { readonly op: 'demonitor'; readonly monitor: string }
  | { readonly op: 'trap'; readonly on: boolean }
  | { readonly op: 'send'; readonly to: string; readonly text: string }
  | { readonly op: 'signal'; readonly to: string; readonly reason: Ending }
  | { readonly op: 'exit'; readonly reason: Ending };

/** What one process does, in one go. */
export interface ProcessStep {
  readonly from: string;
  readonly do: readonly ProcessOp[];
}

export interface ProcessScenario {
  readonly id: string;
  readonly seed?: number;
  readonly theme?: string;
  /** How many there are at first: p1, p2, … */
  readonly processes: number;
  readonly steps: readonly ProcessStep[];
}

export interface ProcessStepTrace {
  /** Of each thing done; `died` for the one it did not survive; or `not_alive`. */
  readonly result: Json;
  /** Who ended, and of what; by name. */
  readonly exits: readonly (readonly [string, Json])[];
  /** What those got that live; by sender, in the order in which it came. */
  readonly messages: Readonly<Record<string, readonly Json[]>>;
}

export interface ProcessTrace {
  readonly steps: readonly ProcessStepTrace[];
  /** Who lives at the end, and with whom it is linked. */
  readonly final: Json;
}

export interface ProcessRecording {
  readonly scenario: ProcessScenario;
  readonly trace: ProcessTrace;
}
