import type { Milliseconds } from '../runtime/clock.js';
import type { Message } from './message.js';
import type { Process } from './process.js';

/**
 * The handling of one message by one process, as seen from anywhere in its asynchronous call tree. It must not lead to the
 * message: a message keeps its sender's async context, and in it the sender's activity, so every message would keep the one
 * before it alive, for ever.
 */
export class Activity {
  constructor(
    readonly process: Process,
    /** When who waits for it gives up; calls made meanwhile inherit it. Infinity once it is answered. */
    public deadline: Milliseconds,
  ) {}

  /** Whether the handler, asynchronous parts included, is still at work. */
  get isCurrent(): boolean {
    return this.process.activity === this;
  }
}

/** Tells which activity the running code belongs to. One for each runtime, so that two never meet. */
export interface Activities {
  /** Of the running code; undefined outside of any handler. */
  getStore(): Activity | undefined;
  /** Runs a handler as this activity: its asynchronous parts belong to it, too. */
  run(activity: Activity, handler: (message: Message) => unknown, message: Message): unknown;
  /** Lets go of what would stay until the end of the program. A later run takes it up again. */
  disable(): void;
}
