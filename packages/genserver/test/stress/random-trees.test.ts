import { expect, test } from '@jest/globals';
import { Runtime } from '../../src/index.js';
import { LeakDetector, ManualClock } from '../../src/testing.js';
import { Dice } from './dice.js';
import { RandomTrees } from './random-tree.js';
import { firstSeeds, SEEDS_IN_A_TEST, watched } from './seeds.js';
import { Witness } from './witness.js';

/** Longer than the slowest start and the slowest end together, deep trees included. */
const LONG_MS = 60_000;

async function live(seed: number): Promise<readonly string[]> {
  const clock = new ManualClock();
  const dice = new Dice(seed);
  const runtime = new Runtime({ clock, random: () => dice.roll(1_000) / 1_000 });
  const witness = new Witness(runtime);
  const trees = new RandomTrees({ runtime, clock, dice, witness, pace: 1 });
  trees.start();
  await clock.advance(1_000);
  const problems: string[] = [];
  for (let round = 0; round < 2; round++) {
    for (let step = 0; step < 12; step++) {
      trees.act();
      if (step % 3 === 0) await clock.advance(step % 2 === 0 ? 7 : 700);
    }
    trees.release();
    await clock.advance(LONG_MS);
    problems.push(...(await trees.problems()));
  }
  for (let step = 0; step < 3; step++) trees.act(); // so that the stop has something to interrupt
  const stopped = runtime.shutdown();
  trees.release();
  await clock.advance(LONG_MS);
  problems.push(...(await stopped).killed.map((name) => `${name} had to be killed`), ...witness.problems());
  witness.unsubscribe();
  await new LeakDetector().assertNone({ runtime, clock });
  if (clock.allTimers > 0) problems.push(`${clock.allTimers} timers are left, which would not keep Node alive`);
  return witness.pending === 0 ? problems : [...problems, `${witness.pending} requests have no answer`];
}

test.each(firstSeeds)(
  'random trees in random trouble lose nobody, answer every request, and leave nobody behind: seeds from %i',
  async (firstSeed) => {
    const leaks = new LeakDetector(); // for the rejections
    for (let seed = firstSeed; seed < firstSeed + SEEDS_IN_A_TEST; seed++)
      expect([seed, await watched(seed, live(seed))]).toEqual([seed, []]);
    await leaks.assertNone();
  },
);
