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
  | { readonly kind: 'not_tried'; readonly retryAfterMs: number | undefined };

/** Sends one mail through the breaker. That a mail cannot be sent is to be expected, so it is a value, not an error. */
export async function deliver(
  mail: MailRecord,
  { mailer, breaker, signal }: { readonly mailer: Mailer; readonly breaker: Breaker; readonly signal: AbortSignal },
): Promise<Delivery> {
  try {
    await breaker.execute(() => mailer.send(mail), { signal });
    return { kind: 'sent' };
  } catch (error) {
    if (error instanceof CallRejectedError) return { kind: 'not_tried', retryAfterMs: error.retryAfterMs };
    return { kind: isRefusal(error) ? 'refused' : 'failed', error: String(error) };
  }
}

/** For the breaker: a server that says no to one mail is up. */
export function classifyMailError(error: unknown): 'ignore' | 'failure' {
  return isRefusal(error) ? 'ignore' : 'failure';
}

/** SMTP says 5xx for good, 4xx for now. But 530 and 535 are about how we log in, which may be set right. */
function isRefusal(error: unknown): boolean {
  if (!(error instanceof Error) || !('responseCode' in error) || typeof error.responseCode !== 'number') return false;
  const { responseCode } = error;
  return responseCode >= 500 && responseCode !== 530 && responseCode !== 535;
}
