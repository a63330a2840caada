/** Two trees each: a thousand in all. */
const SEEDS = 500;

const only = process.env['STRESS_SEED'];

/** So that the names of tests are few. */
export const SEEDS_IN_A_TEST = only === undefined ? 50 : 1;

/** `STRESS_SEED=123` repeats the one that failed. */
export const firstSeeds: readonly number[] =
  only === undefined
    ? Array.from({ length: SEEDS / SEEDS_IN_A_TEST }, (_, index) => index * SEEDS_IN_A_TEST)
    : [Number(only)];
