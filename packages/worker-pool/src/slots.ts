import type { Milliseconds } from '@rookery/genserver';
import type { Recent } from './recent.js';
import type { Reporter } from './reporter.js';

/** How many slots there are, and how many are taken. */
export class Slots {
  busy = 0;
  readonly #size: number;
  readonly #recent: Recent;
  readonly #reporter: Reporter;
  #total: number;
  #isSaturated = false;

  constructor(size: number, recent: Recent, reporter: Reporter) {
    this.#size = size;
    this.#total = size;
    this.#recent = recent;
    this.#reporter = reporter;
  }

  get total(): number {
    return this.#total;
  }

  /** Whether there is a free one. */
  get isFree(): boolean {
    return this.busy < this.#total;
  }

  resize(count: number, now: Milliseconds): void {
    this.#total = Math.max(0, Math.min(count, this.#size));
    this.#recent.slots(this.busy, this.#total, now);
  }

  take(now: Milliseconds): void {
    this.#recent.slots(++this.busy, this.#total, now);
  }

  giveBack(now: Milliseconds): void {
    this.#recent.slots(--this.busy, this.#total, now);
  }

  /** So many tasks wait now. Tells when some have to, as no slot is free; and when none has to any more. */
  noteWaiting(count: number): void {
    if (this.#isSaturated ? count > 0 : count === 0 || this.isFree) return;
    this.#isSaturated = !this.#isSaturated;
    if (!this.#reporter.isHeard) return;
    const { label: pool } = this.#reporter;
    this.#reporter.report(this.#isSaturated ? { kind: 'saturated', pool, queued: count } : { kind: 'drained', pool });
  }
}
