// `npm run bench`: our figures next to the peers', measured in one run. See README.md.
import { accessSync, constants, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { dirname } from 'node:path';
import { runInChild } from './child.mjs';
import { whatIsInstalled } from './installed.mjs';
import { parseOptions, usage, UsageError } from './options.mjs';
import { runRounds } from './rounds.mjs';
import { suites as allSuites } from './suites/index.mjs';
import { formatSuite } from './table.mjs';
import { titleOf } from './titles.mjs';
/** @import { Options } from './options.mjs' */

try {
  const { suites, missing } = whatIsInstalled(allSuites);
  const options = parseOptions(process.argv.slice(2), suites);
  if (options.help) console.log(usage);
  else if (options.list) list(options);
  else await bench(options, missing);
} catch (error) {
  if (!(error instanceof UsageError)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}

/** @param {Options} options */
function list({ suites }) {
  for (const suite of suites) {
    for (const { name, unit, subjects } of suite.cases) {
      console.log(`${suite.name} ${name} (${unit}): ${subjects.map(titleOf).join(', ')}`);
    }
  }
}

/** @param {Options} options @param {readonly string[]} missing */
async function bench({ suites, rounds, quick, json }, missing) {
  if (json !== undefined) checkWritable(json);
  for (const line of missing) console.error(line);
  let announced = -1;
  const report = await runRounds(suites, rounds, (task, round) => {
    if (round > announced) console.error(`round ${(announced = round) + 1} of ${rounds}`);
    return runInChild(task, { quick });
  });
  const cores = availableParallelism();
  console.log(
    `Node ${process.versions.node}, ${cores} cores, median of ${rounds} rounds${quick ? ', --quick: figures mean nothing' : ''}`,
  );
  for (const suite of suites) console.log(`\n${suite.name}\n\n${formatSuite(suite, report, titleOf)}`);
  if (json === undefined) return;
  const titled = (rows) => rows.map((row) => ({ ...row, subject: titleOf(row.subject) }));
  const { results, unfinished, failures } = report;
  const content = {
    node: process.versions.node,
    rounds,
    results: titled(results),
    unfinished: titled(unfinished),
    failures: titled(failures),
  };
  writeFileSync(json, `${JSON.stringify(content, undefined, 2)}\n`);
}

/** Better now than after minutes of measuring. @param {string} file */
function checkWritable(file) {
  try {
    accessSync(dirname(file), constants.W_OK);
  } catch (error) {
    throw new UsageError(`Expected --json to name a file in a folder that can be written to, got "${file}".`, {
      cause: error,
    });
  }
}
