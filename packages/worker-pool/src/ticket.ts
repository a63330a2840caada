import type { AsyncResource } from 'node:async_hooks';
import type { Milliseconds } from '@rookery/genserver';
import type { Run, Workers } from './engine.js';
import type { TaskTerms } from './options.js';
import { QueueEntry } from './pool-queue.js';
import type { TimeLimit } from './time-limits.js';

/** Where a ticket is: `waiting` in the queue, or for room in it, `running` in the engine, `ended`. */
export type TicketState = 'new' | 'waiting' | 'running' | 'ended';

/** Whom a ticket tells what happens to it. */
export interface TicketOwner {
  begun(ticket: Ticket): void;
  /** The caller is to be told before the run has ended. */
  givenUp(ticket: Ticket, error: unknown): void;
  /** The run has ended. `failed` is undefined when it gave a value. Returns when that was. */
  ended(ticket: Ticket, failed: { readonly error: unknown } | undefined, value: unknown): Milliseconds;
  /** A slot is free: now, unless it is said when. */
  released(now?: Milliseconds): void;
  aborted(ticket: Ticket, reason: unknown): void;
}

/** What a caller gave to the pool, and what it is owed. */
export interface Order {
  readonly job: unknown;
  readonly options: TaskTerms;
  readonly index: number | undefined;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** One task from its submission to the end of its run. Its caller is answered once. */
export class Ticket extends QueueEntry implements Run {
  readonly job: unknown;
  readonly options: TaskTerms;
  readonly index: number | undefined;
  state: TicketState = 'new';
  /** The caller has its answer. */
  isAnswered = false;
  /** It waits for room in the queue. */
  isOutside = false;
  /** It has its slot, and keeps it until it is released. */
  hasSlot = false;
  /** While it is given to the workers: the time, so that one that begins at once need not read the clock again. */
  givenAt: Milliseconds | undefined;
  /** When it was begun; undefined before. */
  begunAt: Milliseconds | undefined;
  /** Of its caller; for those that wait. */
  scope: AsyncResource | undefined;
  totalLimit: TimeLimit<Ticket> | undefined;
  queueLimit: TimeLimit<Ticket> | undefined;
  runLimit: TimeLimit<Ticket> | undefined;
  /** Whether its caller's signal is listened to. */
  isLinked = false;
  readonly #owner: TicketOwner;
  readonly #resolve: (value: unknown) => void;
  readonly #reject: (error: unknown) => void;
  #abort: AbortController | undefined;
  /** Why its signal has fired, or would have. */
  #cancelled: { readonly reason: unknown } | undefined;

  constructor(owner: TicketOwner, order: Order, since: Milliseconds) {
    const { options } = order;
    super(options.priority ?? 0, options.key, since);
    this.job = order.job;
    this.options = options;
    this.index = order.index;
    this.#owner = owner;
    this.#resolve = order.resolve;
    this.#reject = order.reject;
  }

  get hasBegun(): boolean {
    return this.begunAt !== undefined;
  }

  get signal(): AbortSignal {
    if (this.#abort === undefined) {
      this.#abort = new AbortController();
      if (this.#cancelled !== undefined) this.#abort.abort(this.#cancelled.reason);
    }
    return this.#abort.signal;
  }

  /** In the async context of its caller. */
  giveTo(workers: Workers, now: Milliseconds): void {
    this.givenAt = now;
    if (this.scope === undefined) workers.run(this);
    else this.scope.runInAsyncScope(runOn, undefined, workers, this);
    this.givenAt = undefined;
  }

  /** Fires its signal. */
  cancel(reason: unknown): void {
    this.#cancelled ??= { reason };
    this.#abort?.abort(reason);
  }

  begin(): void {
    if (this.state === 'running' && this.begunAt === undefined) this.#owner.begun(this);
  }

  giveUp(error: unknown): void {
    if (this.state === 'running' && !this.isAnswered) this.#owner.givenUp(this, error);
  }

  succeed(value: unknown): void {
    if (this.state !== 'running') return;
    this.state = 'ended';
    this.#owner.ended(this, undefined, value);
  }

  finish(value: unknown): void {
    if (this.state !== 'running') return this.release();
    this.state = 'ended';
    const now = this.#owner.ended(this, undefined, value);
    if (this.hasSlot) this.#release(now);
  }

  fail(error: unknown): void {
    if (this.state !== 'running') return;
    this.state = 'ended';
    this.#owner.ended(this, { error }, undefined);
  }

  release(): void {
    if (this.hasSlot) this.#release();
  }

  aborted(reason: unknown): void {
    this.#owner.aborted(this, reason);
  }

  resolve(value: unknown): void {
    this.#resolve(value);
  }

  reject(error: unknown): void {
    this.#reject(error);
  }

  #release(now?: Milliseconds): void {
    this.hasSlot = false;
    this.#owner.released(now);
  }
}

/** A function of its own, so that none is made for each task. */
function runOn(workers: Workers, ticket: Ticket): void {
  workers.run(ticket);
}
