/** Chance and the date, where none is given: the one place that asks the machine for them. */
export const systemRandom = (): number => Math.random();

/** Milliseconds since 1970. Only to be shown; nothing is decided by it. */
export const systemDate = (): number => Date.now();
