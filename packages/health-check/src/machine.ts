// The one place that asks the machine for chance and the date, where none is given, and for a turn of the event loop.

/** In [0, 1). */
export const systemRandom = (): number => Math.random();

/** Milliseconds since 1970. Only to be shown; nothing is decided by it. */
export const systemDate = (): number => Date.now();

/** Resolves when the event loop has gone on. */
export const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
