import { AsyncResource } from 'node:async_hooks';
import type { Milliseconds } from '@rookery/genserver';
import { Answers, type AnswersOwner, limitError } from './answers.js';
import type { CancelCause, Workers } from './engine.js';
import { QueueFullError, TaskAbortedError, TaskDroppedError } from './errors.js';
import type { CompleteOptions, Overflow } from './options.js';
import { Overdue } from './overdue.js';
import { Recent } from './recent.js';
import type { Reporter } from './reporter.js';
import { Slots } from './slots.js';
import type { EndKind, PoolStats } from './stats.js';
import { type Order, Ticket, type TicketOwner } from './ticket.js';
import { TicketList } from './ticket-list.js';
import type { ReachedLimit } from './time-limits.js';
import { WaitingRoom } from './waiting-room.js';

/** Which slot is whose: takes tasks in, lets them wait, gives them to the workers, and answers their callers. */
export class Dispatcher implements TicketOwner, AnswersOwner {
  readonly #options: CompleteOptions;
  readonly #onSettled: () => void;
  readonly #answers: Answers;
  readonly #waiting: WaitingRoom;
  readonly #overdue: Overdue;
  readonly #recent: Recent;
  readonly #slots: Slots;
  readonly #running = new TicketList();
  #workers: Workers | undefined;
  #isDispatching = false;
  /** Whether tasks that wait are begun. */
  #isHalted = false;

  constructor(options: CompleteOptions, reporter: Reporter, onSettled: () => void) {
    const now = options.clock.now();
    this.#options = options;
    this.#onSettled = onSettled;
    this.#answers = new Answers(this, options.clock, options);
    this.#waiting = new WaitingRoom(options, now);
    this.#overdue = new Overdue(reporter, options.clock);
    this.#recent = new Recent(now, options.size);
    this.#slots = new Slots(options.size, this.#recent, reporter);
  }

  /** How many callers wait for an answer. */
  get owed(): number {
    return this.#answers.owed;
  }

  /** How many tasks run on though their callers have their answers. */
  get overdue(): number {
    return this.#overdue.count;
  }

  /** How many callers have had an answer. */
  get answered(): number {
    return this.#answers.answered;
  }

  /** Who runs the tasks. Before anything is submitted. */
  set workers(workers: Workers) {
    this.#workers = workers;
  }

