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

/** Far longer than one seed takes on a busy machine. */
const WATCHDOG_MS = 20_000;

/** A seed that hangs is named, too; without it only the test would run out of time. */
export async function watched<T>(seed: number, life: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const hanging = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`Seed ${seed} hangs: something waits for ever.`)), WATCHDOG_MS);
  });
  return Promise.race([life, hanging]).finally(() => clearTimeout(timer));
}
