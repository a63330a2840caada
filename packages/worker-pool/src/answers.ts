import { AbortListeners, type Clock } from '@rookery/genserver';
import { QueueTimeoutError, RunTimeoutError, TaskTimeoutError } from './errors.js';
import type { TimeLimits as LimitOptions } from './options.js';
import type { EndKind } from './stats.js';
import type { Ticket } from './ticket.js';
import { type ReachedLimit, TimeLimits } from './time-limits.js';

export function limitError(limit: ReachedLimit, pool: string, limitMs: number, hasBegun: boolean): Error {
  if (limit === 'timeoutMs') return new TaskTimeoutError(pool, limitMs, hasBegun);
  return limit === 'queueTimeoutMs' ? new QueueTimeoutError(pool, limitMs) : new RunTimeoutError(pool, limitMs);
}

/** Who is told when something happens to a task that nobody has done. */
export interface AnswersOwner {
  timeUp(ticket: Ticket, limit: ReachedLimit, limitMs: number): void;
  aborted(ticket: Ticket, reason: unknown): void;
  /** Nobody is owed an answer any more. */
  settled(): void;
}

/** Sees to it that each caller is answered once, and that nothing that could have ended its waiting is left then. */
export class Answers {
  readonly counts: Record<EndKind, number> = {
    completed: 0,
    failed: 0,
    timedOut: 0,
    aborted: 0,
    rejected: 0,
    dropped: 0,
    stopped: 0,
  };
  readonly #owner: AnswersOwner;
  readonly #defaults: Required<LimitOptions>;
  readonly #limits: TimeLimits<Ticket>;
  readonly #signals = new AbortListeners();
  #owed = 0;

  constructor(owner: AnswersOwner, clock: Clock, defaults: Required<LimitOptions>) {
    const { timeoutMs, runTimeoutMs, queueTimeoutMs } = defaults;
    this.#owner = owner;
    this.#defaults = defaults;
    const usual = [timeoutMs, runTimeoutMs, queueTimeoutMs];
    this.#limits = new TimeLimits(clock, usual, (...reached) => owner.timeUp(...reached));
  }

  /** How many callers have no answer yet. */
  get owed(): number {
    return this.#owed;
  }

  /** How many callers have had an answer, those not counted that were refused. */
  get answered(): number {
    const { completed, failed, timedOut, aborted, dropped, stopped } = this.counts;
    return completed + failed + timedOut + aborted + dropped + stopped;
  }

  accept(): void {
    this.#owed++;
  }

  /** Not accepted. */
  refused(): void {
    this.counts.rejected++;
  }

  /** From now on its time runs, and its signal is listened to. */
  watch(ticket: Ticket): void {
    const { options, since } = ticket;
    const { timeoutMs = this.#defaults.timeoutMs, queueTimeoutMs = this.#defaults.queueTimeoutMs, signal } = options;
    ticket.totalLimit = this.#limits.start(timeoutMs, since, ticket, 'timeoutMs');
    if (queueTimeoutMs !== Infinity && !ticket.hasBegun) {
      ticket.queueLimit = this.#limits.start(queueTimeoutMs, since, ticket, 'queueTimeoutMs');
    }
    if (signal === undefined) return;
    ticket.isLinked = true;
    this.#signals.add(signal, ticket);
  }

  /** Whether a task whose turn has come must not begin: its signal has fired, or its time is up. If nobody was told yet, its caller is now. */
  isOver(ticket: Ticket, now: number): boolean {
    const { signal } = ticket.options;
    if (signal?.aborted === true) this.#owner.aborted(ticket, signal.reason);
    else if (ticket.totalLimit?.reachedBy(now) !== true) ticket.queueLimit?.reachedBy(now);
    return ticket.isAnswered;
  }

  /** It does not wait any more: the time of its run begins. */
  begun(ticket: Ticket, now: number): void {
    ticket.queueLimit?.cancel();
    const { runTimeoutMs = this.#defaults.runTimeoutMs } = ticket.options;
    ticket.runLimit = this.#limits.start(runTimeoutMs, now, ticket, 'runTimeoutMs');
  }

  value(ticket: Ticket, value: unknown): void {
    this.#answered(ticket, 'completed');
    ticket.resolve(value);
    if (this.#owed === 0) this.#owner.settled();
  }

  error(ticket: Ticket, kind: EndKind, error: unknown): void {
    this.#answered(ticket, kind);
    ticket.reject(error);
    if (this.#owed === 0) this.#owner.settled();
  }

  /** When all are answered and none will come. */
  close(): void {
    this.#limits.clear();
  }

  #answered(ticket: Ticket, kind: EndKind): void {
    ticket.isAnswered = true;
    this.counts[kind]++;
    this.#owed--;
    ticket.totalLimit?.cancel();
    ticket.queueLimit?.cancel();
    ticket.runLimit?.cancel();
    if (!ticket.isLinked || ticket.options.signal === undefined) return;
    ticket.isLinked = false;
    this.#signals.remove(ticket.options.signal, ticket);
  }
}
