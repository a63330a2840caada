import type { Overflow } from '../process/message-queue.js';
import type { Pid } from '../process/pid.js';
import type { Kernel } from './kernel.js';

/** The mailbox of a process as it is now. A copy. */
export interface MailboxView {
  readonly pid: Pid;
  /** Its name, or its class and pid. */
  readonly process: string;
  /** How many messages are waiting. */
  readonly size: number;
  /** How many may wait; undefined when any number may. */
  readonly limit: number | undefined;
  /** What becomes of one more; undefined when any number may. */
  readonly overflow: Overflow | undefined;
  /**
   * How many messages it has taken out to be handled since it was started. Seen twice, it tells whether the process gets on, and
   * how long messages wait at least: those that waited the first time and were not taken since have waited all the time between.
   */
  readonly taken: number;
}

/** One after another; each as it is when it is asked for. */
export function* mailboxesOf(kernel: Kernel): IterableIterator<MailboxView> {
  for (const { pid, label, mailbox, taken } of kernel.processes.values()) {
    yield {
      pid,
      process: label,
      size: mailbox.size,
      limit: mailbox.limit?.limit,
      overflow: mailbox.limit?.overflow,
      taken,
    };
  }
}
