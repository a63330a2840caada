import type { ClockTimer, Milliseconds } from '../runtime/clock.js';
import { Message } from './message.js';
import type { Process } from './process.js';

/** Tells a process that no message has come for a while. The next message of any kind cancels it (GS-066 to GS-068). */
export class IdleTimer {
  /** Made at once, so that it carries the async context of the handler that asked for it. */
  readonly #message = new Message('timeout', 'timeout', this);
  #timer: ClockTimer | undefined;

  constructor(
    private readonly process: Process,
    private readonly delayMs: Milliseconds,
    /** What comes to handleInfo instead of a call of handleTimeout (GS-071). */
    readonly info: { readonly message: unknown } | undefined,
  ) {}

  /** The handler that asked for it has ended. With 0 ms it fires only if nothing is waiting; a message of one's own, before what is waiting. A second start begins anew. */
  start(): void {
    this.stop();
    if (this.process.mailbox.isSuspended) return; // its resume starts it again
    if (this.delayMs > 0) this.#timer = this.process.host.clock.setTimer(this.delayMs, () => this.#fire());
    else if (this.process.mailbox.hasFront)
      return; // it comes first, and like any message cancels this, unless it is an enter call, after which this is tried again
    else if (this.info !== undefined) this.process.deliverFirst(this.#message);
    else if (this.process.mailbox.size === 0) this.#fire();
  }

  stop(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #fire(): void {
    this.#timer = undefined;
    this.process.deliver(this.#message);
  }
}
