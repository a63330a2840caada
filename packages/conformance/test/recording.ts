import { readFileSync } from 'node:fs';
import { inPackage } from '../src/places.js';
import { parseRecording } from '../src/scenario/parse.js';
import type { Recording } from '../src/scenario/scenario.js';

/** The lines of a golden file. */
export function goldenLines(name: string): readonly string[] {
  return readFileSync(inPackage(`oracle/golden/${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');
}

/** A recording whose first step ends a worker that is restarted. */
export function someRecording(): Recording {
  return parseRecording(goldenLines('handpicked')[0] ?? '') as Recording;
}
