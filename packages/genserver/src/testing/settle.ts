import { setImmediate } from 'node:timers'; // the real one, also where a test runner has put a fake one into its globals

/** Turns of the event loop without work, after which nothing that waits for itself is left. */
const QUIET_TURNS = 3;

/**
 * Waits until every mailbox of these runtimes has run dry and nothing that follows from it is under way. A handler that
 * waits for a timer, or for real I/O, is not waited for.
 */
export async function settle(...runtimes: readonly { readonly idle: boolean }[]): Promise<void> {
  for (let quiet = 0; quiet < QUIET_TURNS;) {
    await new Promise((resolve) => setImmediate(resolve));
    quiet = runtimes.every(({ idle }) => idle) ? quiet + 1 : 0;
  }
}
