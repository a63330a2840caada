import type { NameClaim, Process } from '../process/process.js';
import { LockAbandonedError } from './errors.js';
import { formatKey } from './key.js';
import { Table } from './table.js';

/** One who holds a lock, when it is the oldest of its key, or waits for it. */
class Ticket implements NameClaim {
  next: Ticket = this;
  previous: Ticket = this;
  isOver = false;
  /** While it waits. */
  settle: ((ended?: string) => void) | undefined = undefined;

  constructor(
    private readonly locks: Locks,
    readonly key: unknown,
  ) {}

  /** Its process has ended: the next one gets the lock; what the ended one was doing cannot be stopped (REG-043). */
  release(process: Process): void {
    this.locks.leave(this);
    this.settle?.(process.label);
  }
}

/** Who may do what is to be done alone, key by key, in the order of asking (REG-042). */
export class Locks {
  readonly #table = new Table<unknown, Ticket>();

  constructor(private readonly registry: string) {}

  /** Runs `work` at once when nobody holds the key. The lock is free again when its result, if a promise, has settled. */
  async run<T>(key: unknown, owner: Process | undefined, work: () => T | Promise<T>): Promise<T> {
    const ticket = new Ticket(this, key);
    this.#table.add(ticket);
    if (owner !== undefined) (owner.names ??= []).push(ticket);
    try {
      if (this.#table.oldest(key) !== ticket) await this.#turnOf(ticket);
      if (ticket.isOver) throw this.#abandoned(key, String(owner)); // it was ended between its turn and this line
      return await work();
    } finally {
      if (owner !== undefined) owner.names = owner.names?.filter((claim) => claim !== ticket);
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
