import type { Milliseconds } from '@rookery/genserver';
import { Histogram } from './histogram.js';
import type { Durations } from './stats.js';

/** How long a period is. What is told is of this one and the one before. */
const PERIOD_MS = 60_000;

/** Waiting times, running times and busy slots of the last one to two minutes. */
export class Recent {
  readonly #wait = new RecentDurations();
  readonly #run = new RecentDurations();
  #periodAt: Milliseconds;
  /** Slot milliseconds, taken and there, of this period and the one before. */
  #taken = 0;
  #there = 0;
  #takenBefore = 0;
  #thereBefore = 0;
  #busy = 0;
  #total: number;
  #since: Milliseconds;

  constructor(now: Milliseconds, total: number) {
    this.#periodAt = now;
    this.#since = now;
    this.#total = total;
  }

  waited(ms: Milliseconds): void {
    this.#wait.record(ms);
  }

  ran(ms: Milliseconds): void {
    this.#run.record(ms);
  }

  /** So many slots are taken from now on, of so many. */
  slots(busy: number, total: number, now: Milliseconds): void {
    this.#advance(now);
    this.#busy = busy;
    this.#total = total;
  }

  tell(now: Milliseconds): { readonly wait: Durations; readonly run: Durations; readonly utilisation: number } {
    this.#advance(now);
    const there = this.#there + this.#thereBefore;
    const utilisation = there === 0 ? 0 : Math.min(1, (this.#taken + this.#takenBefore) / there);
    return { wait: this.#wait.tell(), run: this.#run.tell(), utilisation };
  }

  #advance(now: Milliseconds): void {
    const elapsed = now - this.#since;
    if (elapsed <= 0) return;
    this.#since = now;
    this.#taken += this.#busy * elapsed;
    this.#there += this.#total * elapsed;
    if (now - this.#periodAt >= PERIOD_MS) this.#turn(now);
  }

  #turn(now: Milliseconds): void {
    const isLongAgo = now - this.#periodAt >= 2 * PERIOD_MS; // and nothing has changed since
    this.#periodAt = now;
    this.#takenBefore = isLongAgo ? this.#busy * PERIOD_MS : this.#taken;
    this.#thereBefore = isLongAgo ? this.#total * PERIOD_MS : this.#there;
    this.#taken = 0;
    this.#there = 0;
    for (const durations of [this.#wait, this.#run]) {
      durations.turn();
      if (isLongAgo) durations.turn();
    }
  }
}

class RecentDurations {
  #now = new Histogram();
  #before: Histogram | undefined;

  record(ms: Milliseconds): void {
    this.#now.record(ms);
  }

  turn(): void {
    const old = this.#before ?? new Histogram();
    this.#before = this.#now;
    old.reset();
    this.#now = old;
  }

  tell(): Durations {
    const all = new Histogram();
    all.add(this.#now);
    if (this.#before !== undefined) all.add(this.#before);
    return all.tell();
  }
}
