import type { MailboxView, Milliseconds } from '@rookery/genserver';

/** Messages that waited at a moment: when, and how many the process will have taken when the last of them is taken. */
interface Mark {
  readonly atMs: Milliseconds;
  readonly lastTaken: number;
}

type Mailbox = Pick<MailboxView, 'pid' | 'size' | 'taken' | 'overflow'>;

/** All mailboxes together. */
export interface MailboxTotals {
  readonly messages: number;
  readonly longest: number;
  /** How long the message that waits longest has waited, as far as it was seen: never more than it is. */
  readonly oldestMs: Milliseconds;
}

/**
 * How long messages wait, from looks at the mailboxes: what waited at an earlier look and was not taken since has waited all the time between. Of a mailbox
 * that drops its oldest nothing is known: they may have gone.
 */
export class MailboxAges {
  #marks = new Map<number, Mark>();

  look(mailboxes: Iterable<Mailbox>, now: Milliseconds): MailboxTotals {
    const marks = new Map<number, Mark>(); // a new one: processes that have ended are forgotten
    let messages = 0;
    let longest = 0;
    let oldestMs = 0;
    for (const { pid, size, taken, overflow } of mailboxes) {
      if (size === 0) continue;
      messages += size;
      longest = Math.max(longest, size);
      if (overflow === 'drop_oldest') continue;
      const before = this.#marks.get(pid);
      const mark = before !== undefined && taken < before.lastTaken ? before : { atMs: now, lastTaken: taken + size };
      marks.set(pid, mark);
      oldestMs = Math.max(oldestMs, now - mark.atMs);
    }
    this.#marks = marks;
    return { messages, longest, oldestMs };
  }
}
