/** Which children go down, and come back, with one that failed (SUP-031 to SUP-033). */
export type Strategy = 'one_for_one' | 'one_for_all' | 'rest_for_one';

export const STRATEGIES: readonly Strategy[] = ['one_for_one', 'one_for_all', 'rest_for_one'];

/** The group that a failure takes down and brings back, in start order. */
export const affectedBy: Record<Strategy, <T>(inStartOrder: Iterable<T>, failed: T) => readonly T[]> = {
  one_for_one: (_, failed) => [failed], // does not look at the others, who may be many (SUP-108)
  one_for_all: (inStartOrder) => [...inStartOrder],
  rest_for_one: (inStartOrder, failed) => {
    const all = [...inStartOrder];
    return all.slice(all.indexOf(failed));
  },
};
