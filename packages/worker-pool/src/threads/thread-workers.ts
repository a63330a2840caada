import type { CancelCause, EngineHost, Run, Workers } from '../engine.js';
import { Crew, type CrewOwner, mostThreads } from './crew.js';
import { NotCloneableError, WorkerTerminatedError } from './errors.js';
import { outcomeError, type OutcomeOrigin } from './outcome-errors.js';
import type { CompleteThreadsOptions } from './options.js';
import { loadPiscina, type MakeEngine } from './piscina.js';
import type { Failure, Reply } from './protocol.js';
import { ErrorWorkshop } from './put-together.js';
import type { Thread } from './thread.js';
import { whyNotCloneable } from './why-not-cloneable.js';

/** Gives the tasks of a pool to threads, one at a time to each, and tells what they came to. */
export class ThreadWorkers implements Workers, CrewOwner {
  readonly ready: Promise<void>;
  readonly #host: EngineHost;
  readonly #options: CompleteThreadsOptions;
  readonly #origin: OutcomeOrigin;
  /** Those that need a thread, which is being started or will soon be free. */
  readonly #waiting = new Set<Run>();
  readonly #cancelled = new Map<Run, CancelCause>();
  /** Undefined while the thread engine is loaded. */
  #crew: Crew | undefined;
  #isStopping = false;
  #onReady!: () => void;
  #onStartFailed!: (error: unknown) => void;

  constructor(host: EngineHost, options: CompleteThreadsOptions) {
    this.#host = host;
    this.#options = options;
    this.#origin = { workshop: new ErrorWorkshop(options.errorClasses), pool: host.label, module: options.module };
    this.ready = new Promise<void>((resolve, reject) => {
      this.#onReady = resolve;
      this.#onStartFailed = reject;
    });
    const most = mostThreads(host, options);
    if (most < host.size) host.setCapacity(most);
    loadPiscina().then((make) => this.#begin(make), this.#onStartFailed);
  }

  get wanted(): number {
    return this.#waiting.size;
  }

  run(run: Run): void {
    const thread = this.#crew?.idle.pop();
    if (thread !== undefined) return this.#give(thread, run);
    this.#waiting.add(run);
    this.#crew?.fill();
  }

  /** A thread can be ended, so it is, and at once. */
  cancel(run: Run, why: CancelCause): void {
    if (this.#waiting.delete(run)) {
      run.fail(new WorkerTerminatedError(this.#host.label, why));
      return run.release();
    }
    const thread = this.#crew?.threadOf(run);
    if (thread === undefined) return;
    this.#cancelled.set(run, why);
    this.#crew?.kill(thread);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    await this.#crew?.stop();
    this.#onReady(); // for who waits for it still
  }

  // What the crew tells

  threadReady(thread: Thread): void {
    this.#onReady();
    this.#free(thread);
  }

  threadEnded({ run }: Thread, error: unknown): void {
    if (run === undefined) return;
    const why = this.#cancelled.get(run) ?? 'stopped';
    this.#cancelled.delete(run);
    run.fail(error ?? new WorkerTerminatedError(this.#host.label, why));
  }

  /** What it did has its slot until it is gone, if it is ending. */
  threadReplied(thread: Thread, reply: Reply): void {
    const { run } = thread;
    if (run === undefined) return;
    if (thread.isEnding || thread.isLost) return this.#settle(run, reply);
    thread.run = undefined;
    if (this.#crew?.taskDone(thread) === true) this.#free(thread);
    if (!('kind' in reply)) return run.finish(reply[0]);
    this.#settle(run, reply);
    run.release();
  }

  startFailed(error: unknown): void {
    this.#onStartFailed(error);
  }

  errorOf(outcome: Failure): unknown {
    return outcomeError(outcome, this.#origin);
  }

  #begin(make: MakeEngine): void {
    if (this.#isStopping) return;
    this.#crew = new Crew({ owner: this, host: this.#host, options: this.#options, make });
    this.#crew.start();
  }

  #free(thread: Thread): void {
    const [next] = this.#waiting;
    if (next === undefined) return this.#crew?.idle.push(thread);
    this.#give(thread, next);
  }

  #settle(run: Run, reply: Reply): void {
    if ('kind' in reply) run.fail(this.errorOf(reply));
    else run.succeed(reply[0]);
  }

  /** It waits until it has begun: as that can be when its time is up. */
  #give(thread: Thread, run: Run): void {
    this.#waiting.add(run);
    run.begin();
    if (!this.#waiting.delete(run)) return this.#free(thread);
    try {
      thread.begin(run);
    } catch (error) {
      const why = whyNotCloneable('input', run.job, error, run.options.transfer);
      run.fail(new NotCloneableError('input', why, error));
      this.#free(thread);
      run.release();
    }
  }
}
