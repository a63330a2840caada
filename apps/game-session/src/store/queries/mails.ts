import { asc, eq, isNull, sql } from 'drizzle-orm';
import type { Orm } from '../orm.js';
import type { MailRecord } from '../records.js';
import { mails } from '../schema.js';

/** The outbox. Those tried least come first, so that one which always fails keeps no other waiting. */
export function pendingMails(orm: Orm, limit: number): Promise<readonly MailRecord[]> {
  return orm
    .select({ id: mails.id, to: mails.to, subject: mails.subject, text: mails.text, attempts: mails.attempts })
    .from(mails)
    .where(isNull(mails.givenUpAt))
    .orderBy(asc(mails.attempts), asc(mails.id))
    .limit(limit);
}

export async function deleteMail(orm: Orm, id: number): Promise<void> {
  await orm.delete(mails).where(eq(mails.id, id));
}

/** One more try that failed. If the answer is lost and this is repeated, the try counts twice: harmless. */
export async function countFailure(orm: Orm, id: number, error: string, isGivenUp: boolean): Promise<void> {
  await orm
    .update(mails)
    .set({
      attempts: sql`${mails.attempts} + 1`,
      lastError: error,
      ...(isGivenUp && { givenUpAt: sql`now()` }),
    })
    .where(eq(mails.id, id));
}
