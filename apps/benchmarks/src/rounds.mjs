import { summarise } from './statistics.mjs';
/** @import { Case, Suite } from './suite.mjs' */

/**
 * What one child process came to. `unfinished`: it was stopped after its time limit. `failed`: it crashed or lost a message.
 * @typedef {{ readonly kind: 'measured', readonly value: number }
 *   | { readonly kind: 'unfinished', readonly limitMs: number }
 *   | { readonly kind: 'failed', readonly error: Error }} Outcome
 */

/** @typedef {{ readonly suite: string, readonly case: string, readonly subject: string }} Task */

/**
 * @typedef {object} Result
 * @property {string} suite
 * @property {string} case
 * @property {string} subject
 * @property {string} unit
 * @property {number} median
 * @property {number} min
 * @property {number} max
 */

/** @typedef {Task & { readonly limitMs: number }} Unfinished */

/** A peer's round without a figure. @typedef {Task & { readonly round: number, readonly error: string }} Failure */

/**
 * @template T
 * @param {readonly T[]} list
 * @param {number} by
 * @returns {readonly T[]}
 */
export function rotate(list, by) {
  const first = by % list.length;
  return [...list.slice(first), ...list.slice(0, first)];
}

/**
 * Runs every case with every subject, round by round: what slows the machine down for a while hits all subjects alike, and
 * each is first, and last, in turn. Who did not finish a case in time is not asked again. A peer that fails has no figure
 * of that round; when ours fails, so does the run.
 * @param {readonly Suite<unknown>[]} suites
 * @param {number} rounds
 * @param {(task: Task, round: number) => Promise<Outcome>} run
 */
export async function runRounds(suites, rounds, run) {
  const rows = suites.flatMap((suite) => suite.cases.map((each) => rowsOf(suite.name, each)));
  for (let round = 0; round < rounds; round++) {
    for (const row of rows.flatMap((ofCase) => rotate(ofCase, round))) {
      if (row.limitMs === undefined) note(row, round, await run(row.task, round));
    }
  }
  return report(rows.flat());
}

/**
 * @typedef {object} Row
 * @property {Task} task
 * @property {boolean} isOurs
 * @property {string} unit
 * @property {number[]} values
 * @property {Failure[]} failures
 * @property {number | undefined} limitMs
 */

/** @param {string} suite @param {Case<unknown>} ofCase @returns {Row[]} */
function rowsOf(suite, { name, unit, subjects }) {
  return subjects.map((subject, index) => {
    const task = { suite, case: name, subject };
    return { task, isOurs: index === 0, unit, values: [], failures: [], limitMs: undefined };
  });
}

/** @param {Row} row @param {number} round @param {Outcome} outcome */
function note(row, round, outcome) {
  if (outcome.kind === 'measured') row.values.push(outcome.value);
  else if (outcome.kind === 'unfinished') row.limitMs = outcome.limitMs;
  else if (row.isOurs) throw outcome.error;
  else row.failures.push({ ...row.task, round: round + 1, error: outcome.error.message });
}

/** @param {readonly Row[]} rows */
function report(rows) {
  /** @type {Result[]} */
  const results = [];
  /** @type {Unfinished[]} */
  const unfinished = [];
  for (const { task, unit, values, limitMs } of rows) {
    if (limitMs !== undefined) unfinished.push({ ...task, limitMs });
    else if (values.length > 0) results.push({ ...task, unit, ...summarise(values) });
  }
  return { results, unfinished, failures: rows.flatMap((row) => row.failures) };
}
