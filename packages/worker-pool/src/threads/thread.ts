import {
  MessageChannel,
  type MessagePort,
  receiveMessageOnPort,
  type TransferListItem,
  type Worker,
} from 'node:worker_threads';
import { type Clock, type ClockTimer, systemClock } from '@rookery/genserver';
import type { Run } from '../engine.js';
import type { CompleteThreadsOptions } from './options.js';
import type { MakeEngine, ThreadEngine } from './piscina.js';
import type { Outcome, Reply } from './protocol.js';

/** How a thread has ended: with this code, and of this error, if there was one that its code did not catch. */
export interface ThreadEnd {
  readonly exitCode: number;
  readonly uncaught: { readonly error: unknown } | undefined;
}

/** What it takes to make a thread. */
export interface ThreadParts {
  readonly make: MakeEngine;
  readonly options: CompleteThreadsOptions;
  readonly clock: Clock;
  /** What it does has come to an end. */
  readonly onReply: (thread: Thread, reply: Reply) => void;
  /** It is about to end of itself. Not before each end. */
  readonly onLost: (thread: Thread) => void;
  /** Once, when nothing of it is left. */
  readonly onEnded: (thread: Thread, end: ThreadEnd) => void;
}

/** One thread, from its start to its end. Says how things are, and decides nothing. */
export class Thread {
  /** As Node counts threads. */
  readonly id: number;
  /** What it does; undefined when it has nothing to do, or is not ready yet. */
  run: Run | undefined;
  tasksDone = 0;
  /** By the clock, while it has nothing to do. */
  idleSince = 0;
  /** Whether it has started. */
  isReady = false;
  /** Whether its end was asked for: it must be given nothing. */
  isEnding = false;
  /** Whether that was because it could not go on. */
  hasFailed = false;
  /** What went wrong, if it was asked to end because of that, or when it was. */
  fault: unknown;
  readonly #parts: ThreadParts;
  readonly #engine: ThreadEngine;
  readonly #worker: Worker;
  readonly #port: MessagePort;
  readonly #started: Promise<Outcome>;
  #timer: ClockTimer | undefined;
  #uncaught: { readonly error: unknown } | undefined;
  #hasEnded = false;
  #onDismissed: ((outcome: Outcome) => void) | undefined;

  /** Throws when Node cannot make such a thread. */
  constructor(parts: ThreadParts) {
    this.#parts = parts;
    const { module, export: name, setup, teardown, workerData, worker: options } = parts.options;
    const { port1, port2 } = new MessageChannel();
    this.#port = port1;
    this.#engine = parts.make(options);
    this.#engine.on('error', () => undefined); // the thread tells us itself
    const start = { kind: 'start', port: port2, module, export: name, setup, teardown, workerData } as const;
    this.#started = this.#engine.run(start, { transferList: [port2] });
    const [worker] = this.#engine.threads;
    if (worker === undefined) throw new Error('The thread engine has started no thread.');
    this.#worker = worker;
    this.id = worker.threadId;
    worker.once('error', (error: unknown) => this.#dies(error));
    worker.once('exit', (exitCode) => this.#ended(exitCode));
    this.#listen();
  }

  /** Whether it has ended of itself, or is about to: `onEnded` says all that is to be said. */
  get isLost(): boolean {
    return this.#hasEnded || this.#uncaught !== undefined;
  }

  /** Resolves when it is ready or cannot get ready, rejects when it is lost. `onTimeout`: it takes too long. */
  async start(onTimeout: () => void): Promise<Outcome> {
    const { clock, options } = this.#parts;
    if (options.startTimeoutMs !== Infinity) this.#timer = clock.setTimer(options.startTimeoutMs, onTimeout);
    const outcome = await this.#started;
    this.#timer?.cancel();
    return outcome;
  }

  /** Gives it a task, which `onReply` tells the end of, or `onEnded`. Throws when the input cannot be sent. */
  begin(run: Run): void {
    this.#port.postMessage([run.job], run.options.transfer as TransferListItem[] | undefined);
    this.#port.ref(); // Node has to wait for the answer, but not for a thread that has nothing to do
    this.run = run;
  }

  /** Resolves when it has tidied up, or there is no time left for that, or it is lost. Then it is to be ended. */
  async dismiss(): Promise<Outcome> {
    this.isEnding = true;
    const { teardown, teardownTimeoutMs } = this.#parts.options;
    if (teardown === undefined) return DONE;
    const { promise, resolve } = deferred<Outcome>();
    this.#onDismissed = resolve;
    // The pool's clock may have ended with its process, and even so nothing must be left of a thread.
    const timer = systemClock.setTimer(teardownTimeoutMs, () => resolve(DONE));
    this.#engine.run({ kind: 'teardown' }).then(resolve, () => resolve(DONE));
    const outcome = await promise;
    timer.cancel();
    return outcome;
  }

  /** Ends it, whatever it does. */
  kill(): void {
    this.isEnding = true;
    this.#worker.terminate().catch(() => undefined); // it does not reject, and `exit` says when
  }

  #listen(): void {
    const answer = (reply: Reply): void => {
      this.#port.unref();
      this.#parts.onReply(this, reply);
    };
    this.#port.on('message', answer);
    this.#port.on('messageerror', (error) =>
      answer({ kind: 'uncloneable', subject: 'result', why: `\`result\` cannot be read here (${error.message})` }),
    );
    // It closes when the thread ends: then Node has to wait until that is told.
    this.#port.once('close', () => this.#worker.ref());
    this.#port.unref();
  }

  #dies(error: unknown): void {
    this.#uncaught = { error };
    this.#parts.onLost(this);
  }

  #ended(exitCode: number): void {
    this.#hasEnded = true;
    this.#timer?.cancel();
    // Its last words may not have been heard yet.
    const last: { readonly message: Reply } | undefined = receiveMessageOnPort(this.#port);
    if (last !== undefined) this.#parts.onReply(this, last.message);
    this.#port.close();
    this.#onDismissed?.(DONE); // who has gone does not answer
    this.#parts.onEnded(this, { exitCode, uncaught: this.#uncaught });
  }
}

const DONE: Outcome = { kind: 'done' };

function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}
