import { and, asc, eq, isNull, lte, sql } from 'drizzle-orm';
import type { Orm } from '../orm.js';
import type { MailRecord } from '../records.js';
import { mails } from '../schema.js';
import type { MailFailure } from '../writes.js';

/** What is to be sent now, whoever waits longest for it first: one that failed is behind all that were due before its next try. */
export function pendingMails(orm: Orm, limit: number): Promise<readonly MailRecord[]> {
  const { id, to, subject, text, createdAt, attempts } = mails;
  return orm
    .select({ id, to, subject, text, createdAt, attempts })
    .from(mails)
    .where(and(isNull(mails.givenUpAt), lte(mails.nextTryAt, sql`now()`)))
    .orderBy(asc(mails.nextTryAt), asc(mails.id))
    .limit(limit);
}

export async function deleteMail(orm: Orm, id: number): Promise<void> {
  await orm.delete(mails).where(eq(mails.id, id));
}

/** One more try that failed. If the answer is lost and this is repeated, the try counts twice: harmless. */
export async function countFailure(orm: Orm, { id, error, retryInMs }: MailFailure): Promise<void> {
  const next =
    retryInMs === null
      ? { givenUpAt: sql`now()` }
      : { nextTryAt: sql`now() + make_interval(secs => ${retryInMs / 1_000})` };
  await orm
    .update(mails)
    .set({ attempts: sql`${mails.attempts} + 1`, lastError: error, ...next })
    .where(eq(mails.id, id));
}
