import type { Message } from './message.js';

/**
 * What becomes of a message that finds the mailbox full: `reject` tells its sender; `drop_newest` drops it quietly;
 * `drop_oldest` makes room for it by dropping the one that has waited longest. A call always learns of it, by an
 * OverloadedError.
 */
export type Overflow = (typeof OVERFLOWS)[number];

export const OVERFLOWS = ['reject', 'drop_newest', 'drop_oldest'] as const;

/** How many messages may wait. Only calls, casts and what is sent count: never exits, `Down`, timers, stops or requests of `runtime.sys`. */
export interface MailboxLimit {
  /** At least 1. The message being handled does not count. */
  readonly limit: number;
  /** What gives way when one more comes. */
  readonly overflow: Overflow;
}

/** The messages that wait for a process. */
export interface MessageQueue {
  /** All that wait, also those that a suspended process holds back. */
  readonly size: number;
  /** Whether one could be handled now. */
  readonly isReady: boolean;
  /** Whether something waits that came by pushFront. */
  readonly hasFront: boolean;
  /** Whether it gives out only what a suspended process handles. */
  readonly isSuspended: boolean;
  /** Undefined when any number may wait. */
  readonly limit: MailboxLimit | undefined;
  /** Behind all others. Returns false when it was full and the sender is to know. */
  push(message: Message): boolean;
  /** Before all others: for what a process asks of itself. */
  pushFront(message: Message): void;
  /** Before the others, but behind what came by pushFront, behind what is urgent already, and never before a `start`. */
  pushUrgent(message: Message): void;
  /** Takes the next one. */
  shift(): Message | undefined;
  /** Takes out what is not wanted any more, wherever it stands behind the front. Looks at all that wait. */
  remove(isUnwanted: (message: Message) => boolean): void;
}
