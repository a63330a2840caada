import { basename } from 'node:path';
import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { checkFile } from '../src/check.js';
import { dynamicScenario } from '../src/generate/dynamic.js';
import { processScenario } from '../src/generate/processes.js';
import { supervisionScenario } from '../src/generate/supervision.js';
import { goldenFiles, inPackage } from '../src/places.js';
import { type AnyRecording, type AnyScenario, parseRecording } from '../src/scenario/parse.js';

function recordingsOf(name: string): readonly AnyRecording[] {
  return readFileSync(inPackage(`oracle/golden/${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n')
    .map(parseRecording);
}

describe('what the BEAM did, happens here, too', () => {
  test.each(goldenFiles().map((path) => [basename(path), path] as const))('%s', async (_, path) => {
    const failures: string[] = [];
    let passed = 0;
    for await (const { at, scenario, failure } of checkFile(path)) {
      if (failure === undefined) passed++;
      else failures.push(`${at}: ${scenario}\n${failure}`);
    }
    expect(failures.join('\n\n')).toBe('');
    expect(passed).toBeGreaterThan(0);
  });
});

const MAKERS: readonly (readonly [string, (seed: number) => AnyScenario])[] = [
  ['supervision', supervisionScenario],
  ['dynamic', dynamicScenario],
  ['processes', processScenario],
];

test.each(MAKERS)('the same seed makes the same scenario as when %s was recorded', (name, make) => {
  const recorded = recordingsOf(name).map(({ scenario }) => scenario);
  expect(recorded.map(({ seed = -1 }) => make(seed))).toEqual(recorded);
});
