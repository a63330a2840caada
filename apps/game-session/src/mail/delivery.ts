import { type Breaker, CallRejectedError } from '@rookery/circuit-breaker';
import type { MailRecord } from '../store/records.js';
import type { Mailer } from './mailer.js';

/** What became of one try. */
export type Delivery =
  | { readonly kind: 'sent' }
  /** The mail server does not want this mail, today or ever. */
  | { readonly kind: 'refused'; readonly error: string }
  /** Worth another try. */
  | { readonly kind: 'failed'; readonly error: string }
  /** The breaker is open: the mail server is down, and was left alone. */
  | { readonly kind: 'not_tried'; readonly error: string; readonly retryAfterMs: number | undefined };

/** Sends one mail through the breaker. That a mail cannot be sent is to be expected, so it is a value, not an error. */
export async function deliver(
  mail: MailRecord,
  { mailer, breaker, signal }: { readonly mailer: Mailer; readonly breaker: Breaker; readonly signal: AbortSignal },
): Promise<Delivery> {
  try {
    await breaker.execute(() => mailer.send(mail), { signal });
    return { kind: 'sent' };
  } catch (cause) {
    const error = String(cause);
    if (cause instanceof CallRejectedError) return { kind: 'not_tried', error, retryAfterMs: cause.retryAfterMs };
    return { kind: isRefusal(cause) ? 'refused' : 'failed', error };
  }
}

/** For the breaker: a server that says no to one mail, for good or for now, is up, and takes others. */
export function classifyMailError(error: unknown): 'ignore' | 'failure' {
  return isRefusal(error) || isPutOff(error) ? 'ignore' : 'failure';
}

/** SMTP says 5xx for good, 4xx for now. But 530 and 535 are about how we log in, which may be set right. */
function isRefusal(error: unknown): boolean {
  const reply = replyOf(error);
  return reply !== undefined && reply >= 500 && reply !== 530 && reply !== 535;
}

/** A full mailbox, greylisting: an answer to this mail. 421 is about the server itself, and so is what it says to a login. */
function isPutOff(error: unknown): boolean {
  const reply = replyOf(error);
  return reply !== undefined && reply < 500 && reply !== 421 && OF_ONE_MAIL.has((error as { code?: unknown }).code);
}

/** How nodemailer calls what comes in answer to a sender, a recipient or a text. */
const OF_ONE_MAIL = new Set<unknown>(['EENVELOPE', 'EMESSAGE']);

function replyOf(error: unknown): number | undefined {
  if (!(error instanceof Error) || !('responseCode' in error)) return undefined;
  return typeof error.responseCode === 'number' ? error.responseCode : undefined;
}
