import type { Milliseconds } from '@rookery/genserver';
import type { MailRecord } from '../store/records.js';
import type { Delivery } from './delivery.js';

/** What the outbox is told of a mail after a look at it. */
export type Note =
  | { readonly kind: 'sent' }
  | { readonly kind: 'put_off'; readonly error: string; readonly retryInMs: Milliseconds }
  | { readonly kind: 'given_up'; readonly error: string; readonly why: string };

const DAY_MS = 86_400_000;

/**
 * Five days: mail servers go on for at least four to five (RFC 5321, 4.5.4.1), so that one that fails on a Friday evening can be repaired
 * on Monday. After that nobody waits for the result of a game any more, and the game cannot be cleaned up as long as its mail waits.
 */
const GIVE_UP_DAYS = 5;

const FIRST_PAUSE_MS = 10_000;
/** No longer: when a mail server comes back after a long time, everything it has missed is there half an hour later. */
const LONGEST_PAUSE_MS = 1_800_000;

/** What to note; undefined: nothing, as it was not tried. `now` is wall-clock time, as is that of the record. */
export function noteOf(mail: MailRecord, delivery: Delivery, now: Date): Note | undefined {
  if (delivery.kind === 'sent') return delivery;
  const { error } = delivery;
  if (delivery.kind === 'refused') return { kind: 'given_up', error, why: 'it is refused for good' };
  if (now.getTime() - mail.createdAt.getTime() >= GIVE_UP_DAYS * DAY_MS) {
    return { kind: 'given_up', error, why: `it could not be sent for ${GIVE_UP_DAYS} days` };
  }
  return delivery.kind === 'failed' ? { kind: 'put_off', error, retryInMs: pauseOf(mail.attempts) } : undefined;
}

/** Twice as long after each try, so that a mail that always fails takes ever less time from the others. */
function pauseOf(attempts: number): Milliseconds {
  return Math.min(FIRST_PAUSE_MS * 2 ** attempts, LONGEST_PAUSE_MS);
}
