import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { useRuntimes } from '../support/test-runtime.js';
import { Model } from './model.js';
import { type Outcome, play, type Scenario } from './scripted.js';

interface Recording extends Outcome {
  readonly scenario: Scenario & { readonly seed: number };
}

const file = new URL('../../../conformance/statem/golden/statem.jsonl', import.meta.url);
const recordings = readFileSync(file, 'utf8')
  .split('\n')
  .filter((line) => line !== '')
  .map((line) => JSON.parse(line) as Recording);

const newRuntime = useRuntimes();

test('there are recordings, and the naive interpreter agrees with them', () => {
  expect(recordings.length).toBeGreaterThan(50);
  for (const { scenario, trace, replies } of recordings) {
    expect(new Model(scenario).play(scenario)).toEqual({ trace, replies });
  }
});

test.each(recordings.map((recording) => [recording.scenario.seed, recording] as const))(
  'a machine does what gen_statem did on the BEAM: seed %i',
  async (_, { scenario, trace, replies }) => {
    expect(await play(newRuntime(), scenario)).toEqual({ trace, replies });
  },
);
