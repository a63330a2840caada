import { AsyncResource } from 'node:async_hooks';
import type { ClockTimer } from '@rookery/genserver';
import type { EngineHost, Run } from '../engine.js';
import { Crashes } from './crashes.js';
import { CrashLoopError, ThreadStartError } from './errors.js';
import { crashError } from './outcome-errors.js';
import { IdleThreads } from './idle-threads.js';
import type { CompleteThreadsOptions } from './options.js';
import type { MakeEngine } from './piscina.js';
import type { Failure, Outcome, Reply } from './protocol.js';
import { Thread, type ThreadEnd, type ThreadParts } from './thread.js';

/** Who gives work to a crew. */
export interface CrewOwner {
  /** How many tasks wait for a thread. */
  readonly wanted: number;
  /** One can take its first task. The crew's, until it is taken. */
  threadReady(thread: Thread): void;
  /** One has done what it did. */
  threadReplied(thread: Thread, reply: Reply): void;
  /** One has ended: what it did has, too. `error` is undefined if it was ended on purpose. */
  threadEnded(thread: Thread, error: unknown): void;
  /** The first could not be started. The pool will stop. */
  startFailed(error: unknown): void;
  /** What an outcome that is no value says. */
  errorOf(outcome: Failure): unknown;
}

/** What it takes to make a crew. */
export interface CrewParts {
  readonly owner: CrewOwner;
  readonly host: EngineHost;
  readonly options: CompleteThreadsOptions;
  readonly make: MakeEngine;
}

/** The threads of a pool: as many as are needed, others for those that crashed, after a while, and none for nothing. */
export class Crew {
  readonly idle: IdleThreads;
  readonly #parts: CrewParts;
  readonly #threadParts: ThreadParts;
  readonly #most: number;
  readonly #fewest: number;
  readonly #crashes: Crashes;
  readonly #threads = new Set<Thread>();
  /** The places of those that crashed, until their time is up. */
  readonly #resting = new Set<ClockTimer>();
  /** Threads belong to no task, so not to the async context of the one that needed them first. */
  readonly #scope = new AsyncResource('WorkerPoolThreads');
  #starting = 0;
  #ending = 0;
  #state: 'new' | 'working' | 'stopped' = 'new';
  #onEmpty: (() => void) | undefined;

