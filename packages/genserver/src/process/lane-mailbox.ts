import type { Exit } from './exit-signals.js';
import type { Message } from './message.js';
import type { MailboxLimit, MessageQueue } from './message-queue.js';

class Entry {
  next: Entry | undefined = undefined;

  constructor(
    readonly message: Message,
    /** When it came, counted in messages. */
    readonly arrival: number,
  ) {}
}

/** Messages of one kind, first in, first out. */
class Lane {
  size = 0;
  first: Entry | undefined = undefined;
  #last: Entry | undefined = undefined;

  push(message: Message, arrival: number): void {
    const entry = new Entry(message, arrival);
    if (this.#last === undefined) this.first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    this.size++;
  }

  shift(): Message | undefined {
    const entry = this.first;
    if (entry === undefined) return undefined;
    this.first = entry.next;
    if (entry.next === undefined) this.#last = undefined;
    this.size--;
    return entry.message;
  }

  remove(isUnwanted: (message: Message) => boolean): void {
    let entry = this.first;
    this.first = this.#last = undefined;
    this.size = 0;
    for (; entry !== undefined; entry = entry.next) {
      if (!isUnwanted(entry.message)) this.push(entry.message, entry.arrival);
    }
  }
}

/**
 * The mailbox of a process that has a limit or is suspended. What came from users, what came from the system, and what is for
 * a suspended process as well stand in lanes of their own, put together again by the order in which they came; so the oldest
 * of the users' is found at once, however many others wait. Costs more than a plain Mailbox: for those who need it only.
 */
export class LaneMailbox implements MessageQueue {
  isSuspended = false;
  readonly #users = new Lane();
  readonly #system = new Lane();
  readonly #control = new Lane();
  readonly #urgent = new Lane();
  /** What the process asks of itself, last one first. */
  readonly #own: Message[] = [];
  #arrivals = 0;

  constructor(
    readonly limit: MailboxLimit | undefined,
    /** Told of each message that a full mailbox has dropped. */
    private readonly onOverflow: (message: Message) => void,
  ) {}

  get size(): number {
    return this.#users.size + this.#system.size + this.#control.size + this.#urgent.size + this.#own.length;
  }

  get isReady(): boolean {
    if (!this.isSuspended) return this.size > 0;
    return this.#control.size + this.#urgent.size > 0 || this.#own.some(isControl);
  }

  get hasFront(): boolean {
    return this.#own.length > 0;
  }

  push(message: Message): boolean {
    if (isFromUser(message)) return this.#pushUser(message);
    (isControl(message) ? this.#control : this.#system).push(message, this.#arrivals++);
    return true;
  }

  pushFront(message: Message): void {
    this.#own.push(message);
  }

  pushUrgent(message: Message): void {
    this.#urgent.push(message, this.#arrivals++);
    const start = this.#system.first?.message.kind === 'start' ? this.#system.shift() : undefined;
    if (start !== undefined) this.#own.push(start);
  }

  shift(): Message | undefined {
    if (this.isSuspended) return this.#ownControl() ?? this.#urgent.shift() ?? this.#control.shift();
    return this.#own.pop() ?? this.#urgent.shift() ?? this.#earliest().shift();
  }

  remove(isUnwanted: (message: Message) => boolean): void {
    for (const lane of [this.#users, this.#system, this.#control]) lane.remove(isUnwanted);
  }

  #pushUser(message: Message): boolean {
    const { limit = Infinity, overflow = 'reject' } = this.limit ?? {};
    const isFull = this.#users.size >= limit;
    const dropped = isFull ? (overflow === 'drop_oldest' ? this.#users.shift() : message) : undefined;
    if (dropped !== message) this.#users.push(message, this.#arrivals++);
    if (dropped !== undefined) this.onOverflow(dropped);
    return dropped === undefined || overflow !== 'reject';
  }

  /** The lane whose first message came before those of the others. */
  #earliest(): Lane {
    let earliest = this.#users;
    for (const lane of [this.#system, this.#control]) {
      if ((lane.first?.arrival ?? Infinity) < (earliest.first?.arrival ?? Infinity)) earliest = lane;
    }
    return earliest;
  }

  #ownControl(): Message | undefined {
    const index = this.#own.findLastIndex(isControl);
    return index === -1 ? undefined : this.#own.splice(index, 1)[0];
  }
}

/** Messages for handleInfo that a limit is for: what was sent, and the news of a registry. */
const LIMITED: ReadonlySet<string> = new Set(['send', 'registered', 'unregistered']);

/** What a limit is for: all that others can send, or bring about, as often as they like. */
function isFromUser({ kind, name }: Message): boolean {
  return kind === 'call' || kind === 'cast' || (kind === 'info' && LIMITED.has(name));
}

/** What a suspended process handles all the same (GS-082). */
function isControl({ kind, payload, receiver }: Message): boolean {
  if (kind !== 'exit') return kind === 'sys' || kind === 'stop';
  return receiver?.parent !== undefined && receiver.parent.pid === (payload as Exit).from;
}
