import type { NameClaim, Process } from '../process/process.js';
import { LockAbandonedError } from './errors.js';
import { formatKey } from './key.js';
import { Table } from './table.js';

/** One who holds a lock, when it is the oldest of its key, or waits for it. */
class Ticket {
  next: Ticket = this;
  previous: Ticket = this;
  isOver = false;
  /** While it waits. */
  settle: ((ended?: string) => void) | undefined = undefined;

  constructor(readonly key: unknown) {}
}

/** All tickets of one process, of which there may be many. */
class Tickets implements NameClaim {
  readonly #all = new Set<Ticket>();

  constructor(private readonly locks: Locks) {}

  get isEmpty(): boolean {
    return this.#all.size === 0;
  }

  add(ticket: Ticket): void {
    this.#all.add(ticket);
  }

  delete(ticket: Ticket): void {
    this.#all.delete(ticket);
  }

  /** The process has ended: the next ones get the locks; what the ended one was doing cannot be stopped (REG-043). */
  release(process: Process): void {
    for (const ticket of this.#all) {
      this.locks.leave(ticket);
      ticket.settle?.(process.label);
    }
  }
}

/** Who may do what is to be done alone, key by key, in the order of asking (REG-042). */
export class Locks {
  readonly #table = new Table<unknown, Ticket>();
  readonly #byOwner = new WeakMap<Process, Tickets>();

  constructor(private readonly registry: string) {}

  /** Runs `work` at once when nobody holds the key. The lock is free again when its result, if a promise, has settled. */
  async run<T>(key: unknown, owner: Process | undefined, work: () => T | Promise<T>): Promise<T> {
    const ticket = new Ticket(key);
    this.#table.add(ticket);
    if (owner !== undefined) this.#ticketsOf(owner).add(ticket);
    try {
      if (this.#table.oldest(key) !== ticket) await this.#turnOf(ticket);
      if (ticket.isOver) throw this.#abandoned(key, String(owner)); // it was ended between its turn and this line
      return await work();
    } finally {
      if (owner !== undefined) this.#giveBack(owner, ticket);
      this.leave(ticket);
    }
  }

  leave(ticket: Ticket): void {
    if (ticket.isOver) return;
    ticket.isOver = true;
    this.#table.delete(ticket);
    this.#table.oldest(ticket.key)?.settle?.();
  }

  /** The registry has ended: nobody will be let in any more. */
  close(): void {
    for (const ticket of this.#table.all((one) => one)) ticket.settle?.(this.registry);
  }

  #ticketsOf(owner: Process): Tickets {
    const known = this.#byOwner.get(owner);
    if (known !== undefined) return known;
    const tickets = new Tickets(this);
    this.#byOwner.set(owner, tickets);
    (owner.names ??= []).push(tickets);
    return tickets;
  }

  #giveBack(owner: Process, ticket: Ticket): void {
    const tickets = this.#byOwner.get(owner);
    tickets?.delete(ticket);
    if (tickets?.isEmpty !== true) return;
    this.#byOwner.delete(owner);
    owner.names = owner.names?.filter((claim) => claim !== tickets);
  }

  #turnOf(ticket: Ticket): Promise<void> {
    return new Promise((resolve, reject) => {
      ticket.settle = (ended) => {
        ticket.settle = undefined;
        if (ended === undefined) resolve();
        else reject(this.#abandoned(ticket.key, ended));
      };
    });
  }

  #abandoned(key: unknown, ended: string): LockAbandonedError {
    return new LockAbandonedError(this.registry, formatKey(key), ended);
  }
}