  submit(order: Order, overflow: Overflow): void {
    const ticket = new Ticket(this, order, this.#options.clock.now());
    this.#answers.accept();
    if (ticket.options.signal?.aborted === true) return this.aborted(ticket, ticket.options.signal.reason);
    if (this.#canBegin(ticket.key)) return this.#beginAtOnce(ticket);
    this.#wait(ticket, overflow);
  }

  /** Not accepted, since the pool has ended. */
  refuse(order: Order, error: unknown): void {
    this.#answers.refused();
    order.reject(error);
  }

  setCapacity(count: number): void {
    this.#slots.resize(count, this.#options.clock.now());
    this.#dispatch();
  }

  /** All that wait or run, with what they wait for. */
  unanswered(): readonly Ticket[] {
    const running = this.#running.all().filter(({ isAnswered }) => !isAnswered);
    return [...running, ...this.#waiting.all()];
  }

  /** Tells all that are owed an answer. Nothing that waits is begun any more. */
  abortAll(errorOf: (hasBegun: boolean) => unknown): void {
    this.#isHalted = true;
    for (const ticket of this.unanswered()) this.#end(ticket, 'stopped', errorOf(ticket.hasBegun), 'stopped');
  }

  /** When nobody is owed an answer. */
  close(): void {
    this.#isHalted = true;
    this.#answers.close();
  }

  stats(): PoolStats {
    const { total, busy } = this.#slots;
    return {
      total,
      available: Math.max(0, total - busy),
      busy,
      queued: this.#waiting.queued,
      blocked: this.#waiting.outside,
      ...this.#answers.counts,
      overdue: this.#overdue.count,
      lateResults: this.#overdue.lateResults,
      ...this.#recent.tell(this.#options.clock.now()),
    };
  }

  // What a ticket tells

  begun(ticket: Ticket): void {
    const now = ticket.givenAt ?? this.#options.clock.now();
    ticket.begunAt = now;
    this.#recent.waited(now - ticket.since);
    if (ticket.isAnswered) this.#overdue.began(ticket);
    else this.#answers.begun(ticket, now);
  }

  givenUp(ticket: Ticket, error: unknown): void {
    this.#goesOn(ticket, 'failed', error);
  }

  ended(ticket: Ticket, failed: { readonly error: unknown } | undefined, value: unknown): Milliseconds {
    const now = this.#options.clock.now();
    this.#running.remove(ticket);
    const ranMs = ticket.begunAt === undefined ? 0 : now - ticket.begunAt;
    if (ticket.hasBegun) this.#recent.ran(ranMs);
    if (ticket.isAnswered) {
      if (ticket.hasBegun) this.#overdue.ended(failed, ranMs);
    } else if (failed === undefined) this.#answers.value(ticket, value);
    else this.#answers.error(ticket, 'failed', failed.error);
    this.#waiting.released(ticket.key);
    if (!ticket.hasSlot) this.#dispatch(now); // else when it is released
    return now;
  }

  released(now: Milliseconds = this.#options.clock.now()): void {
    this.#slots.giveBack(now);
    this.#dispatch(now);
  }

  aborted(ticket: Ticket, reason: unknown): void {
    this.#end(ticket, 'aborted', new TaskAbortedError(this.#options.label, ticket.hasBegun, reason), 'aborted');
  }

  // What its answer tells

  timeUp(ticket: Ticket, limit: ReachedLimit, limitMs: Milliseconds): void {
    const error = limitError(limit, this.#options.label, limitMs, ticket.hasBegun);
    this.#end(ticket, 'timedOut', error, 'timeout');
  }

  settled(): void {
    this.#onSettled();
  }

  #canBegin(key: unknown): boolean {
    return this.#slots.isFree && !this.#isHalted && this.#waiting.admits(key);
  }

  /** On the stack of its caller, and in its async context. */
  #beginAtOnce(ticket: Ticket): void {
    this.#waiting.claim(ticket.key, ticket.since);
    this.#run(ticket, ticket.since);
    if (ticket.state !== 'running' || ticket.isAnswered) return;
    this.#answers.watch(ticket);
    const { signal } = ticket.options;
    if (signal?.aborted === true) this.aborted(ticket, signal.reason); // by the task itself
  }

  #run(ticket: Ticket, now: Milliseconds): void {
    const workers = this.#workers as Workers; // set before anything is submitted
    ticket.state = 'running';
    ticket.hasSlot = true;
    this.#running.add(ticket);
    this.#slots.take(now);
    ticket.giveTo(workers, now);
  }

  #wait(ticket: Ticket, overflow: Overflow): void {
    const admission = this.#waiting.admit(ticket, overflow);
    const { label, queue } = this.#options;
    if (admission.kind === 'full')
      return this.#answers.error(ticket, 'rejected', new QueueFullError(label, queue.limit));
    ticket.state = 'waiting';
    ticket.scope = new AsyncResource('WorkerPoolTask');
    this.#answers.watch(ticket);
    if (admission.kind === 'waits_for') this.#drop(admission.dropped, 'drop_oldest');
    this.#slots.noteWaiting(this.#waiting.size);
  }

  /** One that does not wait any more. */
  #drop(ticket: Ticket, reason: 'drop_oldest' | 'shed'): void {
    const waitedMs = this.#options.clock.now() - ticket.since;
    ticket.state = 'ended';
    this.#answers.error(ticket, 'dropped', new TaskDroppedError(this.#options.label, reason, waitedMs));
  }

  /** Answers without a value, wherever the ticket is. */
  #end(ticket: Ticket, kind: EndKind, error: unknown, why: CancelCause): void {
    if (ticket.isAnswered) return;
    if (ticket.state === 'running') {
      this.#goesOn(ticket, kind, error);
      this.#workers?.cancel(ticket, why);
      return;
    }
    const hasWaited = ticket.state === 'waiting';
    ticket.state = 'ended';
    if (hasWaited) this.#waiting.remove(ticket);
    this.#answers.error(ticket, kind, error);
    if (hasWaited) this.#dispatch(); // there may be room for one from outside
  }

  /** Its caller gets an answer, it keeps its slot. */
  #goesOn(ticket: Ticket, kind: EndKind, error: unknown): void {
    this.#answers.error(ticket, kind, error);
    if (ticket.hasBegun) this.#overdue.began(ticket);
    ticket.cancel(error);
  }

  /** Fills the free slots, and the room in the queue. One loop, however deep the stack of those who end at once. */
  #dispatch(now?: Milliseconds): void {
    if (this.#isDispatching || this.#isHalted) return;
    this.#isDispatching = true;
    for (let at = now; this.#beginNext(at) || this.#waiting.letIn(this.#slots.isFree); at = undefined);
    this.#isDispatching = false;
    this.#slots.noteWaiting(this.#waiting.size);
  }

  #beginNext(at: Milliseconds | undefined): boolean {
    if (!this.#slots.isFree || this.#isHalted) return false;
    const ticket = this.#waiting.take();
    if (ticket === undefined) return false;
    const now = at ?? this.#options.clock.now();
    if (this.#answers.isOver(ticket, now)) this.#waiting.released(ticket.key);
    else if (this.#waiting.isShed(now - ticket.since, now)) {
      this.#waiting.released(ticket.key);
      this.#drop(ticket, 'shed');
    } else this.#run(ticket, now);
    return true;
  }
}
