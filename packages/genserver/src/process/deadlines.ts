import type { Clock, ClockTimer, Milliseconds } from '../runtime/clock.js';

/** Something that expires unless it is removed first. The links belong to the list it is in. */
export interface Due {
  dueAt: Milliseconds;
  dueList: DueList | undefined;
  nextDue: Due | undefined;
  previousDue: Due | undefined;
  expire(): void;
}

/**
 * All that has the same time limit, oldest first, on one timer. Adding and removing take constant time and no timer of
 * their own, which is what makes a time limit on every call affordable.
 */
export class DueList {
  #first: Due | undefined = undefined;
  #last: Due | undefined = undefined;
  #timer: ClockTimer | undefined = undefined;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: Milliseconds,
    private readonly onDone: () => void,
  ) {}

  get isEmpty(): boolean {
    return this.#first === undefined;
  }

  add(due: Due, now: Milliseconds): void {
    due.dueAt = now + this.limitMs;
    due.dueList = this;
    due.previousDue = this.#last;
    if (this.#last === undefined) this.#first = due;
    else this.#last.nextDue = due;
    this.#last = due;
    if (this.#timer === undefined) this.#arm(this.limitMs);
    else if (this.#first === due) this.#timer.ref();
  }

  remove(due: Due): void {
    if (due.previousDue === undefined) this.#first = due.nextDue;
    else due.previousDue.nextDue = due.nextDue;
    if (due.nextDue === undefined) this.#last = due.previousDue;
    else due.nextDue.previousDue = due.previousDue;
    due.nextDue = due.previousDue = due.dueList = undefined;
    // The timer stays for the next one, but must not keep Node alive for nobody.
    if (this.isEmpty) this.#timer?.unref();
  }

  cancel(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #arm(delayMs: Milliseconds): void {
    this.#timer = this.clock.setTimer(delayMs, () => this.#expireDue());
  }

  #expireDue(): void {
    this.#timer = undefined;
    const now = this.clock.now();
    for (let due = this.#first; due !== undefined && due.dueAt <= now; due = this.#first) {
      this.remove(due);
      due.expire();
    }
    if (this.#first === undefined) this.onDone();
    else if (this.#timer === undefined) this.#arm(this.#first.dueAt - now);
  }
}

/** Programs have a few lengths of time, not hundreds. */
const SWEEP_AT = 128;

/** The time limits of a runtime's calls: one list, and at most one timer, for each length of time. */
export class Deadlines {
  readonly #lists = new Map<Milliseconds, DueList>();
  /** How many lists there may be before the empty ones are dropped. */
  #sweepAt = SWEEP_AT;

  constructor(private readonly clock: Clock) {}

  add(due: Due, limitMs: Milliseconds, now: Milliseconds): void {
    const wholeMs = Math.ceil(limitMs);
    let list = this.#lists.get(wholeMs);
    if (list === undefined) {
      if (this.#lists.size >= this.#sweepAt) this.#sweep();
      const forget = (): void => void this.#lists.delete(wholeMs);
      this.#lists.set(wholeMs, (list = new DueList(this.clock, wholeMs, forget)));
    }
    list.add(due, now);
  }

  /** Limits that are all different, such as the rest of some deadline, must not leave a timer each. */
  #sweep(): void {
    this.close();
    this.#sweepAt = Math.max(SWEEP_AT, this.#lists.size * 2);
  }

  /** Drops the timers that wait for nobody. */
  close(): void {
    for (const [limitMs, list] of this.#lists) {
      if (!list.isEmpty) continue;
      list.cancel();
      this.#lists.delete(limitMs);
    }
  }
}
