/** Which children go down, and come back, with one that failed (SUP-031 to SUP-033). */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

export const STRATEGIES: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];

/** The group that a failure takes down and brings back, in start order. */
export const affectedBy: Record<Strategy, <T>(inStartOrder: readonly T[], failed: T) => readonly T[]> = {
  one_for_one: (_, failed) => [failed],
  one_for_all: (inStartOrder) => inStartOrder,
  rest_for_one: (inStartOrder, failed) => inStartOrder.slice(inStartOrder.indexOf(failed)),
};
