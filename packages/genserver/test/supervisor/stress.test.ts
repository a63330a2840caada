import { expect, test } from '@jest/globals';
import type { ManualClock } from '../../src/testing.js';
import { useRuntimes } from '../support/test-runtime.js';
import { RandomTree } from './random-tree.js';

const newRuntime = useRuntimes();

const SEEDS_IN_A_TEST = 20;
/** Longer than the slowest start and the slowest end together, deep trees included. */
const LONG_MS = 60_000;

async function trouble(tree: RandomTree, clock: ManualClock): Promise<readonly string[]> {
  for (let step = 0; step < 12; step++) {
    tree.act();
    if (step % 3 === 0) await clock.advance(step % 2 === 0 ? 7 : 700);
  }
  await clock.advance(LONG_MS);
  return tree.problems();
}

test.each([0, 20, 40, 60, 80, 100, 120, 140, 160, 180])(
  'random trees in random trouble lose nobody and leave nobody behind: twenty seeds from %i',
  async (firstSeed) => {
    for (let seed = firstSeed; seed < firstSeed + SEEDS_IN_A_TEST; seed++) {
      const { runtime, clock } = newRuntime();
      const tree = new RandomTree(seed, runtime, clock);
      await tree.start();
      for (let round = 0; round < 4; round++) expect([seed, await trouble(tree, clock)]).toEqual([seed, []]);
      const stopped = runtime.shutdown();
      await clock.advance(LONG_MS);
      expect(await stopped).toEqual({ killed: [] });
      expect([runtime.stats().processes, clock.pendingTimers]).toEqual([0, 0]);
      await Promise.all(tree.outcomes); // every request has been answered
    }
  },
);
