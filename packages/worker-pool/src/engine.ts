import type { Clock } from '@rookery/genserver';
import type { PoolEvent } from './events.js';
import type { Face } from './face.js';
import type { TaskTerms } from './options.js';

/** Only there for the types: which face an engine gives a pool. */
declare const face: unique symbol;

/**
 * What a pool runs its tasks on: `closures()` or `threads(…)`. It is a recipe: each start of a pool, and so each restart of a
 * supervised one, makes workers of its own.
 */
export interface Engine<F extends Face = Face> {
  readonly [face]?: F;
  /** For people and metrics. */
  readonly kind: 'closures' | 'threads';
  /** How many tasks run at a time when the pool's `size` does not say. */
  readonly defaultSize: number;
  /** Throws a PoolOptionError for what it could not run. Called at the door, for each task: it must be cheap. */
  check(job: unknown, options: TaskTerms): void;
  /** Begins. Must not throw: what goes wrong is told by `Workers.ready` and by `host.fail`. */
  start(host: EngineHost): Workers;
}

/** Those who run tasks, from the start of a pool to its end. */
export interface Workers {
  /** Resolves when tasks can be run, rejects when that will never be. Undefined: at once. The pool fails when it rejects. */
  readonly ready: Promise<void> | undefined;
  /**
   * Runs a task in a free slot. Must not throw. Of what it is given it calls `begin` once (unless the task could not be begun), then
   * `succeed` or `fail` once, and `release` once: after that, or before, if the slot is free though a cancelled task goes on.
   */
  run(run: Run): void;
  /**
   * The caller of a run has its answer already (no time left, aborted, or the pool stops): end it if that is possible. The run has
   * not ended, though its slot may have been released. `succeed`, `fail` and `release` are still to be called; a value or error
   * that comes now is counted as late. Called once at most for each run.
   */
  cancel(run: Run, why: CancelCause): void;
  /** After the last run was cancelled or has ended. Resolves when nothing is left, no thread and no timer. Called once. */
  stop(): Promise<void>;
}

/** Why a run is cancelled. */
export type CancelCause = 'timeout' | 'aborted' | 'stopped';

/** One task on its way through the engine, as the engine sees it. */
export interface Run {
  /** What `executeTask` was given: a closure, or an input. */
  readonly job: unknown;
  /** For the engine's own options, as `transfer`. */
  readonly options: TaskTerms;
  /** In a `map`: the place of the item in its source. */
  readonly index: number | undefined;
  /** Whether its caller has its answer already: one that has not begun need not begin, and ends by `fail`. */
  readonly isAnswered: boolean;
  /** Fires when the run is cancelled. Made when it is first asked for. */
  readonly signal: AbortSignal;
  /** It runs from now on: `runTimeoutMs` counts from here. May cancel it at once, as the time for it may be up. */
  begin(): void;
  /** It goes on, but its caller is told now, with this error; as by `cancel`, which is not called then. Later `succeed` or `fail`. */
  giveUp(error: unknown): void;
  /** It has ended. The first of `succeed` and `fail` counts. */
  succeed(value: unknown): void;
  /** As `succeed`, and `release` right after it, at the price of one. */
  finish(value: unknown): void;
  /** It has ended. A `fail` before `begin` is a task that could not be started. */
  fail(error: unknown): void;
  /** Its slot can take another task: which may be given to the engine before this returns. */
  release(): void;
}

/** What a pool does for its engine. */
export interface EngineHost {
  /** What errors call the pool. */
  readonly label: string;
  /** How many runs there are at a time, at most. */
  readonly size: number;
  /** For back-off and idle times: a timer that is set here ends with the pool. */
  readonly clock: Clock;
  /** In [0, 1), for jitter. */
  readonly random: () => number;
  /** Starts a function as a task under the pool's task supervisor; undefined when the pool has none. */
  readonly spawn: SpawnTask | undefined;
  /** How many runs may be under way from now on, 0 to `size`; `size` at first. Those that run go on. May start runs at once. */
  setCapacity(count: number): void;
  /** It cannot go on, e.g. since its threads crash again and again. The pool fails: all tasks are told, and its supervisor decides. Not from within `start`. */
  fail(error: unknown): void;
  /** For whoever listens. */
  report(event: PoolEvent): void;
}

/**
 * Starts a task, which returns a promise unless it is done at once, and does not reject: in the async context of who calls it, never on the caller's stack. `onKilled` hears when its process was ended from
 * outside before it was done. Throws when no task can be started.
 */
export type SpawnTask = (task: () => Promise<void> | undefined, onKilled: (reason: unknown) => void) => void;
