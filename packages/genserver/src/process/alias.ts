import type { MonitorRef } from './monitors.js';
import type { Process } from './process.js';

/** How an alias is used. */
export interface AliasOptions {
  /** Whether it takes one message and is then inactive. Default false (PROC-040). */
  readonly reply?: boolean;
}

/**
 * A second address of a process, which that process can revoke: for answers that may come too late to be wanted (PROC-039).
 * It also ends with its process. Pass it on as a value, and let others `send` to it.
 */
export class Alias {
  readonly #process: Process;
  readonly #onReply: (() => void) | undefined;
  #isOpen = true;

  /** Not for direct use: see `this.self.alias()`. */
  constructor(process: Process, onReply: (() => void) | undefined) {
    this.#process = process;
    this.#onReply = onReply;
  }

  /** Whether a message sent now would arrive. */
  get isActive(): boolean {
    return this.#isOpen && this.#process.status !== 'ended';
  }

  /** Puts a message for `handleInfo` into the mailbox. Returns false, and counts a dead letter, when it is not active any more. */
  send(message: unknown): boolean {
    const { host } = this.#process;
    if (this.isActive) {
      if (this.#onReply !== undefined) {
        this.deactivate();
        this.#onReply();
      }
      return this.#process.deliver(new host.context.Message('info', 'send', message, 0, this.#process));
    }
    host.drop('dead_letter', this.toString(), 'send', message);
    return false;
  }

  /** Nothing arrives by it any more. Returns whether it was active. */
  deactivate(): boolean {
    const wasActive = this.isActive;
    this.#isOpen = false;
    return wasActive;
  }

  toString(): string {
    return `alias of ${this.#process.label}`;
  }
}

/** An alias that comes with a monitor, so that the answer or the end of who was asked, whichever is first, is heard (MON-016). */
export class MonitorAlias extends Alias {
  /** Not for direct use: see `this.self.monitor(address, { alias })`. */
  constructor(
    process: Process,
    onReply: (() => void) | undefined,
    /** Identifies the monitor: the `ref` of its Down, and what `demonitor` takes. */
    readonly ref: MonitorRef,
  ) {
    super(process, onReply);
  }
}
