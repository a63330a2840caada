// What a scenario and its trace look like in a file. Described in oracle/README.md; names are the oracle's own.

type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';
export type Restart = 'permanent' | 'transient' | 'temporary';
export type AutoShutdown = 'never' | 'any_significant' | 'all_significant';
export type Cleanup = 'quick' | 'slow' | 'hang' | 'bad_exit';
/** What one start attempt does. */
export type Attempt = 'ok' | 'fail' | 'ignore' | 'fail_forever';

export interface WorkerNode {
  readonly kind: 'worker';
  readonly id: string;
  readonly restart: Restart;
  readonly shutdown: number | 'infinity' | 'brutal_kill';
  readonly significant: boolean;
  readonly trap_exit: boolean;
  readonly cleanup: Cleanup;
  readonly init: readonly Attempt[];
}

interface AnySupervisorNode {
  readonly id: string;
  readonly restart: Restart;
  readonly shutdown: 'infinity';
  readonly significant: boolean;
  readonly max_restarts: number;
  readonly max_seconds: number;
}

export interface SupervisorNode extends AnySupervisorNode {
  readonly kind: 'supervisor';
  readonly strategy: Strategy;
  readonly auto_shutdown: AutoShutdown;
  readonly children: readonly TreeNode[];
}

export interface DynamicNode extends AnySupervisorNode {
  readonly kind: 'dynamic';
  readonly max_children: number | 'infinity';
}

export type TreeNode = WorkerNode | SupervisorNode | DynamicNode;

/** A reason to end with: an atom, the pair shutdown/x, or an error that a callback throws. */
export type Ending = string | { readonly shutdown: string } | { readonly error: string };

interface ToDynamic {
  /** The supervisor is a dynamic one. */
  readonly dynamic?: boolean;
}

export type Step =
  | { readonly op: 'exit'; readonly target: string; readonly reason: Ending; readonly via?: 'exit' | 'stop' }
  | { readonly op: 'signal'; readonly target: string; readonly reason: Ending }
  | { readonly op: 'stop'; readonly target: string; readonly reason: Ending }
  | { readonly op: 'batch'; readonly sup: string; readonly exits: readonly (readonly [string, Ending])[] }
  | ({ readonly op: 'terminate_child'; readonly sup: string; readonly id: string } & ToDynamic)
  | { readonly op: 'restart_child' | 'delete_child'; readonly sup: string; readonly id: string }
  | ({ readonly op: 'start_child'; readonly sup: string; readonly child: TreeNode } & ToDynamic)
  | ({ readonly op: 'which_children'; readonly sup: string } & ToDynamic)
  | ({ readonly op: 'count_children'; readonly sup: string } & ToDynamic)
  | { readonly op: 'sleep'; readonly ms: number };

export interface Scenario {
  readonly id: string;
  readonly seed?: number;
  readonly theme?: string;
  readonly root: SupervisorNode;
  readonly steps: readonly Step[];
}

export type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

/** `["start", "w1", 2, "ok"]`: what happened, to whom, at which start attempt, and how. */
export type TraceEvent =
  readonly ['init', string, number] | readonly ['start' | 'terminate' | 'exit', string, number, Json];

/** `total`: this order is required. `none`: processes end side by side, events are sorted. */
export type Order = 'total' | 'none';

interface Phase {
  readonly result: Json;
  readonly order: Order;
  readonly events: readonly TraceEvent[];
}

export interface StepTrace extends Phase {
  readonly root: 'alive' | 'down';
}

/** What happened when a scenario ran: on the BEAM, or here. */
export interface Trace {
  readonly start: Phase;
  readonly steps: readonly StepTrace[];
  /** The tree at the end; null when its root is down. */
  readonly final: Json;
}

/** One line of a golden file. */
export interface Recording {
  readonly scenario: Scenario;
  readonly trace: Trace;
}
