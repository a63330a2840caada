import type { Message } from './message.js';
import type { MessageQueue } from './message-queue.js';

/** Messages in one piece of a long queue. */
const CHUNK_SIZE = 1024;

class Chunk {
  readonly messages: (Message | undefined)[] = [];
  nextRead = 0;
  next: Chunk | undefined = undefined;
}

/** What stands before all others: what was put to the front, last one first; then what is urgent, in order. */
class Front {
  readonly #own: Message[] = [];
  #urgent: Mailbox | undefined = undefined;

  get hasOwn(): boolean {
    return this.#own.length > 0;
  }

  push(message: Message): void {
    this.#own.push(message);
  }

  pushUrgent(message: Message): void {
    (this.#urgent ??= new Mailbox()).push(message);
  }

  shift(): Message | undefined {
    return this.#own.pop() ?? this.#urgent?.shift();
  }
}

/**
 * First in, first out; nothing else. Every operation takes constant time, however many wait (PROC-043). A queue of one, the
 * common case, needs no array; a long one is a chain of arrays, which the garbage collector copies faster than a chain of
 * messages.
 */
export class Mailbox implements MessageQueue {
  #size = 0;
  #front: Front | undefined = undefined;
  /** The oldest of the others, when the queue was empty as it came. */
  #oldest: Message | undefined = undefined;
  #firstChunk: Chunk | undefined = undefined;
  #lastChunk: Chunk | undefined = undefined;

  get size(): number {
    return this.#size;
  }

  get isReady(): boolean {
    return this.#size > 0;
  }

  get hasFront(): boolean {
    return this.#front?.hasOwn === true;
  }

  get isSuspended(): boolean {
    return false;
  }

  get limit(): undefined {
    return undefined;
  }

  push(message: Message): boolean {
    if (this.#size++ === 0) this.#oldest = message;
    else this.#append(message);
    return true;
  }

  pushFront(message: Message): void {
    this.#size++;
    (this.#front ??= new Front()).push(message);
  }

  pushUrgent(message: Message): void {
    this.#size++;
    const front = (this.#front ??= new Front());
    front.pushUrgent(message);
    if (this.#oldest?.kind !== 'start') return;
    front.push(this.#oldest);
    this.#oldest = undefined;
  }

  shift(): Message | undefined {
    if (this.#size === 0) return undefined;
    this.#size--;
    const first = this.#front?.shift() ?? this.#oldest;
    if (first === undefined) return this.#shiftChunk();
    if (first === this.#oldest) this.#oldest = undefined;
    return first;
  }

  remove(isUnwanted: (message: Message) => boolean): void {
    const waiting = this.#takeAll();
    for (const message of waiting) if (!isUnwanted(message)) this.push(message);
  }

  /** All but what stands at the front, in order. */
  #takeAll(): readonly Message[] {
    const taken: Message[] = this.#oldest === undefined ? [] : [this.#oldest];
    for (let message = this.#shiftChunk(); message !== undefined; message = this.#shiftChunk()) taken.push(message);
    this.#oldest = undefined;
    this.#size -= taken.length;
    return taken;
  }

  #append(message: Message): void {
    let chunk = this.#lastChunk;
    if (chunk === undefined || chunk.messages.length === CHUNK_SIZE) {
      chunk = new Chunk();
      if (this.#lastChunk === undefined) this.#firstChunk = chunk;
      else this.#lastChunk.next = chunk;
      this.#lastChunk = chunk;
    }
    chunk.messages.push(message);
  }

  #shiftChunk(): Message | undefined {
    const chunk = this.#firstChunk;
    if (chunk === undefined) return undefined;
    const message = chunk.messages[chunk.nextRead];
    chunk.messages[chunk.nextRead++] = undefined; // else a long chunk would keep what was handled alive
    if (chunk.nextRead === chunk.messages.length) {
      this.#firstChunk = chunk.next;
      if (chunk.next === undefined) this.#lastChunk = undefined;
    }
    return message;
  }
}
