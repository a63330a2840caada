import type { Ticket } from './ticket.js';

/** Tickets in the order they came, linked as in a queue: each is in one list, or in the queue, at a time. */
export class TicketList {
  #first: Ticket | undefined;
  #last: Ticket | undefined;
  #size = 0;

  get first(): Ticket | undefined {
    return this.#first;
  }

  get size(): number {
    return this.#size;
  }

  add(ticket: Ticket): void {
    ticket.previous = this.#last;
    ticket.next = undefined;
    if (this.#last === undefined) this.#first = ticket;
    else this.#last.next = ticket;
    this.#last = ticket;
    this.#size++;
  }

  /** It must be in this list. */
  remove(ticket: Ticket): void {
    const { previous, next } = ticket;
    if (previous === undefined)
      this.#first = next as Ticket | undefined; // of this list, as it is
    else previous.next = next;
    if (next === undefined) this.#last = previous as Ticket | undefined;
    else next.previous = previous;
    ticket.previous = undefined;
    ticket.next = undefined;
    this.#size--;
  }

  /** A copy. */
  all(): readonly Ticket[] {
    const tickets: Ticket[] = [];
    for (let ticket = this.#first; ticket !== undefined; ticket = ticket.next as Ticket | undefined)
      tickets.push(ticket);
    return tickets;
  }
}
