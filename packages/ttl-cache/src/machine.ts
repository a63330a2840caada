/** Chance, the date and the turns of the event loop, where none are given: the one place that asks the machine for them. */
export const systemRandom = (): number => Math.random();

/** Milliseconds since 1970. Only for snapshots, which outlive the monotonic clock; nothing expires by it. */
export const systemDate = (): number => Date.now();

/**
 * Calls back when this turn of the event loop is over; gives what takes that back. Keeps Node running for that long: were it
 * unref-ed, the event loop could wait for hours and begin another turn before it calls back.
 */
export function onNextTurn(callback: () => void): () => void {
  const immediate = setImmediate(callback);
  return () => clearImmediate(immediate);
}
