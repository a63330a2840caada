import { ExitReason } from '../process/exit-reason.js';
import { unlink } from '../process/links.js';
import type { Watcher } from '../process/monitors.js';
import type { Process } from '../process/process.js';
import { TaskAbortedError, TaskTimeoutError } from './errors.js';
import { InputSource } from './input-source.js';
import { ResultBuffer } from './result-buffer.js';
import type { StreamPlan, StreamResult } from './stream-plan.js';
import type { TaskContext } from './task-context.js';
import type { TaskJob } from './task-job.js';
import type { TaskResult } from './task-result.js';
import { TaskWait } from './task-wait.js';

type Step<In, Out> = IteratorResult<StreamResult<In, Out>, undefined>;

/** A `next()` that was not answered yet. */
interface Demand<In, Out> {
  readonly resolve: (step: Step<In, Out>) => void;
  readonly reject: (error: unknown) => void;
}

/** A task that runs for one input. */
interface Slot<In> {
  readonly position: number;
  readonly input: In;
  readonly job: TaskJob;
  wait: TaskWait | undefined;
  /** It was killed for taking too long. */
  timeout: TaskTimeoutError | undefined;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** One loop over a stream: takes inputs, runs tasks, hands out results; each only as far as the others allow. */
export class StreamRun<In, Out> implements AsyncIterator<StreamResult<In, Out>, undefined, unknown>, Watcher {
  readonly #plan: StreamPlan<In, Out>;
  readonly #source: InputSource<In>;
  readonly #results: ResultBuffer<StreamResult<In, Out>>;
  readonly #running = new Set<Slot<In>>();
  readonly #demands: Demand<In, Out>[] = [];
  /** Of the next input. */
  #position = 0;
  /** For the next demand: it failed while nobody asked. */
  #failure: { readonly error: unknown } | undefined;
  #isClosed = false;
  #isAdvancing = false;
  /** Lets go of the AbortSignal and the consumer; there from the first demand on. */
  #release: (() => void) | undefined;

