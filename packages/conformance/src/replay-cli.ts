// `npm run conformance -- FILE.jsonl …`: replays recordings of the BEAM here and compares. See README.md.
import { relative } from 'node:path';
import { checkFile, type Verdict } from './check.js';
import { asGiven, goldenFiles } from './places.js';

const given = process.argv.slice(2);
const files = given.length > 0 ? given.map(asGiven) : goldenFiles();
const total = { passed: 0, failed: 0 };

for (const file of files) {
  const before = { ...total };
  for await (const verdict of checkFile(file)) report(verdict);
  print(`${shorten(file)}: ${total.passed - before.passed} passed, ${total.failed - before.failed} failed`);
}
if (files.length === 0) {
  total.failed++;
  print('There is no recording in oracle/golden: name the files to replay.');
}
print(`${total.passed} passed, ${total.failed} failed`);
process.exitCode = total.failed === 0 ? 0 : 1;

function report({ at, scenario, failure }: Verdict): void {
  if (failure === undefined) {
    total.passed++;
    return;
  }
  total.failed++;
  const where = shorten(at);
  print(scenario === undefined ? `${where} ${failure}` : `${where}: ${scenario}\n${failure}\n`);
}

function shorten(path: string): string {
  const short = relative(process.cwd(), path);
  return short.startsWith('..') ? path : short;
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
