import type { Clock } from '@rookery/genserver';
import type { Database } from './database.js';
import { causeOf, failureOf } from './failure.js';
import type { Limits } from './limits.js';
import { sleep } from './sleep.js';

/** What the writing and the reading half of the Repo share. */
export interface StoreContext {
  readonly database: Database;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Fires when all work is to end. */
  readonly closed: AbortSignal;
  /** The first failure of a row of them, and the first success after it. */
  readonly onAway: (error: unknown) => void;
  readonly onBack: () => void;
  /** Something that no other try will mend. */
  readonly onBroken: (error: unknown) => void;
}

const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;

/** Does `work` until it succeeds, with longer and longer pauses while the database is away. Rejects with any other failure. */
export async function untilDone(
  context: StoreContext,
  isWanted: () => boolean,
  work: () => Promise<void>,
): Promise<void> {
  const { database, clock, closed } = context;
  for (let pauseMs = FIRST_PAUSE_MS; isWanted() && !closed.aborted; pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS)) {
    try {
      await work();
      return context.onBack();
    } catch (error) {
      if (failureOf(error, database.canBeAway) !== 'away') throw causeOf(error);
      context.onAway(causeOf(error));
    }
    await sleep(clock, pauseMs, closed);
  }
}
