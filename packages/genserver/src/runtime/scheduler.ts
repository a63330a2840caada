import { AsyncResource } from 'node:async_hooks';
import { setImmediate } from 'node:timers'; // not a global that fake timers of a test runner replace
import type { Process } from '../process/process.js';
import type { Clock, Milliseconds } from './clock.js';

/** Messages, and milliseconds, before timers and I/O of Node get their turn. */
const TURN_BUDGET = 4096;
const TURN_MS: Milliseconds = 5;
/**
 * Messages between two looks at the clock, which cost as much as handling a small message; and the most that one process may
 * handle before it is another one's turn (the BEAM's reductions, counted in messages). Fewer when messages take long.
 */
const LONGEST_SLICE = 128;
const FIRST_SLICE = 16;

/**
 * Who handles messages next: round robin over the processes that have some. Work starts in a microtask, never on the
 * sender's stack; after a budget of messages or time it goes on in the next turn of the event loop, also when processes
 * keep waking each other, so that a busy process cannot starve timers and I/O.
 */
export class Scheduler {
  #first: Process | undefined = undefined;
  #last: Process | undefined = undefined;
  #isStarted = false;
  #messagesLeft = TURN_BUDGET;
  #slice = FIRST_SLICE;
  #sliceLeft = FIRST_SLICE;
  #sliceBeganAt: Milliseconds;
  #turnEndsAt: Milliseconds;
  readonly #soon = Promise.resolve();
  /** The loop runs in the async context of who made the runtime: not in that of the sender who happened to wake it. */
  readonly #home = new AsyncResource('RookeryScheduler', { requireManualDestroy: true });
  readonly #loop = (): void => this.#runQueue();
  readonly #work = (): void => this.#home.runInAsyncScope(this.#loop);
  readonly #nextTurn = (): void => {
    this.#messagesLeft = TURN_BUDGET;
    this.#sliceBeganAt = this.clock.now();
    this.#turnEndsAt = this.#sliceBeganAt + TURN_MS;
    this.#work();
  };

  constructor(private readonly clock: Clock) {
    this.#sliceBeganAt = clock.now();
    this.#turnEndsAt = this.#sliceBeganAt + TURN_MS;
  }

  /** No process has anything to do that would not wait for something else. */
  get idle(): boolean {
    return !this.#isStarted;
  }

  /** The caller sees to it that a process stands in the queue only once. */
  enqueue(process: Process): void {
    process.nextRunnable = undefined;
    if (this.#last === undefined) this.#first = process;
    else this.#last.nextRunnable = process;
    this.#last = process;
    if (this.#isStarted) return;
    this.#isStarted = true;
    this.#start();
  }

  /** Runs something else in the context of the loop. */
  atHome(action: () => void): void {
    this.#home.runInAsyncScope(action);
  }

  #start(): void {
    if (this.#isTurnOver(false)) setImmediate(this.#nextTurn);
    else void this.#soon.then(this.#work); // #work cannot throw: a process catches what its handlers throw
  }

  #runQueue(): void {
    for (let process = this.#shift(); process !== undefined; process = this.#shift()) {
      const handled = process.run(this.#sliceLeft);
      this.#messagesLeft -= handled;
      this.#sliceLeft -= handled;
      if (this.#first !== undefined && this.#isTurnOver(true)) return void setImmediate(this.#nextTurn);
    }
    this.#isStarted = false;
  }

  #shift(): Process | undefined {
    const process = this.#first;
    if (process === undefined) return undefined;
    this.#first = process.nextRunnable;
    if (this.#first === undefined) this.#last = undefined;
    process.nextRunnable = undefined;
    return process;
  }

  /** `isBusy`: messages were handled without a pause, so the time since the last look says how long one takes. */
  #isTurnOver(isBusy: boolean): boolean {
    if (this.#messagesLeft <= 0) return true;
    if (this.#sliceLeft > 0) return false;
    const now = this.clock.now();
    const messageMs = (now - this.#sliceBeganAt) / this.#slice;
    // As many as take the time of a turn.
    this.#slice = isBusy ? Math.max(1, Math.min(LONGEST_SLICE, Math.floor(TURN_MS / messageMs))) : FIRST_SLICE;
    this.#sliceLeft = this.#slice;
    this.#sliceBeganAt = now;
    return now >= this.#turnEndsAt;
  }
}
