import type { CallMessage } from '../process/call-message.js';
import type { Message } from '../process/message.js';
import type { Process } from '../process/process.js';

/** So many may wait before it is worth looking for callers that have given up. */
const SWEEP_AT = 64;

/**
 * Events that wait for another state, oldest first. A call among them counts as one whose answer was put off: it is told of
 * the end of the machine, and who waits for it is in no circle.
 */
export class PostponedEvents {
  #messages: Message[] = [];
  #sweepAt = SWEEP_AT;

  add(message: Message): void {
    if (this.#messages.length >= this.#sweepAt) this.#sweep();
    const { receiver } = message;
    if (isExpired(message)) return dropExpired(message);
    if (message.kind === 'call' && receiver !== undefined)
      (receiver.deferred ??= new Set()).add(message as CallMessage);
    this.#messages.push(message);
  }

  /** Before all that waits, in the order in which they came. */
  retry(process: Process): void {
    const messages = this.#messages;
    if (messages.length === 0) return;
    this.#messages = [];
    this.#sweepAt = SWEEP_AT;
    for (const message of messages.toReversed()) {
      process.deferred?.delete(message as CallMessage);
      if (isExpired(message)) dropExpired(message);
      else process.deliverFirst(message);
    }
  }

  /** The process has ended; its callers have been told. Like messages that were still waiting. */
  drop(): void {
    for (const { kind, name, receiver, payload, args } of this.#messages) {
      if (kind === 'cast') receiver?.host.drop('dead_letter', receiver.label, name, args);
      else if (kind === 'info') receiver?.host.drop('dead_letter', receiver.label, name, payload);
    }
    this.#messages = [];
  }

  /** A machine that stays in its state must not keep the calls of all who have given up. */
  #sweep(): void {
    this.#messages.filter(isExpired).forEach(dropExpired);
    this.#messages = this.#messages.filter((message) => !isExpired(message));
    this.#sweepAt = Math.max(SWEEP_AT, this.#messages.length * 2);
  }
}

function isExpired(message: Message): boolean {
  return message.kind === 'call' && !(message as CallMessage).isPending;
}

function dropExpired({ receiver, name }: Message): void {
  receiver?.host.drop('expired_request', receiver.label, name);
}
