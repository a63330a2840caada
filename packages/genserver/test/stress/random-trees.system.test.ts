import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { formatTree, Runtime, systemClock } from '../../src/index.js';
import { LeakDetector } from '../../src/testing.js';
import { Dice } from './dice.js';
import { RandomTrees } from './random-tree.js';
import { firstSeeds, SEEDS_IN_A_TEST, watched } from './seeds.js';
import { Witness } from './witness.js';

// On the machine's own clock and event loop: a seed repeats the trees and what is done to them, not the exact moments.
const PACE = 0.02;
/** Runtimes side by side: most of their time is waiting. */
const LANES = 10;
/** Only what never comes to rest takes so long. */
const LONGEST_REST_MS = 8_000;

async function problemsAtRest(trees: RandomTrees): Promise<readonly string[]> {
  const until = systemClock.now() + LONGEST_REST_MS;
  let problems = await trees.problems();
  while (problems.length > 0 && systemClock.now() < until) {
    await sleep(25);
    problems = await trees.problems();
  }
  return problems;
}

async function live(seed: number): Promise<readonly string[]> {
  const dice = new Dice(seed);
  const runtime = new Runtime({ random: () => dice.roll(1_000) / 1_000 });
  const witness = new Witness(runtime);
  const trees = new RandomTrees({ runtime, clock: systemClock, dice, witness, pace: PACE });
  trees.start();
  for (let step = 0; step < 24; step++) {
    if (step % 3 === 0) await sleep(1 + dice.roll(4));
    trees.act();
  }
  trees.release();
  const problems = [...(await problemsAtRest(trees))];
  for (let step = 0; step < 3; step++) trees.act(); // so that the stop has something to interrupt
  const stopped = runtime.shutdown({ timeoutMs: LONGEST_REST_MS });
  trees.release();
  const { killed } = await stopped;
  await witness.settled();
  problems.push(...killed.map((name) => `${name} had to be killed`), ...witness.problems());
  witness.unsubscribe();
  if (runtime.stats().processes > 0) problems.push(`left behind:\n${formatTree(runtime.tree())}`);
  return problems;
}

test.each(firstSeeds)(
  'random trees in random trouble in real time lose nobody, answer every request, and leave nobody behind: seeds from %i',
  async (firstSeed) => {
    const leaks = new LeakDetector(); // for the rejections; that no timer is left is what the test environment sees to
    const found: unknown[] = [];
    const seeds = Array.from({ length: SEEDS_IN_A_TEST }, (_, index) => firstSeed + index).values();
    const lane = async (): Promise<void> => {
      for (const seed of seeds) {
        const problems = await watched(seed, live(seed));
        if (problems.length > 0) found.push({ seed, problems });
      }
    };
    await Promise.all(Array.from({ length: LANES }, lane));
    expect(found).toEqual([]);
    await leaks.assertNone();
  },
);
