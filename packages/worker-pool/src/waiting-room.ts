import type { Milliseconds } from '@rookery/genserver';
import type { CompleteOptions, Overflow } from './options.js';
import { PoolQueue } from './pool-queue.js';
import { Shedder } from './shedder.js';
import type { Ticket } from './ticket.js';
import { TicketList } from './ticket-list.js';

/** What becomes of a ticket that cannot be begun at once; `dropped` is another one that made room for it. */
export type Admission =
  { readonly kind: 'waits' } | { readonly kind: 'full' } | { readonly kind: 'waits_for'; readonly dropped: Ticket };

const WAITS: Admission = { kind: 'waits' };
const FULL: Admission = { kind: 'full' };

/** Those that wait: in the queue, which may have a limit, and outside of it for room. */
export class WaitingRoom {
  readonly #limit: number;
  readonly #queue: PoolQueue;
  readonly #outside = new TicketList();
  readonly #shedder: Shedder | undefined;

  constructor(options: CompleteOptions, now: Milliseconds) {
    this.#limit = options.queue.limit;
    this.#queue = new PoolQueue(options);
    this.#shedder = options.shed && new Shedder(options.shed, now);
  }

  /** How many wait, in the queue and outside. */
  get size(): number {
    return this.#queue.size + this.#outside.size;
  }

  get queued(): number {
    return this.#queue.size;
  }

  get outside(): number {
    return this.#outside.size;
  }

  /** Whether one that waits may be begun in a free slot. */
  get isReady(): boolean {
    return this.#queue.isReady;
  }

  /** Whether a new one with this key could be begun in a free slot without overtaking. */
  admits(key: unknown): boolean {
    return !this.#queue.isReady && this.#outside.size === 0 && this.#queue.admits(key);
  }

  /** A new one is begun without having waited. */
  claim(key: unknown, now: Milliseconds): void {
    this.#shedder?.isTooOld(0, now);
    this.#queue.claim(key);
  }

  /** One that was begun, or taken, has ended. */
  released(key: unknown): void {
    this.#queue.released(key);
  }

  /** Lets it wait, if it may. */
  admit(ticket: Ticket, overflow: Overflow): Admission {
    if (this.#queue.size < this.#limit && this.#outside.size === 0) return this.#push(ticket, WAITS);
    if (overflow === 'block') {
      ticket.isOutside = true;
      this.#outside.add(ticket);
      return WAITS;
    }
    const oldest = this.#queue.oldest as Ticket | undefined;
    if (overflow === 'reject' || oldest === undefined) return FULL;
    this.#queue.remove(oldest);
    return this.#push(ticket, { kind: 'waits_for', dropped: oldest });
  }

  /** The next one; undefined when none may be begun. To be `released`. */
  take(): Ticket | undefined {
    return this.#queue.take() as Ticket | undefined;
  }

  /** Whether one that was taken has waited too long for a pool that is overloaded. */
  isShed(waitedMs: Milliseconds, now: Milliseconds): boolean {
    return this.#shedder?.isTooOld(waitedMs, now) === true;
  }

  /** One from outside, if there is room; or if it can be begun at once. Asked when none in the queue can. */
  letIn(isSlotFree: boolean): boolean {
    const ticket = this.#outside.first;
    if (ticket === undefined) return false;
    const passes = isSlotFree && this.#queue.admits(ticket.key);
    if (this.#queue.size >= this.#limit && !passes) return false;
    this.#leaveOutside(ticket);
    this.#queue.push(ticket);
    return true;
  }

  /** It does not wait any more. */
  remove(ticket: Ticket): void {
    if (ticket.isOutside) this.#leaveOutside(ticket);
    else this.#queue.remove(ticket);
  }

  /** In the order they came. A copy. */
  all(): readonly Ticket[] {
    const waiting: Ticket[] = [];
    for (let entry = this.#queue.oldest; entry !== undefined; entry = entry.newer) waiting.push(entry as Ticket);
    return [...waiting, ...this.#outside.all()];
  }

  #push(ticket: Ticket, admission: Admission): Admission {
    this.#queue.push(ticket);
    return admission;
  }

  #leaveOutside(ticket: Ticket): void {
    ticket.isOutside = false;
    this.#outside.remove(ticket);
  }
}
