import { CallMessage } from '../process/call-message.js';
import { callersOf, type ProcessIdentity } from '../process/identity.js';
import type { Message } from '../process/message.js';
import type { Clock, Milliseconds } from '../runtime/clock.js';

/** The message a server is at work on. */
export class CurrentRequest {
  readonly #message: Message;
  readonly #clock: Clock;

  /** Made by the runtime. */
  constructor(message: Message, clock: Clock) {
    this.#message = message;
    this.#clock = clock;
  }

  /** How it came: a call waits for an answer, a cast does not. */
  get kind(): Message['kind'] {
    return this.#message.kind;
  }

  /** The method it is for. */
  get name(): string {
    return this.#message.name;
  }

  /** The process whose handler made the call; undefined for a caller outside any process, and for all but calls. */
  get caller(): string | undefined {
    return this.#message instanceof CallMessage ? this.#message.origin?.process.label : undefined;
  }

  /**
   * Who called this, who called that one, and so on, nearest first: for traces. Empty for all but calls, and for a caller
   * outside any process.
   */
  get callers(): readonly ProcessIdentity[] {
    return callersOf(this.#message);
  }

  /** Milliseconds until the caller gives up; Infinity when it never does. Nested calls inherit what is left. */
  get remainingMs(): Milliseconds {
    if (!(this.#message instanceof CallMessage)) return Infinity;
    return Math.max(0, this.#message.dueAt - this.#clock.now());
  }

  /** Fires when nobody waits for the answer any more: time is up, the caller aborted, or this server has ended. */
  get signal(): AbortSignal | undefined {
    return this.#message instanceof CallMessage ? this.#message.signal : this.#message.receiver?.signal;
  }
}
