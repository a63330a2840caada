import { isPromise } from 'node:util/types';
import { checkCount, checkFunction, checkObject } from './checks.js';
import type { Engine, EngineHost, Run, SpawnTask, Workers } from './engine.js';
import { TaskKilledError } from './errors.js';
import type { Closure, Closures, TaskContext } from './face.js';

/** How closures are run. */
export interface ClosuresOptions {
  /**
   * Up to so many closures that go on though their time is up, or they were aborted, give their slots back. They cannot be stopped, so
   * this many run on top of the pool's `size`. Default 0: each keeps its slot until it is done.
   */
  readonly detach?: number;
}

/** As in the article. */
const DEFAULT_SIZE = 5;

/**
 * Runs functions in this thread: for work that waits, on a database or the network. One that computes holds up all others; for that
 * take `threads`. A supervised pool runs each as a task under its task supervisor.
 */
export function closures(options: ClosuresOptions = {}): Engine<Closures> {
  checkObject('options', options);
  const { detach = 0 } = options;
  checkCount('detach', detach, 0);
  return {
    kind: 'closures',
    defaultSize: DEFAULT_SIZE,
    check: (job) => checkFunction('task', job),
    start: (host) =>
      host.spawn === undefined ? new ClosureWorkers(detach) : new TaskWorkers(detach, host, host.spawn),
  };
}

/** Getters, as few look at it. */
class ClosureContext implements TaskContext {
  readonly #run: Run;

  constructor(run: Run) {
    this.#run = run;
  }

  get signal(): AbortSignal {
    return this.#run.signal;
  }

  get key(): unknown {
    return this.#run.options.key;
  }

  get index(): number | undefined {
    return this.#run.index;
  }
}

/** Calls them. */
class ClosureWorkers implements Workers {
  readonly ready = undefined;
  readonly #detach: number;
  /** Those that go on without a slot, and those that go on with one. */
  readonly #detached = new Set<Run>();
  readonly #overdue = new Set<Run>();

  constructor(detach: number) {
    this.#detach = detach;
  }

  run(run: Run): void {
    void this.call(run);
  }

  cancel(run: Run): void {
    if (this.#detach === 0) return;
    this.#overdue.add(run);
    this.#detachOldest();
  }

  async stop(): Promise<void> {}

  /** Returns a promise, which does not reject, if the closure did not end at once. */
  protected call(run: Run): Promise<void> | undefined {
    run.begin();
    let result: unknown;
    try {
      result = (run.job as Closure<unknown>)(new ClosureContext(run));
      if (!isPromise(result) && isThenable(result)) result = Promise.resolve(result);
      if (isPromise(result)) return this.#settled(run, result); // a `then` of its own may throw
    } catch (error) {
      return this.#failed(run, error);
    }
    return this.#succeeded(run, result);
  }

  #settled(run: Run, result: Promise<unknown>): Promise<void> {
    return result.then(
      (value) => this.#succeeded(run, value),
      (error: unknown) => this.#failed(run, error),
    );
  }

  #succeeded(run: Run, value: unknown): undefined {
    run.finish(value);
    this.#forget(run);
  }

  #failed(run: Run, error: unknown): undefined {
    run.fail(error);
    this.release(run);
  }

  /** Of one that has ended. */
  protected release(run: Run): void {
    run.release();
    this.#forget(run);
  }

  #forget(run: Run): void {
    if (this.#detach === 0) return;
    this.#overdue.delete(run);
    if (this.#detached.delete(run)) this.#detachOldest();
  }

  #detachOldest(): void {
    for (const run of this.#overdue) {
      if (this.#detached.size >= this.#detach) return;
      this.#overdue.delete(run);
      this.#detached.add(run);
      run.release();
    }
  }
}

/** Starts a task for each, under the pool's task supervisor. */
class TaskWorkers extends ClosureWorkers {
  readonly #host: EngineHost;
  readonly #spawn: SpawnTask;

  constructor(detach: number, host: EngineHost, spawn: SpawnTask) {
    super(detach);
    this.#host = host;
    this.#spawn = spawn;
  }

  override run(run: Run): void {
    let hasBegun = false;
    const notBegun = (error: unknown): undefined => {
      run.fail(error);
      this.release(run);
    };
    const task = (): Promise<void> | undefined => {
      if (run.isAnswered) return notBegun(undefined);
      hasBegun = true;
      return this.call(run);
    };
    const onKilled = (reason: unknown): void => {
      const error = new TaskKilledError(this.#host.label, reason);
      if (!hasBegun) notBegun(error);
      else if (!run.isAnswered) {
        run.giveUp(error); // it goes on, as nothing stops a function
        this.cancel(run);
      }
    };
    try {
      this.#spawn(task, onKilled);
    } catch (error) {
      onKilled(error); // the supervisor has just ended, and with it the pool will
    }
  }
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  const mayHaveThen = (typeof value === 'object' && value !== null) || typeof value === 'function';
  return mayHaveThen && typeof (value as { then?: unknown }).then === 'function';
}
