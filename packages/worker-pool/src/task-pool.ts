import { closures } from './closures.js';
import { checkDuration, checkObject } from './checks.js';
import { Dispatcher } from './dispatcher.js';
import type { DrainOptions, DrainReport } from './drain.js';
import { Ending } from './ending.js';
import type { Engine, EngineHost, SpawnTask, Workers } from './engine.js';
import { PoolFailedError, PoolStoppedError } from './errors.js';
import type { Closures, Face } from './face.js';
import { type CompleteOptions, completeOptions, taskTerms, type WorkerPoolOptions } from './options.js';
import { faceOf, type Submission } from './pool-face.js';
import { Reporter } from './reporter.js';
import type { PoolStats } from './stats.js';

/** What the process of a pool does for it. */
export interface PoolProcess {
  readonly spawn?: SpawnTask;
  /** The pool cannot go on. */
  readonly onFailed?: (error: unknown) => void;
}

const NOTHING = {};
/** Of a task without options. */
const NO_TERMS = taskTerms(NOTHING);

/** The pool itself. `WorkerPool` is this with the ways to supervise it. */
export class TaskPool<F extends Face = Closures> {
  /**
   * Runs a task when there is a free slot and its turn has come: at once, if a slot is free. Resolves with what it gives, rejects with
   * what it throws; or with a TaskTimeoutError, QueueTimeoutError, RunTimeoutError, TaskAbortedError, QueueFullError, TaskDroppedError,
   * PoolStoppedError, PoolFailedError, or a PoolOptionError for wrong arguments. It settles in any case, once.
   */
  readonly executeTask: F['executeTask'];
  /**
   * The results for all items of a source, synchronous or not, in their order unless `ordered` is false. An item is taken only when
   * fewer than `concurrency` results are under way or wait to be taken, so a source of any length is fine. The first error ends it:
   * it is thrown in its turn, what runs is aborted and the source closed, as by `break`. With a limited queue its tasks wait for room.
   */
  readonly map: F['map'];
  readonly #options: CompleteOptions;
  readonly #reporter: Reporter;
  readonly #dispatcher: Dispatcher;
  readonly #workers: Workers;
  readonly #process: PoolProcess;
  #ending: Ending | undefined;
  /** Why it takes no tasks any more. */
  #errorOf: ((hasBegun: boolean) => Error) | undefined;
  #hasFailed = false;
  #idle: (() => void)[] = [];

  /** Throws a PoolOptionError for options that make no sense. */
  constructor(options: WorkerPoolOptions<F> = {}, process: PoolProcess = NOTHING) {
    this.#options = completeOptions(options, closures());
    this.#process = process;
    const { label, onEvent, engine, size } = this.#options;
    this.#reporter = new Reporter(label, onEvent);
    this.#dispatcher = new Dispatcher(this.#options, this.#reporter, () => this.#settled());
    const face = faceOf<F>({ label, concurrency: size, submit: (submission) => this.submit(submission) });
    this.executeTask = face.executeTask;
    this.map = face.map;
    this.#workers = engine.start(this.#host());
    this.#dispatcher.workers = this.#workers;
    this.#workers.ready?.catch((error: unknown) => this.#fail(error));
  }

  /** Whether it takes no tasks any more: it was stopped or drained, or has failed. */
  get isStopped(): boolean {
    return this.#errorOf !== undefined;
  }

  /** What errors and events call it. */
  get label(): string {
    return this.#options.label;
  }

  /** What runs its tasks. */
  get engineKind(): Engine['kind'] {
    return this.#options.engine.kind;
  }

  /**
   * Resolves when tasks can be run, for threads when the first have started. Rejects when that will never be: the pool has failed,
   * or was stopped.
   */
  async ready(): Promise<void> {
    await this.#workers.ready;
    if (this.#errorOf !== undefined) throw this.#errorOf(false);
  }

  getStats(): PoolStats {
    return this.#dispatcher.stats();
  }

  /** Resolves as soon as no task waits or runs; overdue ones do not count. New ones may come at any time. */
  idle(): Promise<void> {
    if (this.#dispatcher.owed === 0) return Promise.resolve();
    return new Promise((resolve) => void this.#idle.push(resolve));
  }

  /**
   * Ends it: takes no new tasks, waits for those it has, and after `timeoutMs` aborts what is left, so that all promises have settled.
   * Resolves with what became of them when nothing is left, no thread and no timer. Again: the same, with the shorter time.
   */
  async drain(options: DrainOptions = {}): Promise<DrainReport> {
    checkObject('options', options);
    const { timeoutMs = Infinity } = options;
    checkDuration('timeoutMs', timeoutMs);
    return this.#end((hasBegun) => new PoolStoppedError(this.label, hasBegun), timeoutMs);
  }

  /** Ends it now: as `drain` with no time. All promises have settled when this returns. */
  stop(): Promise<DrainReport> {
    return this.drain({ timeoutMs: 0 });
  }

  /** For this package: its process has ended, and nobody waits for what is left to be done. */
  abandon(): void {
    this.stop().catch((error: unknown) => this.#reporter.report({ kind: 'failed', pool: this.label, error }));
  }

  /** For this package: as `executeTask`, in all its forms. */
  submit({ job, options, index, overflow = this.#options.queue.overflow }: Submission): Promise<unknown> {
    let terms = NO_TERMS;
    try {
      if (options !== undefined) terms = taskTerms(options);
      this.#options.engine.check(job, terms);
    } catch (error) {
      return Promise.reject(error);
    }
    return new Promise((resolve, reject) => {
      const order = { job, options: terms, index, resolve, reject };
      if (this.#errorOf === undefined) this.#dispatcher.submit(order, overflow);
      else this.#dispatcher.refuse(order, this.#errorOf(false));
    });
  }

  #end(errorOf: (hasBegun: boolean) => Error, timeoutMs: number): Promise<DrainReport> {
    this.#errorOf ??= errorOf;
    this.#ending ??= new Ending({
      dispatcher: this.#dispatcher,
      workers: this.#workers,
      clock: this.#options.clock,
    });
    this.#ending.within(timeoutMs, errorOf);
    return this.#ending.report;
  }

  #settled(): void {
    const waiting = this.#idle;
    if (waiting.length > 0) this.#idle = [];
    for (const resolve of waiting) resolve();
    this.#ending?.settled();
  }

  #fail(cause: unknown): void {
    if (this.#hasFailed) return;
    this.#hasFailed = true;
    const { label } = this;
    this.#reporter.report({ kind: 'failed', pool: label, error: cause });
    this.#end((hasBegun) => new PoolFailedError(label, hasBegun, cause), 0).catch((error: unknown) =>
      this.#reporter.report({ kind: 'failed', pool: label, error }),
    );
    this.#process.onFailed?.(cause);
  }

  #host(): EngineHost {
    const { label, size, clock, random } = this.#options;
    return {
      label,
      size,
      clock,
      random,
      spawn: this.#process.spawn,
      setCapacity: (count) => this.#dispatcher.setCapacity(count),
      fail: (error) => this.#fail(error),
      report: (event) => this.#reporter.report(event),
    };
  }
}