  constructor(plan: StreamPlan<In, Out>) {
    this.#plan = plan;
    this.#results = new ResultBuffer(plan.limits.ordered);
    this.#source = new InputSource(plan.inputs, {
      onInput: (input) => this.#start(input),
      onDone: () => this.#advance(),
      onError: (error) => this.#fail(error),
    });
  }

  next(): Promise<Step<In, Out>> {
    return new Promise((resolve, reject) => {
      this.#demands.push({ resolve, reject });
      if (!this.#isClosed) this.#watch();
      this.#advance();
    });
  }

  /** The loop ends early. Resolves when nothing of it is left (TASK-048). */
  async return(): Promise<Step<In, Out>> {
    if (this.#isClosed) return DONE;
    const closed = this.#close();
    this.#advance();
    await closed;
    return DONE;
  }

  /** The consumer has ended, and its loop with it: linked tasks end as it did, others run to their end (TSUP-018). */
  exited(_: Process, reason: ExitReason): void {
    const { isLinked } = this.#plan.tasks;
    for (const { job, wait } of this.#running) {
      if (isLinked) job.process.end(reason.kind === 'normal' ? ExitReason.shutdown : reason);
      else wait?.leave();
    }
    this.#running.clear();
    this.#fail(new TaskAbortedError('the tasks of a stream', reason));
  }

  /** A synchronous source answers while this runs: it must not begin once more for each input. */
  #advance(): void {
    if (this.#isAdvancing) return;
    this.#isAdvancing = true;
    while (this.#demands.length > 0 && !this.#isClosed && this.#step());
    this.#isAdvancing = false;
    if (this.#isClosed) this.#refuseDemands();
  }

  /** Returns false when there is nothing to do but wait. */
  #step(): boolean {
    const result = this.#results.take();
    if (result !== undefined) this.#demands.shift()?.resolve({ done: false, value: result });
    else if (this.#canPull) this.#source.pull();
    else if (this.#source.isDone && this.#running.size === 0) void this.#close();
    else return false;
    return true;
  }

  #refuseDemands(): void {
    for (const { resolve, reject } of this.#demands.splice(0)) {
      if (this.#failure === undefined) resolve(DONE);
      else reject(this.#failure.error);
      this.#failure = undefined;
    }
  }

  get #canPull(): boolean {
    const { isDone, isPulling } = this.#source;
    return !isDone && !isPulling && this.#running.size < this.#plan.limits.maxConcurrency;
  }

  #start(input: In): void {
    const { fn, tasks, limits, consumer } = this.#plan;
    const run = { fn: (context: TaskContext): unknown => fn(input, context), name: fn.name, owner: consumer };
    let job: TaskJob;
    try {
      job = tasks.start({ ...run, isLinked: tasks.isLinked, isQuiet: true });
    } catch (error) {
      return this.#fail(error);
    }
    const slot: Slot<In> = { position: this.#position++, input, job, wait: undefined, timeout: undefined };
    this.#running.add(slot);
    const onExpire = (wait: TaskWait): void => this.#expire(slot, wait);
    TaskWait.start(job, { timeoutMs: limits.timeoutMs, onExpire }, (wait) => (slot.wait = wait)).then(
      (result) => this.#ended(slot, result),
      (error: unknown) => this.#fail(error),
    );
    this.#advance();
  }

  #ended(slot: Slot<In>, result: TaskResult<unknown> | undefined): void {
    if (this.#isClosed || result === undefined) return;
    this.#running.delete(slot);
    this.#results.put(slot.position, this.#describe(slot, result));
    this.#advance();
  }

  #describe({ timeout, input }: Slot<In>, result: TaskResult<unknown>): StreamResult<In, Out> {
    if (result.kind === 'ok') return result as StreamResult<In, Out>;
    const reason = timeout === undefined ? result.reason : ExitReason.error(timeout);
    return this.#plan.limits.zipInputOnExit ? { kind: 'exit', reason, input } : { kind: 'exit', reason };
  }

  #expire(slot: Slot<In>, { timeoutMs }: TaskWait): void {
    const error = new TaskTimeoutError(slot.job.process.label, timeoutMs);
    if (this.#plan.limits.onTimeout === 'exit') return this.#fail(error);
    slot.timeout = error;
    this.#kill(slot);
  }

  #kill({ job: { process } }: Slot<In>): void {
    const { consumer } = this.#plan;
    if (consumer !== undefined) unlink(consumer, process);
    process.kill();
  }

  #fail(error: unknown): void {
    if (this.#isClosed) return;
    this.#failure = { error };
    void this.#closeQuietly();
    this.#advance();
  }

  /** The loop hears of the first failure, not of one that follows from it. */
  async #closeQuietly(): Promise<void> {
    try {
      await this.#close();
    } catch {
      // of closing the inputs
    }
  }

  /** Nothing of it is left when this resolves: no task, no input, nobody who watches. */
  #close(): Promise<void> {
    this.#isClosed = true;
    this.#release?.();
    for (const slot of this.#running) this.#kill(slot);
    this.#running.clear();
    return this.#source.close();
  }

  /** From the first demand on: a stream that nobody consumes must hold nothing. */
  #watch(): void {
    if (this.#release !== undefined) return;
    const { kernel, consumer, limits } = this.#plan;
    const { signal } = limits;
    const aborted = (reason: unknown): void => this.#fail(new TaskAbortedError('the tasks of a stream', reason));
    if (signal?.aborted === true) return aborted(signal.reason);
    const listener = { aborted };
    if (signal !== undefined) kernel.abortListeners.add(signal, listener);
    if (consumer !== undefined) (consumer.watchers ??= new Set()).add(this);
    this.#release = () => {
      if (signal !== undefined) kernel.abortListeners.remove(signal, listener);
      consumer?.watchers?.delete(this);
    };
  }
}
