import type { AbortListener, AbortListeners, Clock, ClockTimer, Milliseconds } from '@rookery/genserver';
import type { BulkheadOptions } from './options.js';

/** Why a call that asked for room did not get it. */
export type NoRoom =
  | { readonly kind: 'full' }
  | { readonly kind: 'waited'; readonly waitedMs: Milliseconds }
  | { readonly kind: 'cancelled' }
  /** The breaker has called off all that wait. */
  | { readonly kind: 'dismissed' };

export type Entry = { readonly kind: 'entered' } | NoRoom;

const ENTERED: Entry = { kind: 'entered' };

/** Someone who waits, in a list that is linked both ways: who leaves early costs no more than who is next. */
interface Waiter extends AbortListener {
  previous: Waiter | undefined;
  next: Waiter | undefined;
  readonly end: (entry: Entry) => void;
}

/** Lets so many calls run, and so many more wait, first come, first served. */
export class Bulkhead {
  readonly #options: Required<BulkheadOptions>;
  readonly #clock: Clock;
  readonly #signals: AbortListeners;
  #running = 0;
  #waiting = 0;
  #first: Waiter | undefined;
  #last: Waiter | undefined;

  constructor(options: Required<BulkheadOptions>, clock: Clock, signals: AbortListeners) {
    this.#options = options;
    this.#clock = clock;
    this.#signals = signals;
  }

  get waiting(): number {
    return this.#waiting;
  }

  /** Whether a call may run now; it has then entered. */
  tryEnter(): boolean {
    if (this.#running >= this.#options.limit) return false;
    this.#running++;
    return true;
  }

  /** Waits for room, if there is room to wait. Who has entered must `leave`. */
  enter(signal: AbortSignal | undefined): Promise<Entry> {
    if (this.#waiting >= this.#options.queue) return Promise.resolve({ kind: 'full' });
    return new Promise((resolve) => this.#wait(resolve, signal));
  }

  /** The room goes to who has waited longest. */
  leave(): void {
    const next = this.#first;
    if (next === undefined) this.#running--;
    else next.end(ENTERED);
  }

  /** Nobody waits any more. */
  dismiss(): void {
    for (let waiter = this.#first; waiter !== undefined; waiter = this.#first) waiter.end({ kind: 'dismissed' });
  }

  #wait(resolve: (entry: Entry) => void, signal: AbortSignal | undefined): void {
    const { queueTimeoutMs } = this.#options;
    let timer: ClockTimer | undefined;
    const waiter: Waiter = {
      previous: this.#last,
      next: undefined,
      end: (entry) => {
        this.#remove(waiter);
        timer?.cancel();
        if (signal !== undefined) this.#signals.remove(signal, waiter);
        resolve(entry);
      },
      aborted: () => waiter.end({ kind: 'cancelled' }),
    };
    this.#append(waiter);
    if (signal !== undefined) this.#signals.add(signal, waiter);
    if (queueTimeoutMs === Infinity) return;
    timer = this.#clock.setTimer(queueTimeoutMs, () => waiter.end({ kind: 'waited', waitedMs: queueTimeoutMs }));
  }

  #append(waiter: Waiter): void {
    if (this.#last === undefined) this.#first = waiter;
    else this.#last.next = waiter;
    this.#last = waiter;
    this.#waiting++;
  }

  #remove({ previous, next }: Waiter): void {
    if (previous === undefined) this.#first = next;
    else previous.next = next;
    if (next === undefined) this.#last = previous;
    else next.previous = previous;
    this.#waiting--;
  }
}
