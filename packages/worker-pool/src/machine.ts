/** Chance, where none is given: the one place that asks the machine for it. */
export const systemRandom = (): number => Math.random();
