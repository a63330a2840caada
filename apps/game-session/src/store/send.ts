import type { Connection } from './database.js';
import type { WriteRefusedError } from './errors.js';
import { failureOf } from './failure.js';
import { writeAlone, writeBatch } from './queries/batch.js';
import type { Request } from './request.js';
import { batchOf, type BatchedWrite, isBatched, isOneStatement } from './write-batch.js';
import type { Write } from './writes.js';

/** A write and who waits for it. */
export interface Waiting {
  readonly write: Write;
  readonly request: Request<number | void>;
}

/** What became of a write: a refusal, or what its caller gets. */
export type Outcome = (waiting: Waiting) => WriteRefusedError | number | void;

/**
 * Writes a batch, and keeps count of what is in doubt: from the moment it is sent until it is known that it was not written.
 * Whoever gives up in between hears that it may have been.
 */
export async function send(connection: Connection, batch: readonly Waiting[]): Promise<Outcome> {
  const doubts = batch.map(({ request }) => request.inDoubt);
  for (const { request } of batch) request.inDoubt = true;
  const progress = { mayBeThere: false };
  try {
    return await write(connection, batch, progress);
  } catch (error) {
    if (!progress.mayBeThere || failureOf(error, true) === 'refused') {
      for (const [index, { request }] of batch.entries()) request.inDoubt = doubts[index] ?? true;
    }
    throw error;
  }
}

async function write(
  connection: Connection,
  batch: readonly Waiting[],
  progress: { mayBeThere: boolean },
): Promise<Outcome> {
  const writes = batch.map((waiting) => waiting.write);
  const [first] = writes;
  if (first !== undefined && !isBatched(first)) {
    progress.mayBeThere = true;
    const result = await writeAlone(connection.orm, first);
    return () => result;
  }
  const rows = batchOf(writes as readonly BatchedWrite[]);
  if (isOneStatement(rows)) {
    progress.mayBeThere = true;
    return outcomeOf(await writeBatch(connection.orm, rows));
  }
  const refused = await connection.transaction(async (orm) => {
    const result = await writeBatch(orm, rows);
    progress.mayBeThere = true; // what fails before this is rolled back; what fails now may be committed
    return result;
  });
  return outcomeOf(refused);
}

function outcomeOf(refused: ReadonlyMap<unknown, WriteRefusedError>): Outcome {
  return (waiting) => (isBatched(waiting.write) ? refused.get(waiting.write.row) : undefined);
}