  constructor(parts: CrewParts) {
    const { host, options } = parts;
    const { backoff, crashLoop, idleTimeoutMs } = options;
    this.#parts = parts;
    this.#threadParts = {
      make: parts.make,
      options,
      clock: host.clock,
      onReply: (thread, reply) => parts.owner.threadReplied(thread, reply),
      onLost: (thread) => this.idle.remove(thread),
      onEnded: (thread, end) => this.#ended(thread, end),
    };
    this.#most = mostThreads(host, options);
    this.#fewest = Math.min(options.minThreads, this.#most);
    this.#crashes = new Crashes(backoff, crashLoop, this.#most, host.random);
    this.idle = new IdleThreads(this, host.clock, idleTimeoutMs);
  }

  /** For the idle: how many more there are than must be kept. */
  get surplus(): number {
    return this.#threads.size - this.#ending - this.#fewest;
  }

  /** At least one, to see whether it can be done at all. */
  start(): void {
    for (let count = Math.max(1, this.#fewest); count > 0; count--) this.#startThread();
  }

  /** Starts what is needed and allowed. */
  fill(): void {
    if (this.#state !== 'working') return;
    const { owner } = this.#parts;
    while (this.#threads.size + this.#resting.size < this.#most) {
      const isScarce = this.surplus + this.#resting.size < 0;
      if (!isScarce && this.#starting >= owner.wanted) return;
      this.#startThread();
    }
  }

  /** Which one does this. */
  threadOf(run: Run): Thread | undefined {
    for (const thread of this.#threads) if (thread.run === run) return thread;
    return undefined;
  }

  /** A task was done by a thread, which is free now. Returns whether it can take another one. */
  taskDone(thread: Thread): boolean {
    this.#crashes.forget();
    if (++thread.tasksDone < this.#parts.options.maxTasksPerWorker) return true;
    this.dismiss(thread);
    return false;
  }

  /** Ends one that has nothing to do, and lets it tidy up. */
  dismiss(thread: Thread): void {
    if (thread.isEnding) return;
    this.#ending++;
    this.#letGo(thread).catch(() => thread.kill());
  }

  /** Ends one, whatever it does. */
  kill(thread: Thread): void {
    if (!thread.isEnding) this.#ending++;
    thread.kill();
  }

  /** Resolves when no thread and no timer is left. */
  stop(): Promise<void> {
    this.#state = 'stopped';
    this.idle.close();
    for (const timer of this.#resting) timer.cancel();
    this.#resting.clear();
    const empty = new Promise<void>((resolve) => (this.#onEmpty = resolve));
    for (const thread of this.#threads) {
      if (thread.isReady) this.dismiss(thread);
      else this.kill(thread);
    }
    if (this.#threads.size === 0) this.#onEmpty?.();
    return empty;
  }

  async #letGo(thread: Thread): Promise<void> {
    const outcome = await thread.dismiss();
    if (outcome.kind !== 'done') thread.fault = this.#parts.owner.errorOf(outcome);
    thread.kill();
  }

  #startThread(): void {
    const { options, host } = this.#parts;
    const { label: pool } = host;
    let thread: Thread;
    try {
      thread = this.#scope.runInAsyncScope(() => new Thread(this.#threadParts));
    } catch (error) {
      return this.#crashed(new ThreadStartError(pool, options.module, undefined, error));
    }
    this.#starting++;
    this.#threads.add(thread);
    host.report({ kind: 'worker_started', pool, threadId: thread.id });
    const onTimeout = (): void =>
      this.#fail(thread, new ThreadStartError(pool, options.module, options.startTimeoutMs));
    thread.start(onTimeout).then(
      (outcome) => this.#started(thread, outcome),
      (error: unknown) => thread.isLost || this.#fail(thread, error),
    );
  }

  #started(thread: Thread, outcome: Outcome): void {
    if (thread.isEnding || thread.isLost) return;
    if (outcome.kind !== 'done') return this.#fail(thread, this.#parts.owner.errorOf(outcome));
    thread.isReady = true;
    this.#starting--;
    if (this.#state === 'stopped') return;
    this.#state = 'working';
    this.#parts.owner.threadReady(thread);
    this.fill();
  }

  #fail(thread: Thread, error: unknown): void {
    if (thread.isEnding) return;
    thread.hasFailed = true;
    thread.fault = error;
    this.kill(thread);
  }

  #ended(thread: Thread, end: ThreadEnd): void {
    const { owner, host } = this.#parts;
    this.#threads.delete(thread);
    if (thread.isEnding) this.#ending--;
    else this.idle.remove(thread);
    if (!thread.isReady) this.#starting--;
    const isCrash = !thread.isEnding || thread.hasFailed || end.uncaught !== undefined;
    const error = thread.fault ?? (isCrash ? crashError(host.label, thread.id, end) : undefined);
    const told = error === undefined ? {} : { error };
    host.report({ kind: 'worker_exited', pool: host.label, threadId: thread.id, isCrash, ...told });
    owner.threadEnded(thread, isCrash ? error : undefined);
    if (isCrash) this.#crashed(error);
    thread.run?.release(); // now, that it is clear whether another task can be run
    if (this.#threads.size === 0) this.#onEmpty?.();
    this.fill();
  }

  /** The place of one that crashed stays empty for a while; unless there were too many. */
  #crashed(error: unknown): void {
    const { owner, host } = this.#parts;
    if (this.#state === 'stopped') return;
    if (this.#state === 'new') {
      this.#state = 'stopped';
      return owner.startFailed(error);
    }
    const verdict = this.#crashes.record(host.clock.now());
    if (verdict.kind === 'give_up') {
      this.#state = 'stopped';
      return host.fail(new CrashLoopError(host.label, verdict.crashes, verdict.withinMs, error));
    }
    const timer = this.#scope.runInAsyncScope(() => host.clock.setTimer(verdict.delayMs, () => this.#rested(timer)));
    this.#resting.add(timer);
    this.#tellCapacity();
  }

  #rested(timer: ClockTimer): void {
    this.#resting.delete(timer);
    this.#tellCapacity();
    this.fill();
  }

  #tellCapacity(): void {
    this.#parts.host.setCapacity(this.#most - this.#resting.size);
  }
}

/** As many as tasks run at a time, or fewer. */
export function mostThreads(host: EngineHost, { maxThreads }: CompleteThreadsOptions): number {
  return Math.min(maxThreads, host.size);
}
