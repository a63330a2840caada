/**
 * A counter behind a mailbox, in one library. Each operation is written the way the library's own users write it, checks
 * that no message was lost, and may be left out where the library has none.
 * @typedef {object} Subject
 * @property {(count: number) => unknown} [callSequential] asks `count` times, each after the answer to the one before
 * @property {(count: number) => unknown} [callInFlight] asks `count` times at once and waits for all answers
 * @property {(count: number) => unknown} [sendAndDrain] sends `count` messages without waiting, then waits until the last is handled
 * @property {(count: number) => unknown} [backlog] like `sendAndDrain`, where all must be queued before the first is handled
 * @property {(count: number) => unknown[] | Promise<unknown[]>} [spawn] starts `count`, each after the one before, and gives what their user holds
 * @property {(spawned: unknown[]) => unknown} [stop] stops what `spawn` gave, each after the one before
 * @property {(count: number) => unknown} [restart] crashes a supervised counter `count` times; each time its new instance has answered before the next
 * @property {(count: number) => unknown} [lookUp] asks a registry of 1,000 keys `count` times who holds a key
 * @property {(count: number) => unknown} [runTasks] runs `count` tasks, each awaited before the next
 * @property {(count: number) => unknown} [startAndStopChildren] starts `count` children under one dynamic supervisor, then stops that
 * @property {(count: number) => unknown} [fill] sends `count` messages that are handled later, and gives a promise of the last one's end
 */

/**
 * @param {number} counted
 * @param {number} sent
 */
export function checkCount(counted, sent) {
  if (counted !== sent) throw new Error(`Expected ${sent} messages to be handled, got ${counted}.`);
}
