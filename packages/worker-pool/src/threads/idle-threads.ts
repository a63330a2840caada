import type { Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import type { Thread } from './thread.js';

/** What becomes of threads that have nothing to do. */
export interface IdleOwner {
  /** How many more there are than must be kept. */
  readonly surplus: number;
  dismiss(thread: Thread): void;
}

/** Threads that have nothing to do. The one that worked last is the next to work, so that the others can go. */
export class IdleThreads {
  readonly #owner: IdleOwner;
  readonly #clock: Clock;
  readonly #timeoutMs: Milliseconds;
  /** The one that has waited longest is the first. */
  readonly #threads: Thread[] = [];
  #timer: ClockTimer | undefined;
  #isClosed = false;

  constructor(owner: IdleOwner, clock: Clock, timeoutMs: Milliseconds) {
    this.#owner = owner;
    this.#clock = clock;
    this.#timeoutMs = timeoutMs;
  }

  push(thread: Thread): void {
    thread.idleSince = this.#clock.now();
    this.#threads.push(thread);
    this.#watch();
  }

  pop(): Thread | undefined {
    return this.#threads.pop();
  }

  remove(thread: Thread): void {
    const index = this.#threads.indexOf(thread);
    if (index >= 0) this.#threads.splice(index, 1);
  }

  /** None is watched any more. */
  close(): void {
    this.#isClosed = true;
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  /** One timer for all, which is not touched when a thread gets to work: then it just comes too early. */
  #watch(): void {
    const [oldest] = this.#threads;
    if (this.#timer !== undefined || oldest === undefined || this.#timeoutMs === Infinity) return;
    if (this.#isClosed || this.#owner.surplus <= 0) return;
    const delayMs = Math.max(0, oldest.idleSince + this.#timeoutMs - this.#clock.now());
    this.#timer = this.#clock.setTimer(delayMs, () => this.#look());
    this.#timer.unref();
  }

  #look(): void {
    this.#timer = undefined;
    const due = this.#clock.now() - this.#timeoutMs;
    for (let [oldest] = this.#threads; oldest !== undefined; [oldest] = this.#threads) {
      if (oldest.idleSince > due || this.#owner.surplus <= 0) break;
      this.#threads.shift();
      this.#owner.dismiss(oldest);
    }
    this.#watch();
  }
}
